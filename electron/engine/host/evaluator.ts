import { BatchscopeError } from '../../contract/failure.ts'
import type { HostRequest, InputPlan, OutputValue } from '../../contract/host-protocol.ts'
import { classifyExit, classifyFailed, type Situation } from '../experiment/failure-classification.ts'
import type { HostRuntime, Ports } from '../ports.ts'
import { HostExited, HostFailed } from './host-errors.ts'
import { HostSession } from './host-session.ts'

/** What is loaded: the fields of the host's `load` request that matter here; on the CPU unless told otherwise. */
export type EvaluatorOptions = Pick<Extract<HostRequest, { request: 'load' }>, 'modelPath'> &
  Partial<Omit<Extract<HostRequest, { request: 'load' }>, 'request'>> & {
    /** One load or run may take this long, in ms; default two minutes. */
    timeoutMs?: number
    signal?: AbortSignal
    /** What its host loads; absent for the built-in runtime. */
    runtime?: HostRuntime | undefined
  }

/** A model loaded in a session host of its own, to be run on inputs whose outputs are looked at. */
export interface Evaluator {
  /** Creating the session, in ms. */
  readonly loadMs: number
  /**
   * Runs once and gives the outputs, up to `mostElements` values of each (default 16 million). Rejects with a
   * BatchscopeError; the host is gone then.
   */
  evaluate(
    inputs: InputPlan[],
    options?: {
      seed?: number
      outputs?: string[]
      mostElements?: number
      /** The batch size that the inputs are of, for what is said of a failure; 1 unless told. */
      batchSize?: number
    },
  ): Promise<Evaluated>
  /** Ends the host. To be called in every case. */
  end(): Promise<void>
}

export interface Evaluated {
  /** The run, in ms; not a measurement. */
  ms: number
  outputs: OutputValue[]
}

const defaultTimeoutMs = 120_000
const defaultMostElements = 16_000_000

/**
 * Loads a model in a fresh session host. Rejects with a BatchscopeError that says why it cannot be loaded; models are
 * untrusted, so that nothing is ever run in this process.
 */
export async function openEvaluator(
  { hosts, clock }: Pick<Ports, 'hosts' | 'clock'>,
  options: EvaluatorOptions,
): Promise<Evaluator> {
  const { timeoutMs = defaultTimeoutMs, signal, executionProvider = 'cpu', runtime, ...rest } = options
  const session = new HostSession(hosts.launch({ runtime }), clock)
  const within = <T>(phase: Situation['phase'], work: Promise<T>, batchSize = 1) =>
    supervised(session, work, {
      ...{ phase, batchSize, executionProvider, device: rest.device },
      ...{ timeoutMs, signal, clock },
    })
  const { loadMs } = await within(
    'loading',
    session.load({ freeDimensionOverrides: {}, ...rest, executionProvider }),
  )
  return {
    loadMs,
    async evaluate(inputs, { seed = 1, outputs, mostElements = defaultMostElements, batchSize } = {}) {
      const { ms, outputs: values } = await within(
        'first-inference',
        session.evaluate({ inputs, seed, mostElements, ...(outputs === undefined ? {} : { outputs }) }),
        batchSize,
      )
      return { ms, outputs: values }
    },
    end: async () => {
      await session.kill()
    },
  }
}

export interface Supervision {
  phase: Situation['phase']
  batchSize: number
  executionProvider: Situation['provider']
  device: number | undefined
  timeoutMs: number
  signal: AbortSignal | undefined
  clock: Ports['clock']
}

/**
 * Waits for `work`, but no longer than the time limit and the signal allow. What goes wrong ends the host, and rejects
 * with a BatchscopeError.
 */
export async function supervised<T>(
  session: HostSession,
  work: Promise<T>,
  supervision: Supervision,
): Promise<T> {
  const { phase, batchSize, executionProvider, device, timeoutMs, signal, clock } = supervision
  const over = new AbortController()
  let ended: 'timed-out' | 'cancelled' | undefined
  const end = (as: 'timed-out' | 'cancelled') => {
    ended ??= as
    void session.kill()
  }
  const onAbort = () => end('cancelled')
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort)
  clock.sleep(timeoutMs, over.signal).then(
    () => end('timed-out'),
    () => undefined,
  )
  try {
    return await work
  } catch (error) {
    const exit = await session.kill()
    if (ended !== undefined) {
      throw new BatchscopeError({
        code: ended,
        message: ended === 'cancelled' ? 'Cancelled.' : 'The model took too long and was ended.',
        owner: ended === 'cancelled' ? 'user' : 'model',
      })
    }
    const situation: Situation = {
      phase,
      batchSize,
      provider: executionProvider,
      device,
      memoryBudgetBytes: undefined,
    }
    if (error instanceof HostFailed)
      throw new BatchscopeError(classifyFailed(error.failed, exit, situation).failure)
    if (error instanceof HostExited) throw new BatchscopeError(classifyExit(error.exit, situation).failure)
    throw error
  } finally {
    over.abort()
    signal?.removeEventListener('abort', onAbort)
  }
}
