import type { Failure } from '../../contract/failure.ts'
import type { EventPayload } from '../../contract/workbench-api.ts'
import type { LiveTrial, LiveWindow, RunEvent, RunProgress, RunSnapshot } from '../../contract/run-event.ts'
import type { TelemetrySample } from '../../contract/telemetry.ts'
import type { ExecutionPhase, Trial } from '../../contract/trial.ts'
import type { Clock } from '../ports.ts'
import type { ExperimentState } from '../project/state.ts'
import { measure, variationOf, type Measurement } from '../recommendation/measurement.ts'
import { reportMeasured } from '../recommendation/trial-report.ts'
import { expectedExecutions, type TrialHistory } from './planner.ts'
import type { RunnerListener } from './runner.ts'

/** How long changes are gathered before they are sent, in ms: often enough to look live, too seldom to disturb. */
const gatherMs = 100

/** How far back telemetry and windows are kept for a client that arrives late, in ms. */
const keptMs = 10 * 60_000

interface LiveRunContext {
  projectId: string
  experiment: ExperimentState
  modelName: string
  clock: Clock
  /** What the planner would see now. */
  history(): readonly TrialHistory[]
  emit(event: EventPayload<'run'>): void
}

/**
 * A run as clients see it: a snapshot for those who arrive, and numbered, batched events for those who stay.
 */
export class LiveRun implements RunnerListener {
  private readonly context: LiveRunContext
  private readonly trials = new Map<string, LiveTrial>()
  private readonly telemetry: TelemetrySample[] = []
  private readonly windows: LiveWindow[] = []
  /** What each trial's executions showed, and how many they were then. */
  private readonly measured = new Map<string, { executions: number; measurement: Measurement | undefined }>()
  /** Told so far: the experiment's own list is ahead of what was sent while a record is being written. */
  private readonly decisions: string[]
  private pending: Omit<RunEvent, 'projectId' | 'experimentId' | 'sequence'> = {}
  private sequence = 0
  private current: RunProgress['current']
  private block = 1
  private state: RunProgress['state'] = 'running'
  private expectation: ({ after: string } & ReturnType<typeof expectedExecutions>) | undefined
  private problem: Failure | undefined
  private activity: string | undefined

  constructor(context: LiveRunContext) {
    this.context = context
    this.decisions = [...context.experiment.decisions]
    for (const trial of context.experiment.trials) this.trials.set(trial.id, this.describe(trial))
  }

