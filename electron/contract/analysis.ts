import * as v from 'valibot'
import { sloPhrase, SloSchema, type Slo } from './experiment.ts'
import { FailureSchema } from './failure.ts'
import { LatencyFitSchema, MemoryFitSchema } from './fit.ts'
import { IntervalSchema } from './interval.ts'
import { OutputDriftSchema } from './output-drift.ts'
import { TimeBreakdownSchema } from './time-breakdown.ts'
import { VariantSummarySchema } from './variant-summary.ts'
import {
  EnergySchema,
  FlagSchema,
  MemoryPeaksSchema,
  MemoryPredictionSchema,
  TrialConfigSchema,
} from './trial.ts'

/** Latency over all samples of a trial's completed executions, in ms. */
export const LatencySummarySchema = v.object({
  mean: v.number(),
  /** Absent with fewer than two samples. */
  meanCi95: v.optional(IntervalSchema),
  stdev: v.optional(v.number()),
  min: v.number(),
  p50: v.number(),
  p90: v.number(),
  p95: v.number(),
  p99: v.number(),
  max: v.number(),
  /** Number of samples. */
  samples: v.number(),
  /** 95 % intervals of the percentiles that the samples carry. */
  percentilesCi95: v.optional(
    v.object({
      p50: v.optional(IntervalSchema),
      p90: v.optional(IntervalSchema),
      p95: v.optional(IntervalSchema),
      p99: v.optional(IntervalSchema),
    }),
  ),
  /** Percentiles that the samples are too few to carry at 99 % confidence, for example [99]. */
  unsupportedPercentiles: v.array(v.number()),
  /** Samples far above the rest of their execution, which are part of every number here; absent where there are none. */
  outliers: v.optional(
    v.object({
      count: v.number(),
      /** Their share of the time of all samples, 0 to 1. */
      shareOfTime: v.number(),
      largestMs: v.number(),
    }),
  ),
})
export type LatencySummary = v.InferOutput<typeof LatencySummarySchema>

/** What one execution (fresh process) measured: the unit that comparisons of runs rest on. */
export const ExecutionSummarySchema = v.object({
  /** The round it belongs to, from 1: executions of one block ran close in time. */
  block: v.number(),
  /** Number of samples; at least 1. */
  samples: v.number(),
  /** Mean over its samples, in ms; above 0. */
  meanLatencyMs: v.number(),
  /** Items finished per second of its measured window; above 0. */
  itemsPerSecond: v.number(),
  /**
   * Variance of the mean latency over its square, as far as samples of this execution account for it (block bootstrap):
   * 0.0001 for a standard error of 1 %. Absent with one sample.
   */
  meanRelativeVariance: v.optional(v.number()),
  /** Number of independent blocks of samples that the variance rests on; not to be confused with `block`. */
  sampleBlocks: v.number(),
})
export type ExecutionSummary = v.InferOutput<typeof ExecutionSummarySchema>

const trialReportFields = {
  id: v.string(),
  config: TrialConfigSchema,
  /** Why the planner asked for it, in one clause; absent in documents of versions before 0.2. */
  reason: v.optional(v.string()),
  /** Executions that ended, whatever their outcome. */
  executions: v.number(),
  flags: v.array(FlagSchema),
  memory: MemoryPeaksSchema,
  /** What its first execution was expected to need before it began. */
  predictedMemory: v.optional(MemoryPredictionSchema),
  /** For a trial of a variant: how far its outputs lie from the reference's; absent until they were compared. */
  outputDrift: v.optional(v.array(OutputDriftSchema)),
  /** Why outputs could not be compared, one sentence. */
  outputDriftProblem: v.optional(v.string()),
  /** Where the time of a call goes; absent until it was profiled, which is done for devices only. */
  timeBreakdown: v.optional(TimeBreakdownSchema),
  /** Why there is no breakdown, one sentence. */
  timeBreakdownProblem: v.optional(v.string()),
}

/** A trial with numbers. */
export const CompletedTrialReportSchema = v.object({
  ...trialReportFields,
  outcome: v.literal('completed'),
  latencyMs: LatencySummarySchema,
  throughput: v.object({ itemsPerSecond: v.number(), ci95: v.optional(IntervalSchema) }),
  /** Mean over executions. */
  loadMs: v.number(),
  /** Mean over executions. */
  firstInferenceMs: v.number(),
  /** Mean over the executions whose power is known; absent where it is of none. */
  energy: v.optional(EnergySchema),
  /** One entry an execution that measured, in the order they ran. Since 0.2: documents of older versions lack it. */
  perExecution: v.optional(v.array(ExecutionSummarySchema)),
  /** Of the last execution that did not complete, where others did. */
  failure: v.optional(FailureSchema),
})
export type CompletedTrialReport = v.InferOutput<typeof CompletedTrialReportSchema>

/** A trial without numbers, and why. */
export const UnfinishedTrialReportSchema = v.object({
  ...trialReportFields,
  outcome: v.picklist(['out-of-memory', 'failed', 'crashed', 'timed-out', 'cancelled', 'skipped']),
  failure: FailureSchema,
})
export type UnfinishedTrialReport = v.InferOutput<typeof UnfinishedTrialReportSchema>

