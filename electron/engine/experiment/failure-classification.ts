import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { Failure } from '../../contract/failure.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { ExecutionPhase } from '../../contract/trial.ts'
import type { HostFailedMessage } from '../host/host-errors.ts'
import type { HostExit } from '../ports.ts'
import { inferenceFailure } from './inference-failure.ts'
import { loadFailure } from './load-failure.ts'
import { exhaustedMemory, requestedBytes } from './memory-exhaustion.ts'
import { lastWords, runtimeSentence } from './runtime-words.ts'

/** Where an execution was when it went wrong. */
export interface Situation {
  phase: ExecutionPhase
  batchSize: number
  provider: ExecutionProvider
  memoryBudgetBytes: number | undefined
}

/** How an execution that did not complete counts. */
export interface Verdict {
  outcome: 'out-of-memory' | 'failed' | 'crashed'
  failure: Failure
  /** For `out-of-memory`: whose memory ran out. */
  memoryOwner?: 'device' | 'host'
}

/** From this share of its budget on, a host that dies without a word is taken to have died of it. */
const nearBudget = 0.75

/** Signals by which a process ends itself when it cannot go on. */
const selfInflicted = ['SIGABRT', 'SIGSEGV', 'SIGTRAP', 'SIGILL', 'SIGBUS']

/** STATUS_NO_MEMORY. */
const windowsNoMemory = 0xc0000017

/** Windows tells by exit code what elsewhere is a signal. */
const windowsExits: Record<number, string> = {
  0xc0000005: 'access violation',
  0xc000001d: 'illegal instruction',
  0xc00000fd: 'stack overflow',
  0xc0000409: 'fail-fast exception',
  0x80000003: 'breakpoint',
}

const doing: Record<ExecutionPhase, string> = {
  starting: 'while the session host started',
  loading: 'while the model was loaded',
  'first-inference': 'in the first inference',
  'warming-up': 'while warming up',
  measuring: 'while measuring',
  ending: 'while the session host ended',
}

/** What something that threw inside the host means. `exit` adds what the host wrote and how it ended after that. */
export function classifyFailed(failed: HostFailedMessage, exit: HostExit, situation: Situation): Verdict {
  const { provider, batchSize, memoryBudgetBytes } = situation
  const { text } = failed
  const owner = exhaustedMemory(text, provider, memoryBudgetBytes !== undefined)
  if (owner !== undefined) return outOfMemory(owner, situation, text)
  const said = [text, lastWords(exit.standardError) ?? ''].join('\n').trim()
  const sentence = () => {
    switch (failed.phase) {
      case 'load':
        return loadFailure(text, said, provider)
      case 'describe':
        return runtimeFailure(`ONNX Runtime could not be loaded: ${runtimeSentence(text)}`)
      case 'build-inputs':
        return runtimeFailure(`The inputs could not be built: ${runtimeSentence(text)}`)
      case 'first-inference':
      case 'sample':
        return inferenceFailure(text, batchSize)
    }
  }
  return { outcome: 'failed', failure: { ...sentence(), detail: said } }
}

/** What an end that the host did not announce means. */
export function classifyExit(exit: HostExit, situation: Situation): Verdict {
  const detail = lastWords(exit.standardError)
  if (exit.startError !== undefined) {
    return {
      outcome: 'failed',
      failure: {
        code: 'host-start',
        owner: 'system',
        message: `The session host could not be started: ${exit.startError}`,
        hint: 'Check that Batchscope is installed completely.',
      },
    }
  }
  const owner = diedOfMemory(exit, situation)
  if (owner !== undefined) return outOfMemory(owner, situation, detail)
  if (situation.phase === 'starting' && exit.signal === null) {
    return {
      outcome: 'failed',
      failure: {
        code: 'host-start',
        owner: 'system',
        message: `The session host ended before it was ready (exit code ${exit.code}).`,
        hint: 'Check that Batchscope is installed completely ("npm ci" builds it).',
        detail,
      },
    }
  }
  return { outcome: 'crashed', failure: { ...crash(exit, situation), detail } }
}

function diedOfMemory(exit: HostExit, situation: Situation): 'device' | 'host' | undefined {
  if (exit.killedForMemory || exit.exceededBudget || exit.code === windowsNoMemory) return 'host'
  if (exit.code === 0) return undefined
  const { provider, memoryBudgetBytes: budget } = situation
  const said = exhaustedMemory(exit.standardError, provider, budget !== undefined)
  if (said !== undefined) return said
  if (budget === undefined || exit.signal === null || !selfInflicted.includes(exit.signal)) return undefined
  const used = Math.max(exit.lastDataBytes ?? 0, exit.peakResidentBytes ?? 0)
  return used >= nearBudget * budget ? 'host' : undefined
}

function outOfMemory(owner: 'device' | 'host', situation: Situation, detail: string | undefined): Verdict {
  const { phase, batchSize, memoryBudgetBytes } = situation
  const underBudget = owner === 'host' && memoryBudgetBytes !== undefined
  const requested = detail === undefined ? undefined : requestedBytes(detail)
  const budget = underBudget ? `, with a budget of ${formatBytes(memoryBudgetBytes)}` : ''
  const request = requested === undefined ? '' : `; another ${formatBytes(requested)} were asked for`
  return {
    outcome: 'out-of-memory',
    memoryOwner: owner,
    failure: {
      code: 'out-of-memory',
      owner: 'system',
      message: `Batch size ${batchSize} ran out of ${owner} memory ${doing[phase]}${budget}${request}.`,
      hint: memoryHint(owner, phase, underBudget),
      detail: detail === undefined ? undefined : lastWords(detail),
    },
  }
}

function memoryHint(owner: 'device' | 'host', phase: ExecutionPhase, underBudget: boolean): string {
  const otherwise = {
    device: 'end other programs that use the device',
    host: underBudget ? 'raise the memory budget' : 'end other programs that use memory',
  }[owner]
  // The batch plays no part yet.
  const tooLarge = phase === 'starting' || phase === 'loading'
  return tooLarge
    ? `The model alone does not fit: ${otherwise}.`
    : `Use a smaller batch size, or ${otherwise}.`
}

function crash(exit: HostExit, situation: Situation): Failure {
  const where = `${doing[situation.phase]} at batch size ${situation.batchSize}`
  if (exit.signal === 'SIGKILL' || exit.signal === 'SIGTERM') {
    return {
      code: 'host-crashed',
      owner: 'system',
      message: `The session host was killed from outside (${exit.signal}) ${where}.`,
      hint: 'Run it again; if nobody killed it, look in the system log.',
    }
  }
  const how = exit.signal ?? windowsExits[exit.code ?? 0] ?? `exit code ${exit.code}`
  return {
    code: 'host-crashed',
    owner: 'runtime',
    message: `The session host crashed (${how}) ${where}.`,
    hint: 'The detail has its last words; another execution provider or a newer ONNX Runtime may not crash.',
  }
}

function runtimeFailure(message: string): Failure {
  return { code: 'inference', owner: 'runtime', message }
}
