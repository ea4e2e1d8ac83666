import * as v from 'valibot'
import { TrialReportSchema } from './analysis.ts'
import { FailureSchema } from './failure.ts'
import { experimentStates } from './project.ts'
import { TelemetrySampleSchema } from './telemetry.ts'
import { ExecutionPhaseSchema, TrialSchema } from './trial.ts'

/** A stretch of samples of the execution that is running: a summary, because nobody looks at single samples live. */
export const LiveWindowSchema = v.object({
  /** Middle of the stretch on the telemetry clock. */
  timeMs: v.number(),
  meanLatencyMs: v.number(),
  itemsPerSecond: v.number(),
  samples: v.number(),
})
export type LiveWindow = v.InferOutput<typeof LiveWindowSchema>

/** What is known of a trial while its experiment runs. */
export const LiveTrialSchema = v.object({
  trial: TrialSchema,
  state: v.picklist(['waiting', 'running', 'ended']),
  /** Executions that ended, and how many are planned. */
  executionsDone: v.number(),
  executionsPlanned: v.number(),
  /** What the executions so far show; present from the first ended one. */
  report: v.optional(TrialReportSchema),
})
export type LiveTrial = v.InferOutput<typeof LiveTrialSchema>

/** Where a running experiment stands. */
export const RunProgressSchema = v.object({
  state: v.picklist(experimentStates),
  executionsDone: v.number(),
  /** What is planned so far; grows while `auto` searches. */
  executionsPlanned: v.number(),
  /** Expected time to the end, in ms; absent before it can be told. */
  remainingMs: v.optional(v.number()),
  /** Block being measured, from 1. */
  block: v.number(),
  blocks: v.number(),
  current: v.optional(
    v.object({
      trialId: v.string(),
      phase: ExecutionPhaseSchema,
      /** When the execution began, on the telemetry clock. */
      startedMs: v.number(),
    }),
  ),
  /** What is being done instead of measuring, one sentence: outputs of variants are compared when all is measured. */
  doing: v.optional(v.string()),
  /** Something that the person must know while it runs on, for example that the disk is full. */
  problem: v.optional(FailureSchema),
})
export type RunProgress = v.InferOutput<typeof RunProgressSchema>

/** Everything about a run, for a client that has just arrived. Events with a larger `sequence` continue it. */
export const RunSnapshotSchema = v.object({
  projectId: v.string(),
  experimentId: v.string(),
  name: v.string(),
  modelName: v.string(),
  sequence: v.number(),
  /** The telemetry clock at the start of the experiment. */
  startedMs: v.number(),
  progress: RunProgressSchema,
  trials: v.array(LiveTrialSchema),
  telemetry: v.array(TelemetrySampleSchema),
  windows: v.array(LiveWindowSchema),
  decisions: v.array(v.string()),
})
export type RunSnapshot = v.InferOutput<typeof RunSnapshotSchema>

/** What happened in the last 100 ms or so of a run. Absent parts did not change. */
export const RunEventSchema = v.object({
  projectId: v.string(),
  experimentId: v.string(),
  /** Counts up by one; a gap means that something was lost and the snapshot must be fetched again. */
  sequence: v.number(),
  progress: v.optional(RunProgressSchema),
  /** Trials that are new or changed, whole. */
  trials: v.optional(v.array(LiveTrialSchema)),
  telemetry: v.optional(v.array(TelemetrySampleSchema)),
  windows: v.optional(v.array(LiveWindowSchema)),
  decisions: v.optional(v.array(v.string())),
})
export type RunEvent = v.InferOutput<typeof RunEventSchema>