  /** Sends what has gathered, every 100 ms, until the signal is aborted. */
  async broadcast(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.context.clock.sleep(gatherMs, signal).catch(() => undefined)
      this.send()
    }
  }

  /** Sends what has gathered now. */
  send(): void {
    if (Object.keys(this.pending).length === 0) return
    this.sequence += 1
    const { projectId, experiment, emit } = this.context
    const changes = this.pending
    this.pending = {}
    emit({ projectId, experimentId: experiment.record.id, sequence: this.sequence, ...changes })
  }

  snapshot(): RunSnapshot {
    const { projectId, experiment, modelName } = this.context
    // What is still gathering is part of the snapshot: sending it first keeps snapshot and events apart.
    this.send()
    return {
      projectId,
      experimentId: experiment.record.id,
      name: experiment.name,
      modelName,
      sequence: this.sequence,
      startedMs: experiment.record.startedMs,
      progress: this.progress(),
      trials: [...this.trials.values()],
      telemetry: [...this.telemetry],
      windows: [...this.windows],
      decisions: [...this.decisions],
    }
  }

  /** The run is over. */
  ended(state: RunProgress['state']): void {
    this.state = state
    this.current = undefined
    this.activity = undefined
    for (const { trial } of this.trials.values()) this.refresh(trial)
    this.pending.progress = this.progress()
    this.send()
  }

  telemetryTaken(samples: readonly TelemetrySample[]): void {
    appendBounded(this.telemetry, samples)
    this.pending.telemetry = [...(this.pending.telemetry ?? []), ...samples]
  }

  trialChanged(trial: Trial): void {
    if (this.current?.trialId === trial.id) this.current = undefined
    this.refresh(trial)
    this.pending.progress = this.progress()
  }

  phaseChanged(trial: Trial, block: number, phase: ExecutionPhase): void {
    const started = this.current?.trialId === trial.id ? this.current.startedMs : this.context.clock.now()
    const isNew = this.current?.trialId !== trial.id
    this.current = { trialId: trial.id, phase, startedMs: started }
    this.block = block
    if (isNew) this.refresh(trial)
    this.pending.progress = this.progress()
  }

  samplesTaken(trial: Trial, samplesMs: readonly number[]): void {
    if (samplesMs.length === 0) return
    const totalMs = samplesMs.reduce((sum, ms) => sum + ms, 0)
    const window: LiveWindow = {
      timeMs: this.context.clock.now() - totalMs / 2,
      meanLatencyMs: totalMs / samplesMs.length,
      itemsPerSecond: (trial.config.batchSize * samplesMs.length * 1000) / totalMs,
      samples: samplesMs.length,
    }
    appendBounded(this.windows, [window])
    this.pending.windows = [...(this.pending.windows ?? []), window]
  }

  decided(reason: string): void {
    this.decisions.push(reason)
    this.pending.decisions = [...(this.pending.decisions ?? []), reason]
  }

  doing(activity: string): void {
    this.activity = activity
    this.pending.progress = this.progress()
  }

  writeFailed(failure: Failure): void {
    this.problem = failure
    this.pending.progress = this.progress()
  }

  private refresh(trial: Trial): void {
    const live = this.describe(trial)
    this.trials.set(trial.id, live)
    this.pending.trials = [
      ...(this.pending.trials ?? []).filter((other) => other.trial.id !== trial.id),
      live,
    ]
  }

  private describe(trial: Trial): LiveTrial {
    const { experiment } = this.context
    const { spec } = experiment.record
    const executions = experiment.executions
      .map(({ execution }) => execution)
      .filter(({ trialId }) => trialId === trial.id)
    const skip = experiment.skips.get(trial.id)
    const drift = experiment.outputDrifts.get(trial.id)
    const time = experiment.trialTimes.get(trial.id)
    // Measured again only after another execution: estimates of long runs are not free.
    if (this.measured.get(trial.id)?.executions !== executions.length) {
      this.measured.set(trial.id, { executions: executions.length, measurement: measure(executions) })
    }
    const { measurement } = this.measured.get(trial.id) ?? {}
    const variation = variationOf([...this.measured.values()].map((each) => each.measurement))
    const report = reportMeasured(
      { trial, executions, skip, measurement, drift, time },
      spec.seed,
      spec.rules,
      variation,
    )
    const over =
      this.state !== 'running' ||
      skip !== undefined ||
      executions.length >= spec.rules.executions ||
      (report !== undefined && report.outcome !== 'completed')
    return {
      trial,
      state: this.current?.trialId === trial.id ? 'running' : over ? 'ended' : 'waiting',
      executionsDone: executions.length,
      executionsPlanned: spec.rules.executions,
      report,
    }
  }

  private progress(): RunProgress {
    const expected = this.expected()
    return {
      state: this.state,
      executionsDone: expected.done,
      executionsPlanned: expected.planned,
      remainingMs: this.state === 'running' ? this.remainingMs(expected) : undefined,
      block: this.block,
      blocks: expected.blocks,
      current: this.current,
      doing: this.activity,
      problem: this.problem,
    }
  }

  /** Planned anew only after something ended: planning costs milliseconds, and phases change while it is measured. */
  private expected(): ReturnType<typeof expectedExecutions> {
    const { experiment, history } = this.context
    const after = `${experiment.trials.length}/${experiment.executions.length}/${experiment.skips.size}`
    if (this.expectation?.after !== after) {
      this.expectation = { after, ...expectedExecutions(experiment.record.spec, history()) }
    }
    return this.expectation
  }

  /** Mean duration of the executions so far times those to come, less what the current one has used of its share. */
  private remainingMs({ done, planned }: { done: number; planned: number }): number | undefined {
    const { experiment, clock } = this.context
    if (experiment.executions.length === 0) return undefined
    const total = experiment.executions.reduce((sum, { execution }) => sum + execution.durationMs, 0)
    const mean = total / experiment.executions.length
    const used = this.current === undefined ? 0 : Math.min(mean, clock.now() - this.current.startedMs)
    return Math.max(0, (planned - done) * mean - used)
  }
}

/** Both in the order of time. */
function appendBounded<T extends { timeMs: number }>(kept: T[], added: readonly T[]): void {
  kept.push(...added)
  const leastMs = (kept.at(-1)?.timeMs ?? 0) - keptMs
  const first = kept.findIndex(({ timeMs }) => timeMs >= leastMs)
  if (first > 0) kept.splice(0, first)
}
