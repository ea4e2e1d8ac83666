import * as v from 'valibot'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import { FailureSchema, toFailure } from '../../contract/failure.ts'
import type { Failure } from '../../contract/failure.ts'
import type { InputPlan } from '../../contract/host-protocol.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { formatMilliseconds } from '../../contract/quantity.ts'
import type {
  CompletedExecution,
  Execution,
  ExecutionPhase,
  Flag,
  MemoryPeaks,
  MemoryPrediction,
  Trial,
  UnfinishedExecution,
} from '../../contract/trial.ts'
import { HostExited, HostFailed, HostStartTimeout } from '../host/host-errors.ts'
import { HostSession } from '../host/host-session.ts'
import type { HostExit, HostRuntime, Ports } from '../ports.ts'
import { checkBatch } from './batch-check.ts'
import type { KnownMachine } from '../provider-failure.ts'
import type { DeviceFill } from './device-fill.ts'
import { classifyExit, classifyFailed } from './failure-classification.ts'
import { combinedPeaks } from './memory-peaks.ts'
import { measure, warmUp } from './sampling.ts'

export interface ExecuteContext {
  ports: Pick<Ports, 'clock' | 'hosts'>
  model: ModelDescription
  spec: ExperimentSpec
  trial: Trial
  executionId: string
  /** From 1. */
  block: number
  inputs: InputPlan[]
  /** What its host loads; `undefined` for the built-in runtime with nothing on its search path. */
  runtime: HostRuntime | undefined
  /** By symbolic name. */
  freeDimensionOverrides: Record<string, number>
  /** What it is expected to need; kept with the execution. */
  predictedMemory?: MemoryPrediction | undefined
  /** Its reason is a Failure: `cancelled`, `skipped-by-user` or `timed-out`. Kills the host at once. */
  signal: AbortSignal
  onPhase(phase: ExecutionPhase): void
  onSamples(phase: 'warming-up' | 'measuring', samplesMs: readonly number[]): void
  /** Called once, before the model is loaded. */
  onHost(pid: number): void
  /** Called once everything is measured; the host waits for it, and ends then. */
  onMeasured?(pid: number): Promise<void>
  /** What telemetry saw of this execution so far. */
  memoryPeaks(): MemoryPeaks
  /** How full its device is; asked when it failed. */
  deviceFill?(): DeviceFill | undefined
  /** For what is said of a failure. */
  machine?: KnownMachine
}

/** Everything that a completed execution has and an unfinished one has not. */
type Measurement = Omit<
  CompletedExecution,
  'id' | 'trialId' | 'block' | 'startedAt' | 'durationMs' | 'memory' | 'outcome'
>
type Ending = Pick<UnfinishedExecution, 'outcome' | 'failure' | 'memoryOwner'>

/** Measures one trial once, in a fresh process (design section 3, "One execution"). Never rejects. */
export async function executeTrial(context: ExecuteContext): Promise<Execution> {
  const execution = new ExecutionRun(context)
  return execution.run()
}

class ExecutionRun {
  readonly #context: ExecuteContext
  readonly #startedAt: string
  readonly #startedMs: number
  readonly #over = new AbortController()
  #phase: ExecutionPhase = 'starting'
  /** Set when the execution was ended on purpose: it then counts as that, whatever the host says. */
  #endedAs: Ending | undefined
  #exit: HostExit | undefined

  constructor(context: ExecuteContext) {
    this.#context = context
    this.#startedAt = context.ports.clock.wallTime()
    this.#startedMs = context.ports.clock.now()
  }

  async run(): Promise<Execution> {
    const { signal, ports, spec, runtime } = this.#context
    if (signal.aborted) return this.#unfinished(endingFor(signal.reason))
    let session: HostSession | undefined
    try {
      const { memoryBudgetBytes } = spec.constraints
      session = new HostSession(ports.hosts.launch({ memoryBudgetBytes, runtime }), ports.clock)
      return await this.#supervised(session)
    } catch (error) {
      this.#exit = await session?.kill()
      return this.#unfinished(this.#endedAs ?? { outcome: 'failed', failure: toFailure(error) })
    } finally {
      this.#over.abort()
    }
  }

