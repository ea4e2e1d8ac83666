import { BatchscopeError, toFailure, type Failure } from '../../contract/failure.ts'
import type { ProjectRecord } from '../../contract/project.ts'
import type { Runtime } from '../../contract/runtime.ts'
import type { Skip, Trial, TrialConfig, ExecutionPhase } from '../../contract/trial.ts'
import type { PlannedInputs } from '../model/plan-inputs.ts'
import type { HostRuntime, Ports } from '../ports.ts'
import { hostRuntimeOf } from '../runtimes/host-runtime.ts'
import type { Project } from '../project/journal.ts'
import type { ExperimentState } from '../project/state.ts'
import { createRandom } from '../statistics/random.ts'
import type { Telemetry } from '../telemetry.ts'
import { runAfterMeasuring } from './after-measuring.ts'
import { ConditionsWatch } from './conditions.ts'
import { configKey } from './configurations.ts'
import { deviceFillOf } from './device-fill.ts'
import { executeTrial } from './execute.ts'
import { LostDevices } from './lost-devices.ts'
import { forecastMemory } from './memory-forecast.ts'
import { modelOf, planTrial, type TrialModels } from './plan-trial.ts'
import { createPlanner, type TrialHistory } from './planner.ts'
import { PlannerHistory } from './planner-history.ts'
import { driverDeviceOf } from './telemetry-intervals.ts'

/** What a runner tells while it works. Every call is cheap and synchronous: measuring goes on meanwhile. */
export interface RunnerListener {
  /** The trial is new, or an execution of it ended, or it was skipped. */
  trialChanged(trial: Trial): void
  phaseChanged(trial: Trial, block: number, phase: ExecutionPhase): void
  samplesTaken(trial: Trial, samplesMs: readonly number[]): void
  decided(reason: string): void
  /** What is done when nothing is left to be measured, one sentence. */
  doing(activity: string): void
  /** The project file could not be written; the run goes on in memory. */
  writeFailed(failure: Failure): void
}

interface RunnerContext {
  ports: Ports
  project: Pick<Project, 'append'>
  experiment: ExperimentState
  models: TrialModels
  /** Those installed now. */
  runtimes: readonly Runtime[]
  telemetry: Telemetry
  listener: RunnerListener
}

/**
 * Runs one experiment to its end: asks the planner what to measure, measures it one execution at a time, and writes
 * every result into the project before it goes on. Whatever happens to one execution is that execution's outcome;
 * only a failure of Batchscope itself ends the run.
 */
export class Runner {
  private readonly context: RunnerContext
  private readonly conditions: ConditionsWatch
  private readonly lost: LostDevices
  private current: { trial: Trial; abort: AbortController } | undefined
  /** Ends what is done after measuring. */
  private readonly afterwards = new AbortController()
  private ending: 'stopped' | 'abandoned' | undefined

  constructor(context: RunnerContext) {
    this.context = context
    this.conditions = new ConditionsWatch(context.ports, context.telemetry)
    this.lost = new LostDevices(context.ports.devices, context.experiment)
  }

  /** Resolves when the experiment ended, with everything done or stopped. */
  async run(): Promise<'finished' | 'stopped'> {
    const { spec, environment } = this.context.experiment.record
    const planner = createPlanner(spec, createRandom(spec.seed), environment)
    while (this.ending === undefined) {
      const step = planner.next(this.history())
      for (const decision of step.decisions ?? []) await this.decide(decision)
      if (step.kind === 'done') {
        // Without its device an experiment is not finished: it can be resumed.
        if (this.lost.any) break
        await this.afterMeasuring()
        // Stopping what comes after measuring takes nothing from what is measured; closing leaves it to be resumed.
        if (this.wasAbandoned()) break
        return this.end('finished')
      }
      for (const { config, failure } of step.skips ?? []) {
        await this.passOver(await this.trialFor(config, failure.message), failure)
      }
      // All of a step is made known at once, so that the table shows what is coming.
      const trials: Trial[] = []
      for (const { config, reason } of step.configs) trials.push(await this.trialFor(config, reason))
      await this.runBlock(trials, step.block)
    }
    // An abandoned run leaves no outcome behind: opening the project again shows it as interrupted.
    return this.wasAbandoned() ? 'stopped' : this.end('stopped')
  }

