import { BatchscopeError, toFailure } from '../../contract/failure.ts'
import type { RunEvent, RunSnapshot } from '../../contract/run-event.ts'
import type { Runtime } from '../../contract/runtime.ts'
import type { TelemetrySample } from '../../contract/telemetry.ts'
import type { Ports } from '../ports.ts'
import type { Project } from '../project/journal.ts'
import type { ExperimentState } from '../project/state.ts'
import { createTelemetry } from '../telemetry.ts'
import { LiveRun } from './live-run.ts'
import type { TrialModels } from './plan-trial.ts'
import { createRunReadings, onlyDeviceOf } from './run-readings.ts'
import { Runner } from './runner.ts'
import { driverDeviceOf, telemetryIntervals } from './telemetry-intervals.ts'

interface RunSubject {
  projectId: string
  project: Project
  experiment: ExperimentState
  models: TrialModels
  /** Those installed now. */
  runtimes: readonly Runtime[]
}

interface ActiveRun {
  subject: RunSubject
  runner: Runner
  live: LiveRun
  /** Resolves when everything about the run is over. Never rejects. */
  over: Promise<void>
}

/** At most one run at a time: two would disturb each other's measurement. */
export class RunControl {
  private readonly ports: Ports
  private readonly emit: (event: RunEvent) => void
  private readonly projectsChanged: () => void
  private active: ActiveRun | undefined
  /** True while a run is being made ready. */
  private reserved = false
  /** The last run of this launch, for clients that arrive after its end. */
  private last: ActiveRun | undefined

  constructor(context: { ports: Ports; emit(event: RunEvent): void; projectsChanged(): void }) {
    this.ports = context.ports
    this.emit = context.emit
    this.projectsChanged = context.projectsChanged
  }

  /** Throws `busy` while a run (of this experiment, if one is named) is in progress. */
  refuseIfRunning(experimentId?: string): void {
    const running = this.active?.subject.experiment
    if (running === undefined || (experimentId !== undefined && running.record.id !== experimentId)) return
    throw new BatchscopeError({
      code: 'busy',
      message: `${running.name} is being measured.`,
      hint: 'Wait for its end or stop it: two runs at once would disturb each other.',
      owner: 'user',
    })
  }

  /** Throws `busy` while a run is in progress or being made ready. */
  refuseIfBusy(): void {
    this.refuseIfRunning()
    if (!this.reserved) return
    throw new BatchscopeError({
      code: 'busy',
      message: 'Another experiment is being started.',
      hint: 'Wait for its end or stop it: two runs at once would disturb each other.',
      owner: 'user',
    })
  }

  /** Whether a run is in progress or being made ready. */
  get isBusy(): boolean {
    return this.active !== undefined || this.reserved
  }

  /**
   * Keeps others from starting while `prepare` makes a run ready and starts it. Throws `busy` while one is in progress or
   * being made ready.
   */
  async reserve<T>(prepare: () => Promise<T>): Promise<T> {
    this.refuseIfBusy()
    this.reserved = true
    try {
      return await prepare()
    } finally {
      this.reserved = false
    }
  }

  start(subject: RunSubject): void {
    this.refuseIfRunning()
    const { ports } = this
    const { projectId, project, experiment, models, runtimes } = subject
    experiment.state = 'running'
    // Until the first execution says what it needs: what a device needs takes longer to begin.
    const [first = 'cpu', ...others] = experiment.record.spec.factors.executionProviders
    const provider = others.find((each) => driverDeviceOf({ executionProvider: each }) !== undefined) ?? first
    const telemetry = createTelemetry(ports, telemetryIntervals({ executionProvider: provider }))
    const live: LiveRun = new LiveRun({
      projectId,
      experiment,
      modelName: models.reference.name,
      clock: ports.clock,
      history: () => runner.history(),
      emit: this.emit,
    })
    const runner: Runner = new Runner({
      ...{ ports, project, experiment, models, runtimes },
      ...{ telemetry, listener: live },
    })
    const over = this.follow({ subject, runner, live }, telemetry)
    this.active = this.last = { subject, runner, live, over }
    this.projectsChanged()
  }

  snapshot(): RunSnapshot | null {
    return this.last?.live.snapshot() ?? null
  }

  /** Ends the run at once and waits until it is over. Nothing happens when it does not run. */
  async stop(experimentId: string): Promise<void> {
    if (this.active?.subject.experiment.record.id !== experimentId) return
    this.active.runner.stop()
    await this.active.over
  }

  async skip(experimentId: string, trialId: string): Promise<void> {
    if (this.active?.subject.experiment.record.id === experimentId) await this.active.runner.skip(trialId)
  }

  /** Ends a run whose project is about to be closed. */
  async endIn(projectId: string): Promise<void> {
    if (this.active?.subject.projectId === projectId) await this.shutdown()
    if (this.last?.subject.projectId === projectId) this.last = undefined
  }

  async shutdown(): Promise<void> {
    this.active?.runner.abandon()
    await this.active?.over
  }

  private async follow(
    { subject, runner, live }: Omit<ActiveRun, 'over'>,
    telemetry: ReturnType<typeof createTelemetry>,
  ): Promise<void> {
    const { project, experiment } = subject
    const ended = new AbortController()
    const broadcasting = live.broadcast(ended.signal)
    let unwritten: TelemetrySample[] = []
    const writeTelemetry = () => {
      if (unwritten.length === 0) return
      const samples = unwritten
      unwritten = []
      // A failed write is told by the execution record that follows; the samples stay in memory.
      void project
        .append({ record: 'telemetry', experimentId: experiment.record.id, samples })
        .catch(() => undefined)
    }
    const readingsOf = createRunReadings(onlyDeviceOf(experiment.record.spec.factors))
    telemetry.start((samples) => {
      const { shown, recorded } = readingsOf(samples)
      live.telemetryTaken(shown)
      unwritten.push(...recorded)
      if (unwritten.length >= 100) writeTelemetry()
    })
    try {
      experiment.state = await runner.run()
    } catch (error) {
      // Only a fault of our own gets here: an execution's failure is that execution's outcome.
      experiment.state = 'interrupted'
      live.writeFailed(toFailure(error))
    }
    await telemetry.stop()
    writeTelemetry()
    ended.abort()
    await broadcasting
    await project.flush().catch(() => undefined)
    this.active = undefined
    live.ended(experiment.state)
    this.projectsChanged()
  }
}