  /** Measures with `session`, and ends it when the signal or the time limit says so. */
  async #supervised(session: HostSession): Promise<Execution> {
    const { signal } = this.#context
    const end = (ending: Ending) => {
      // What is measured is measured: only its host is still to end.
      if (this.#phase !== 'ending') this.#endedAs ??= ending
      void session.kill()
    }
    const onAbort = () => end(endingFor(signal.reason))
    signal.addEventListener('abort', onAbort)
    void this.#limitTime(end)
    try {
      const measurement = await this.#measure(session)
      this.#enter('ending')
      if (session.pid !== undefined) await this.#context.onMeasured?.(session.pid)
      const { peakResidentBytes, exit } = await session.end()
      this.#exit = exit
      return { ...this.#common(peakResidentBytes), outcome: 'completed', ...measurement }
    } catch (error) {
      return this.#unfinished(await this.#endingAfter(error, session))
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #measure(session: HostSession): Promise<Measurement> {
    const { model, spec, trial, inputs, freeDimensionOverrides } = this.#context
    const { rules, seed } = spec
    const { batchSize, executionProvider, device, threads } = trial.config
    this.#enter('starting')
    const { clock } = await session.ready
    if (session.pid !== undefined) this.#context.onHost(session.pid)

    this.#enter('loading')
    let loadMs = 0
    const first = await session.prepare(
      { modelPath: model.path, executionProvider, device, threads, inputs, seed, freeDimensionOverrides },
      (loaded) => {
        loadMs = loaded.loadMs
        this.#enter('first-inference')
      },
    )
    const { outputBatch, flag: batchFlag } = checkBatch(model, first.outputs, batchSize, spec.batchAxes)

    this.#enter('warming-up')
    const warmup = await warmUp(session, rules, (samples) => this.#context.onSamples('warming-up', samples))
    this.#enter('measuring')
    const measured = await measure(session, rules, (samples) => this.#context.onSamples('measuring', samples))

    const flags: Flag[] = []
    if (!warmup.satisfied) flags.push(unsteady(warmup))
    if (batchFlag !== undefined) flags.push(batchFlag)
    return {
      samplesMs: measured.samplesMs,
      windowMs: measured.windowMs,
      loadMs,
      firstInferenceMs: first.ms,
      warmup: { samples: warmup.samplesMs.length, ms: warmup.windowMs, steady: warmup.satisfied },
      endedBy: measured.satisfied ? 'interval' : 'time',
      ...(outputBatch === undefined ? {} : { outputBatch }),
      clock,
      flags,
    }
  }

  async #limitTime(end: (ending: Ending) => void): Promise<void> {
    const { ports, spec, trial } = this.#context
    const { timeoutMs } = spec.rules
    try {
      await ports.clock.sleep(timeoutMs, this.#over.signal)
    } catch {
      return
    }
    const message = `Batch size ${trial.config.batchSize} took longer than ${formatMilliseconds(timeoutMs)} and was ended.`
    const hint = 'Allow an execution more time (--timeout), or leave this batch size out.'
    end({ outcome: 'timed-out', failure: { code: 'timed-out', owner: 'user', message, hint } })
  }

  /** What an error in the middle of the work means, once the host is gone. */
  async #endingAfter(error: unknown, session: HostSession): Promise<Ending> {
    const exit = await (error instanceof HostFailed ? session.stop() : session.kill())
    this.#exit = exit
    if (this.#endedAs !== undefined) return this.#endedAs
    const { trial, spec, machine } = this.#context
    const { batchSize, device, executionProvider: provider } = trial.config
    const { memoryBudgetBytes } = spec.constraints
    const deviceFill = this.#context.deviceFill?.()
    const situation = {
      ...{ phase: this.#phase, batchSize, provider, device },
      ...{ memoryBudgetBytes, deviceFill, machine },
    }
    if (error instanceof HostFailed) return classifyFailed(error.failed, exit, situation)
    if (error instanceof HostExited) return classifyExit(exit, situation)
    if (error instanceof HostStartTimeout) {
      const message = `The session host was not ready after ${formatMilliseconds(error.limitMs)}.`
      const hint = 'The machine may be overloaded: run it again.'
      return { outcome: 'timed-out', failure: { code: 'host-start', owner: 'system', message, hint } }
    }
    return { outcome: 'failed', failure: toFailure(error) }
  }

  #enter(phase: ExecutionPhase): void {
    this.#phase = phase
    this.#context.onPhase(phase)
  }

  #unfinished(ending: Ending): UnfinishedExecution {
    return { ...this.#common(undefined), phase: this.#phase, ...ending }
  }

  #common(peakResidentBytes: number | undefined) {
    const { executionId, trial, block, ports, predictedMemory } = this.#context
    return {
      id: executionId,
      trialId: trial.id,
      block,
      startedAt: this.#startedAt,
      durationMs: ports.clock.now() - this.#startedMs,
      memory: combinedPeaks(this.#context.memoryPeaks(), peakResidentBytes, this.#exit?.peakResidentBytes),
      ...(predictedMemory && { predictedMemory }),
    }
  }
}

/** How an execution counts that was ended through the signal. */
function endingFor(reason: unknown): Ending {
  const parsed = v.safeParse(FailureSchema, reason)
  const failure: Failure = parsed.success
    ? parsed.output
    : { code: 'cancelled', owner: 'user', message: 'The execution was cancelled.' }
  return { outcome: failure.code === 'timed-out' ? 'timed-out' : 'cancelled', failure }
}

function unsteady(warmup: { samplesMs: readonly number[]; windowMs: number }): Flag {
  const { samplesMs, windowMs } = warmup
  const reason = `not steady after ${samplesMs.length} samples in ${formatMilliseconds(windowMs)} of warm-up`
  return { name: 'unsteady', reason }
}
