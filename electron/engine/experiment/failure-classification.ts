import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { Failure } from '../../contract/failure.ts'
import type { ExecutionPhase } from '../../contract/trial.ts'
import type { HostFailedMessage } from '../host/host-errors.ts'
import type { HostExit } from '../ports.ts'
import { providerFailure, type KnownMachine } from '../provider-failure.ts'
import { wasFull, type DeviceFill } from './device-fill.ts'
import { deviceLoss, deviceLostFailure } from './device-loss.ts'
import { inferenceFailure } from './inference-failure.ts'
import { loadFailure, unusableProvider } from './load-failure.ts'
import { exhaustedMemory } from './memory-exhaustion.ts'
import { outOfMemoryFailure } from './out-of-memory-failure.ts'
import { lastWords, runtimeSentence } from './runtime-words.ts'

/** Where an execution was when it went wrong, and what is known of the machine. */
export interface Situation {
  phase: ExecutionPhase
  batchSize: number
  provider: ExecutionProvider
  memoryBudgetBytes: number | undefined
  /** Index of the device, where the provider counts them. */
  device?: number | undefined
  /** How full that device is; absent where its driver does not tell. */
  deviceFill?: DeviceFill | undefined
  machine?: KnownMachine | undefined
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

/** What an execution does in each phase, as the end of a clause. */
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
  const { provider, batchSize, machine } = situation
  const { text } = failed
  const said = [text, lastWords(exit.standardError) ?? ''].join('\n').trim()
  const owner = exhaustedMemory(text, exit.standardError, circumstances(situation))
  if (owner !== undefined) return outOfMemory(owner, situation, said)
  const lost = lostDevice(said, situation)
  if (lost !== undefined) return lost
  const sentence = () => {
    switch (failed.phase) {
      case 'load':
        return loadFailure(text, said, provider, machine)
      case 'describe':
        return runtimeFailure(`ONNX Runtime could not be loaded: ${runtimeSentence(text)}`)
      case 'build-inputs':
        return runtimeFailure(`The inputs could not be built: ${runtimeSentence(text)}`)
      case 'first-inference':
      case 'sample':
        return unusable(said, situation) ?? inferenceFailure(text, batchSize)
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
  // Libraries of devices end the process for what they cannot return as an error.
  if (detail !== undefined && exit.code !== 0) {
    const lost = lostDevice(detail, situation)
    if (lost !== undefined) return lost
    const failure = unusable(detail, situation)
    if (failure !== undefined) return { outcome: 'failed', failure: { ...failure, detail } }
  }
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
  const { memoryBudgetBytes: budget } = situation
  const said = exhaustedMemory('', exit.standardError, circumstances(situation))
  if (said !== undefined) return said
  if (budget === undefined || exit.signal === null || !selfInflicted.includes(exit.signal)) return undefined
  const used = Math.max(exit.lastDataBytes ?? 0, exit.peakResidentBytes ?? 0)
  return used >= nearBudget * budget ? 'host' : undefined
}

function circumstances({ provider, memoryBudgetBytes, deviceFill }: Situation) {
  return {
    provider,
    underBudget: memoryBudgetBytes !== undefined,
    deviceFull: deviceFill !== undefined && wasFull(deviceFill),
  }
}

function outOfMemory(owner: 'device' | 'host', situation: Situation, detail: string | undefined): Verdict {
  const failure = outOfMemoryFailure(owner, situation, doing[situation.phase], detail)
  return { outcome: 'out-of-memory', memoryOwner: owner, failure }
}

function lostDevice(said: string, situation: Situation): Verdict | undefined {
  const { provider, phase, device, batchSize } = situation
  const loss = provider === 'cpu' ? undefined : deviceLoss(said, phase)
  if (loss === undefined) return undefined
  const failure = deviceLostFailure(loss, { provider, device, batchSize, when: doing[phase] })
  return { outcome: 'failed', failure: { ...failure, detail: said } }
}

/** A provider that could be loaded may still turn out, at the first kernel, not to work here. */
function unusable(said: string, { provider, machine }: Situation): Failure | undefined {
  const failure = provider === 'cpu' ? undefined : providerFailure(provider, said, machine)
  return failure && unusableProvider(provider, failure)
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
