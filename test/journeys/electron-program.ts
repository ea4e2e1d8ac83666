import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { hasDisplay } from '../../electron/start/decision.ts'
import { installedProgram } from '../../electron/start/electron-program.ts'

/** Real Electron, where its program and a display are here; it is never fetched for a test. */
export function electronProgram(): string | undefined {
  if (!hasDisplay(process.platform, process.env)) return undefined
  return installedProgram(dirname(createRequire(import.meta.url).resolve('electron/package.json')))
}
