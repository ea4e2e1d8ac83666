import { createBirpc } from 'birpc'
import type { ShellFunctions, StageFunctions } from '../stage.ts'

/** Filled in by the modules that own each function, before the entry module runs. */
export const shellFunctions: Partial<ShellFunctions> = {}

/** The test's process. Messages cross by Node's structured clone. */
export const stage = createBirpc<StageFunctions, Partial<ShellFunctions>>(shellFunctions, {
  eventNames: ['sendToPage', 'note'],
  timeout: -1,
  post: (message) => void process.send?.(message),
  on: (listener) => void process.on('message', listener),
})