  /** Ends the run at once: the execution in progress is cancelled, everything finished is kept. */
  stop(): void {
    this.endNow('stopped')
  }

  /** Ends the run because Batchscope is closing; it can be resumed. */
  abandon(): void {
    this.endNow('abandoned')
  }

  /** Passes over a trial that runs or waits. */
  async skip(trialId: string): Promise<void> {
    const trial = this.context.experiment.trials.find(({ id }) => id === trialId)
    if (trial === undefined) return
    const failure: Failure = { code: 'skipped-by-user', message: 'Skipped by you.', owner: 'user' }
    await this.passOver(trial, failure)
    if (this.current?.trial.id === trialId) this.current.abort.abort(failure)
  }

  /** What the planner knows: cancelled executions measured nothing, so they count as not having run. */
  history(): TrialHistory[] {
    const { trials, executions, skips } = this.context.experiment
    return this.lost.seenBy(
      trials.map((trial) => ({
        trial,
        executions: executions
          .map(({ execution }) => execution)
          .filter(({ trialId, outcome }) => trialId === trial.id && outcome !== 'cancelled'),
        skip: skips.get(trial.id),
      })),
    )
  }

  private async runBlock(trials: readonly Trial[], block: number): Promise<void> {
    const { timeBudgetMs } = this.context.experiment.record.spec.constraints
    for (const trial of trials) {
      if (this.ending !== undefined) return
      if (this.context.experiment.skips.has(trial.id)) continue
      const lost = this.lost.reasonAgainst(trial.config)
      if (lost !== undefined) {
        await this.passOver(trial, lost)
        continue
      }
      const completed = await this.execute(trial, block)
      // The rest of the block may have lost its sense, for example after an out-of-memory, or there may be no time left
      // for it: ask the planner again.
      if (!completed || timeBudgetMs !== undefined) return
    }
  }

  private async execute(trial: Trial, block: number): Promise<boolean> {
    const { ports, experiment, models, telemetry, listener } = this.context
    const { spec, environment } = experiment.record
    const device = driverDeviceOf(trial.config)
    const planned = await this.planned(trial)
    if (planned === undefined) return false
    const abort = new AbortController()
    this.current = { trial, abort }
    telemetry.watchHost(undefined)
    await this.conditions.begin(trial.config, abort.signal)
    const startedMs = ports.clock.now()
    const execution = await executeTrial({
      ports,
      model: modelOf(models, trial.config),
      spec,
      trial,
      executionId: `${trial.id}.${this.executionsOf(trial) + 1}`,
      block,
      ...planned,
      predictedMemory: forecastMemory(trial.config, new PlannerHistory(this.history())),
      signal: abort.signal,
      onPhase: (phase) => {
        this.conditions.enter(phase)
        listener.phaseChanged(trial, block, phase)
      },
      onSamples: (phase, samplesMs) => {
        if (phase === 'measuring') listener.samplesTaken(trial, samplesMs)
      },
      onHost: (pid) => telemetry.watchHost(pid),
      onMeasured: (pid) => this.conditions.lookAtHost(pid),
      memoryPeaks: () => telemetry.peaks(device),
      deviceFill: () =>
        deviceFillOf(device, environment, telemetry.peaks(device), this.conditions.usersBefore),
      machine: environment,
    })
    telemetry.watchHost(undefined)
    const seen = await this.conditions.end()
    if (execution.outcome === 'completed') {
      Object.assign(execution, this.conditions.energy(execution)).flags.push(...seen)
    }
    this.current = undefined
    await this.write({
      record: 'execution',
      experimentId: experiment.record.id,
      execution,
      spanMs: [startedMs, ports.clock.now()],
    })
    listener.trialChanged(trial)
    const loss = await this.lost.after(trial.config, execution)
    if (loss !== undefined) await this.decide(loss)
    for (const { left, failure } of this.lost.leftOf(experiment)) await this.passOver(left, failure)
    return execution.outcome === 'completed'
  }

