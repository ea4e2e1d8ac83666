import * as v from 'valibot'
import { IntervalSchema } from './interval.ts'
import { ExecutionProviderSchema } from './experiment.ts'
import { FailureSchema } from './failure.ts'

/** One configuration of an experiment. */
export const TrialConfigSchema = v.object({
  batchSize: v.number(),
  executionProvider: ExecutionProviderSchema,
  /** Absent for providers that run on the CPU. */
  device: v.optional(v.number()),
  /** Intra-op threads; absent means ONNX Runtime's own choice. */
  threads: v.optional(v.number()),
  /** Free dimensions by key. */
  dims: v.record(v.string(), v.number()),
  /** Name of the variant; absent for the experiment's own model, the reference. */
  variant: v.optional(v.string()),
  /** Name of the runtime; absent for the built-in one. */
  runtime: v.optional(v.string()),
})
export type TrialConfig = v.InferOutput<typeof TrialConfigSchema>

export const outcomes = [
  'completed',
  'out-of-memory',
  'failed',
  'crashed',
  'timed-out',
  'cancelled',
  'skipped',
] as const
export const OutcomeSchema = v.picklist(outcomes)
export type Outcome = v.InferOutput<typeof OutcomeSchema>

/** Reasons to read a trial's numbers with care (design section 3). */
export const flagNames = [
  'unsteady',
  'drifting',
  'wide-interval',
  'throttled',
  'shared-device',
  'spilled',
  'ep-fallback',
  'batch-ignored',
  'few-samples',
] as const
export const FlagSchema = v.object({
  name: v.picklist(flagNames),
  /** What was seen, in one clause with its numbers. */
  reason: v.string(),
})
export type Flag = v.InferOutput<typeof FlagSchema>

/** Peaks over one execution. */
export const MemoryPeaksSchema = v.object({
  /** Peak resident set of the session host. */
  hostPeakBytes: v.optional(v.number()),
  /** Peak of what the driver reports as used, less the baseline before the session was created. */
  devicePeakBytes: v.optional(v.number()),
  deviceBaselineBytes: v.optional(v.number()),
  /**
   * How `devicePeakBytes` was told: by the driver, of the session host's own process; or as the difference between what
   * the whole device had in use and the baseline. Absent in projects of versions before 0.4: the difference.
   */
  deviceMeasuredBy: v.optional(v.picklist(['process', 'difference'])),
})
export type MemoryPeaks = v.InferOutput<typeof MemoryPeaksSchema>

/** Electrical energy of a measured window, from the device's power over it. */
export const EnergySchema = v.object({
  joulesPerItem: v.number(),
  meanWatts: v.number(),
  /** Readings of the power within the window. */
  readings: v.number(),
})
export type Energy = v.InferOutput<typeof EnergySchema>

/** What an execution was expected to need, from the trials before it. */
export const MemoryPredictionSchema = v.object({
  of: v.picklist(['device', 'host']),
  bytes: v.number(),
  /** Absent where too few trials have run to tell. */
  ci95: v.optional(IntervalSchema),
})
export type MemoryPrediction = v.InferOutput<typeof MemoryPredictionSchema>

/** The stages of one execution, in order. */
export const executionPhases = [
  'starting',
  'loading',
  'first-inference',
  'warming-up',
  'measuring',
  'ending',
] as const
export const ExecutionPhaseSchema = v.picklist(executionPhases)
export type ExecutionPhase = v.InferOutput<typeof ExecutionPhaseSchema>

const executionFields = {
  id: v.string(),
  trialId: v.string(),
  /** The round it belongs to, from 1: executions of one block ran close in time and are compared with each other. */
  block: v.number(),
  /** ISO 8601, wall clock. */
  startedAt: v.string(),
  /** From the start of the host to its end, in ms. */
  durationMs: v.number(),
  memory: MemoryPeaksSchema,
  /** Made before it began; absent while fewer than two batch sizes of its series had completed. */
  predictedMemory: v.optional(MemoryPredictionSchema),
}

/** An execution that measured something: the only variant that has samples. */
export const CompletedExecutionSchema = v.object({
  ...executionFields,
  outcome: v.literal('completed'),
  /** Latency of each sample of the measured window in ms, in the order they were taken. */
  samplesMs: v.array(v.number()),
  /** Wall time of the measured window in ms; samples and the little between them. */
  windowMs: v.number(),
  /** Creating the session, in ms. */
  loadMs: v.number(),
  /** The first run, in ms: not part of the samples. */
  firstInferenceMs: v.number(),
  warmup: v.object({ samples: v.number(), ms: v.number(), steady: v.boolean() }),
  /** Why measuring ended: the interval was narrow enough, or time was up. */
  endedBy: v.picklist(['interval', 'time']),
  /** Batch size seen in the outputs; absent when no output has a batch axis that could be checked. */
  outputBatch: v.optional(v.number()),
  /** Nodes placed on another provider than the one asked for; absent where the runtime does not tell. */
  fallbackNodes: v.optional(v.number()),
  /** Name of the clock that timed the samples. */
  clock: v.string(),
  /** Absent where the device's power is not known, or was read too seldom. */
  energy: v.optional(EnergySchema),
  flags: v.array(FlagSchema),
})
export type CompletedExecution = v.InferOutput<typeof CompletedExecutionSchema>

/** An execution that ended without a measurement. */
export const UnfinishedExecutionSchema = v.object({
  ...executionFields,
  outcome: v.picklist(['out-of-memory', 'failed', 'crashed', 'timed-out', 'cancelled']),
  failure: FailureSchema,
  /** Where it was when it ended. */
  phase: ExecutionPhaseSchema,
  /** For `out-of-memory`: whose memory ran out. */
  memoryOwner: v.optional(v.picklist(['device', 'host'])),
})
export type UnfinishedExecution = v.InferOutput<typeof UnfinishedExecutionSchema>

export const ExecutionSchema = v.variant('outcome', [CompletedExecutionSchema, UnfinishedExecutionSchema])
export type Execution = v.InferOutput<typeof ExecutionSchema>

/** A trial as planned. */
export const TrialSchema = v.object({
  id: v.string(),
  experimentId: v.string(),
  config: TrialConfigSchema,
  /** Why the planner asked for it, in one clause. */
  reason: v.string(),
})
export type Trial = v.InferOutput<typeof TrialSchema>

/** Set when a trial was passed over: before it ran, or by the user while it ran. */
export const SkipSchema = v.object({ trialId: v.string(), failure: FailureSchema })
export type Skip = v.InferOutput<typeof SkipSchema>
