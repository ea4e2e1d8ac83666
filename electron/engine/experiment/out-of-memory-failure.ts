import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { Failure } from '../../contract/failure.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { ExecutionPhase } from '../../contract/trial.ts'
import { freeBefore, holders, isShared, type DeviceFill } from './device-fill.ts'
import { bufferLimit, requestedBytes } from './memory-exhaustion.ts'
import { lastWords } from './runtime-words.ts'

interface RanOut {
  phase: ExecutionPhase
  batchSize: number
  provider: ExecutionProvider
  memoryBudgetBytes: number | undefined
  deviceFill?: DeviceFill | undefined
}

/** The failure of an execution that ran out of memory. `when` says what it was doing, `while measuring`. */
export function outOfMemoryFailure(
  owner: 'device' | 'host',
  { phase, batchSize, memoryBudgetBytes, deviceFill }: RanOut,
  when: string,
  detail: string | undefined,
): Failure {
  const common = {
    code: 'out-of-memory',
    owner: 'system',
    detail: detail === undefined ? undefined : lastWords(detail),
  } as const
  const others = owner === 'device' && deviceFill && isShared(deviceFill) ? deviceFill : undefined
  // The batch plays no part yet.
  const isModelAlone = phase === 'starting' || phase === 'loading'
  const limited = owner === 'device' && detail !== undefined ? bufferLimit(detail) : undefined
  if (limited !== undefined) {
    return {
      ...common,
      message: `Batch size ${batchSize} needs one buffer of ${formatBytes(limited.wanted)} ${when}, and the device allows ${formatBytes(limited.limit)} at most.`,
      hint: isModelAlone
        ? 'The model alone does not fit: use another execution provider.'
        : 'Use a smaller batch size, or another execution provider.',
    }
  }
  if (others !== undefined && isModelAlone) {
    return {
      ...common,
      message: `The model alone ran out of device memory: ${freeBefore(others)} before the model was loaded; ${holders(others)}.`,
      hint: `End what holds the memory, or measure on another device.`,
    }
  }
  const underBudget = owner === 'host' && memoryBudgetBytes !== undefined
  const budget = underBudget ? `, with a budget of ${formatBytes(memoryBudgetBytes)}` : ''
  const requested = detail === undefined ? undefined : requestedBytes(detail)
  const request = requested === undefined ? '' : `; another ${formatBytes(requested)} were asked for`
  const shared = others === undefined ? '' : `; ${freeBefore(others)} before, and ${holders(others)}`
  return {
    ...common,
    message: `Batch size ${batchSize} ran out of ${owner} memory ${when}${budget}${request}${shared}.`,
    hint: hint(owner, isModelAlone, underBudget),
  }
}

function hint(owner: 'device' | 'host', isModelAlone: boolean, underBudget: boolean): string {
  const otherwise = {
    device: 'end other programs that use the device',
    host: underBudget ? 'raise the memory budget' : 'end other programs that use memory',
  }[owner]
  return isModelAlone
    ? `The model alone does not fit: ${otherwise}.`
    : `Use a smaller batch size, or ${otherwise}.`
}
