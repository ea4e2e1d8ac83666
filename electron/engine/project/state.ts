import type { ExperimentSummary, ProjectHeader, ProjectRecord } from '../../contract/project.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { TrialDrift } from '../../contract/output-drift.ts'
import type { TelemetrySample } from '../../contract/telemetry.ts'
import type { TrialTime } from '../../contract/time-breakdown.ts'
import type { Execution, Skip, Trial } from '../../contract/trial.ts'

type ExperimentRecord = Extract<ProjectRecord, { record: 'experiment' }>

/** An experiment folded from its records. */
export interface ExperimentState {
  readonly record: ExperimentRecord
  name: string
  /** `interrupted` when the journal has no outcome for it and it does not run in this process. */
  state: ExperimentSummary['state']
  /** In the order they were planned. */
  readonly trials: Trial[]
  /** In the order they ended. */
  readonly executions: { execution: Execution; spanMs: [number, number] }[]
  /** By trial. */
  readonly skips: Map<string, Skip>
  /** Outputs of variants beside the reference's, by trial. */
  readonly outputDrifts: Map<string, TrialDrift>
  /** Where the time of calls goes, by trial. */
  readonly trialTimes: Map<string, TrialTime>
  readonly telemetry: TelemetrySample[]
  readonly decisions: string[]
}

/** A project folded from its journal. */
export interface ProjectState {
  readonly header: ProjectHeader
  /** By SHA-256. */
  readonly models: Map<string, ModelDescription>
  /** By id, in the order they were started; removed ones are gone. */
  readonly experiments: Map<string, ExperimentState>
  readonly notes: string[]
}