/** What is known of one ended trial. Statistics exist only on the variant that has them. */
export const TrialReportSchema = v.variant('outcome', [
  CompletedTrialReportSchema,
  UnfinishedTrialReportSchema,
])
export type TrialReport = v.InferOutput<typeof TrialReportSchema>

export const goals = ['latency', 'throughput', 'knee', 'slo', 'memory', 'efficiency'] as const
export const GoalSchema = v.picklist(goals)
export type Goal = v.InferOutput<typeof GoalSchema>

/** A goal as a person reads it; that of the latency bound is the bound itself. */
export function goalTitle(goal: Goal, slo: Slo | undefined): string {
  switch (goal) {
    case 'latency':
      return 'Lowest latency'
    case 'throughput':
      return 'Highest throughput'
    case 'knee':
      return 'Knee'
    case 'slo':
      return slo === undefined ? 'Latency bound' : sloPhrase(slo)
    case 'memory':
      return 'Fits in memory'
    case 'efficiency':
      return 'Best throughput per watt'
  }
}

/** One card: the batch size for one goal. */
export const RecommendationSchema = v.object({
  goal: GoalSchema,
  /** null when nothing can be recommended; `reason` says why. */
  batchSize: v.nullable(v.number()),
  /** The trial behind the recommendation; absent with `batchSize: null`. */
  trialId: v.optional(v.string()),
  /** Batch sizes that cannot be told apart from the best at 95 %, ascending, the recommended one included. */
  equivalent: v.array(v.number()),
  /**
   * Those of `equivalent` that are smaller than the recommended one: they measured worse, though not by so much that it
   * is shown. Where there are any, more executions would settle them.
   */
  unsettled: v.optional(v.array(v.number())),
  /** At 95 %, the best is ahead of the recommended one by at most this fraction; absent where it cannot be told. */
  within: v.optional(v.number()),
  /** One sentence with the numbers in it. */
  reason: v.string(),
  /** What it costs against the other goals: one sentence, where there is something to say. */
  cost: v.optional(v.string()),
})
export type Recommendation = v.InferOutput<typeof RecommendationSchema>

/** The measured memory boundary along the batch sizes of one series. */
export const BoundarySchema = v.object({
  /** The largest that completed twice, for a second run can need more than the first; null when none did. */
  largestThatFits: v.nullable(v.number()),
  smallestThatDoesNot: v.number(),
  /** The largest that completed once and was not repeated, where that is larger than `largestThatFits`. */
  largestSeenOnce: v.optional(v.number()),
  /** What the line through the memory of the smaller batch sizes puts within the limit. */
  predicted: v.optional(v.object({ batchSize: v.number(), ci95: v.optional(IntervalSchema) })),
  limitedBy: v.picklist(['device', 'host']),
})
export type Boundary = v.InferOutput<typeof BoundarySchema>

/** Trials that differ in nothing but the batch size: one curve of a chart. */
export const SeriesSchema = v.object({
  /** Everything but the batch size, as a stable key. */
  key: v.string(),
  /** As a person says it: `cpu`, `cpu, 2 threads`, `cpu, fp16`. */
  label: v.string(),
  /** Ascending by batch size. */
  trialIds: v.array(v.string()),
  /** Absent with fewer than three batch sizes. */
  latencyFit: v.optional(LatencyFitSchema),
  /** Absent with fewer than two batch sizes whose memory is known. */
  memoryFit: v.optional(MemoryFitSchema),
})
export type Series = v.InferOutput<typeof SeriesSchema>

/** How the machine's speed changed over an experiment: common to all trials of a block, so that comparing within blocks cancels it. */
export const DriftSchema = v.object({
  /** Latency of each block relative to the first, 1.04 for 4 % slower; of blocks that share trials with others. */
  blocks: v.array(v.object({ block: v.number(), ratio: v.number() })),
  /** Largest over smallest of the ratios, less one. */
  range: v.number(),
  /** True when the differences are more than chance allows at 99 %. */
  significant: v.boolean(),
})
export type Drift = v.InferOutput<typeof DriftSchema>

/** Everything that is concluded from an experiment's executions. Computed, never stored. */
export const AnalysisSchema = v.object({
  trials: v.array(TrialReportSchema),
  series: v.array(SeriesSchema),
  boundary: v.nullable(BoundarySchema),
  recommendations: v.array(RecommendationSchema),
  /** The reference and its variants, setting by setting; absent where there are no variants. */
  variants: v.optional(v.array(VariantSummarySchema)),
  /** Absent with fewer than two blocks. */
  drift: v.optional(DriftSchema),
  /** The answer in one sentence that a person can quote, and what speaks for it against the next choice. */
  answer: v.object({ headline: v.string(), support: v.optional(v.string()) }),
  /** The latency bound that the recommendations were made for, where there is one. */
  slo: v.optional(SloSchema),
})
export type Analysis = v.InferOutput<typeof AnalysisSchema>
