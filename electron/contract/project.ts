import * as v from 'valibot'
import { EnvironmentSchema } from './environment.ts'
import { ExperimentSpecSchema } from './experiment.ts'
import { ModelDescriptionSchema } from './model.ts'
import { TrialDriftSchema } from './output-drift.ts'
import { TelemetrySampleSchema } from './telemetry.ts'
import { TrialTimeSchema } from './time-breakdown.ts'
import { ExecutionSchema, SkipSchema, TrialSchema } from './trial.ts'

/** First line of a project file. */
export const ProjectHeaderSchema = v.object({
  format: v.literal('batchscope-project'),
  formatVersion: v.pipe(v.number(), v.integer(), v.minValue(1)),
  creator: v.string(),
  creatorVersion: v.string(),
  /** ISO 8601. */
  created: v.string(),
})
export type ProjectHeader = v.InferOutput<typeof ProjectHeaderSchema>

/** Newest format that this version writes and reads. */
export const projectFormatVersion = 1

export const experimentStates = ['running', 'finished', 'stopped', 'interrupted'] as const

/** Every later line of a project file is one of these (design section 5). */
export const ProjectRecordSchema = v.variant('record', [
  v.object({ record: v.literal('model'), model: ModelDescriptionSchema }),
  v.object({
    record: v.literal('experiment'),
    id: v.string(),
    name: v.string(),
    modelSha256: v.string(),
    spec: ExperimentSpecSchema,
    environment: EnvironmentSchema,
    /** ISO 8601. */
    started: v.string(),
    /** `timeMs` of telemetry at the start, so that a chart can begin at zero. */
    startedMs: v.number(),
  }),
  v.object({ record: v.literal('trial'), trial: TrialSchema }),
  v.object({
    record: v.literal('execution'),
    experimentId: v.string(),
    execution: ExecutionSchema,
    /** The execution's span on the telemetry clock, in ms. */
    spanMs: v.tuple([v.number(), v.number()]),
  }),
  v.object({ record: v.literal('skip'), experimentId: v.string(), skip: SkipSchema }),
  v.object({
    record: v.literal('telemetry'),
    experimentId: v.string(),
    samples: v.array(TelemetrySampleSchema),
  }),
  /** The outputs of a trial of a variant beside the reference's. */
  v.object({ record: v.literal('output-drift'), experimentId: v.string(), drift: TrialDriftSchema }),
  /** Where the time of a trial's calls goes, or why that is not known. */
  v.object({ record: v.literal('trial-time'), experimentId: v.string(), time: TrialTimeSchema }),
  /** What the planner decided and why, in one sentence. */
  v.object({ record: v.literal('decision'), experimentId: v.string(), reason: v.string() }),
  /** The experiment ended: with everything planned done, or stopped by the user. */
  v.object({
    record: v.literal('outcome'),
    experimentId: v.string(),
    state: v.picklist(['finished', 'stopped']),
    /** ISO 8601. */
    ended: v.string(),
  }),
  v.object({ record: v.literal('note'), text: v.string() }),
  v.object({ record: v.literal('rename'), experimentId: v.string(), name: v.string() }),
  v.object({ record: v.literal('removal'), experimentId: v.string() }),
])
export type ProjectRecord = v.InferOutput<typeof ProjectRecordSchema>

/** An experiment as the project tree lists it. */
export const ExperimentSummarySchema = v.object({
  id: v.string(),
  name: v.string(),
  modelSha256: v.string(),
  modelName: v.string(),
  /** `interrupted`: it was running when its process ended; it can be resumed. */
  state: v.picklist(experimentStates),
  started: v.string(),
  trials: v.number(),
  /** Trials that ended with numbers. */
  completed: v.number(),
})
export type ExperimentSummary = v.InferOutput<typeof ExperimentSummarySchema>

/** An open project as the workbench shows it. */
export const ProjectSummarySchema = v.object({
  /** For the time it is open; not stored. */
  id: v.string(),
  path: v.string(),
  name: v.string(),
  /** Why it cannot be written to; absent when it can. */
  readOnlyReason: v.optional(v.string()),
  /** Said once on opening, for example that a torn last line was dropped. */
  notices: v.array(v.string()),
  models: v.array(ModelDescriptionSchema),
  experiments: v.array(ExperimentSummarySchema),
})
export type ProjectSummary = v.InferOutput<typeof ProjectSummarySchema>