  /**
   * What to feed and what to load; a size that nothing can be fed at (the search may get there), and a runtime that is
   * gone, are passed over with the reason.
   */
  private async planned(
    trial: Trial,
  ): Promise<(PlannedInputs & { runtime: HostRuntime | undefined }) | undefined> {
    const { models, experiment, runtimes } = this.context
    try {
      const runtime = hostRuntimeOf(runtimes, trial.config.runtime)
      return { runtime, ...planTrial(models, trial.config, experiment.record.spec) }
    } catch (error) {
      await this.passOver(trial, toFailure(error))
      return undefined
    }
  }

  private wasAbandoned(): boolean {
    return this.ending === 'abandoned'
  }

  private async afterMeasuring(): Promise<void> {
    const { ports, models, experiment, runtimes, listener } = this.context
    await runAfterMeasuring({
      ...{ ports, models, experiment, runtimes },
      signal: this.afterwards.signal,
      say: async (sentence) => {
        listener.doing(sentence)
        await this.decide(sentence)
      },
      write: (record) => this.write(record),
      trialChanged: (trialId) => {
        const trial = experiment.trials.find(({ id }) => id === trialId)
        if (trial !== undefined) listener.trialChanged(trial)
      },
    })
  }

  private executionsOf(trial: Trial): number {
    return this.context.experiment.executions.filter(({ execution }) => execution.trialId === trial.id).length
  }

  private async trialFor(config: TrialConfig, reason: string): Promise<Trial> {
    const { experiment, listener } = this.context
    const key = configKey(config)
    const existing = experiment.trials.find((trial) => configKey(trial.config) === key)
    if (existing !== undefined) return existing
    const trial: Trial = {
      id: `${experiment.record.id}.${experiment.trials.length + 1}`,
      experimentId: experiment.record.id,
      config,
      reason,
    }
    await this.write({ record: 'trial', trial })
    listener.trialChanged(trial)
    return trial
  }

  private async passOver(trial: Trial, failure: Failure): Promise<void> {
    const { experiment, listener } = this.context
    if (experiment.skips.has(trial.id)) return
    const skip: Skip = { trialId: trial.id, failure }
    await this.write({ record: 'skip', experimentId: experiment.record.id, skip })
    listener.trialChanged(trial)
  }

  private async decide(reason: string): Promise<void> {
    const { experiment, listener } = this.context
    // Asked again within a block, the planner says the same again.
    if (experiment.decisions.includes(reason)) return
    await this.write({ record: 'decision', experimentId: experiment.record.id, reason })
    listener.decided(reason)
  }

  private async end(state: 'finished' | 'stopped'): Promise<'finished' | 'stopped'> {
    const { experiment, ports } = this.context
    await this.write({
      record: 'outcome',
      experimentId: experiment.record.id,
      state,
      ended: ports.clock.wallTime(),
    })
    return state
  }

  private endNow(ending: 'stopped' | 'abandoned'): void {
    this.ending ??= ending
    const failure: Failure = { code: 'cancelled', message: 'Stopped before it ended.', owner: 'user' }
    this.current?.abort.abort(failure)
    this.afterwards.abort(failure)
  }

  /** A full disk must not cost the measurement: the record is in memory, and the person is told. */
  private async write(record: ProjectRecord): Promise<void> {
    try {
      await this.context.project.append(record)
    } catch (error) {
      if (!(error instanceof BatchscopeError) || error.failure.code !== 'disk') throw error
      this.context.listener.writeFailed(toFailure(error))
    }
  }
}
