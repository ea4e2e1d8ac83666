import * as v from 'valibot'
import { sloPhrase, SloSchema, type Slo } from './experiment.ts'
import { FailureSchema } from './failure.ts'
import { FlagSchema, MemoryPeaksSchema, TrialConfigSchema } from './trial.ts'

/** A 95 % interval, [low, high]. */
export const IntervalSchema = v.tuple([v.number(), v.number()])
export type Interval = v.InferOutput<typeof IntervalSchema>

/** The `±` of an interval: half its width relative to its middle; `undefined` for a middle that is not above 0. */
export function relativeHalfWidthOf([low, high]: Interval): number | undefined {
  const relative = (high - low) / (high + low)
  return Number.isFinite(relative) && relative >= 0 ? relative : undefined
}

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
  /** Percentiles that the samples are too few to carry at 99 % confidence, for example [99]. */
  unsupportedPercentiles: v.array(v.number()),
})
export type LatencySummary = v.InferOutput<typeof LatencySummarySchema>

const trialReportFields = {
  id: v.string(),
  config: TrialConfigSchema,
  /** Executions that ended, whatever their outcome. */
  executions: v.number(),
  flags: v.array(FlagSchema),
  memory: MemoryPeaksSchema,
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

export const goals = ['latency', 'throughput', 'knee', 'slo', 'memory'] as const
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
  }
}

/** One card: the batch size for one goal. */
export const RecommendationSchema = v.object({
  goal: GoalSchema,
  /** null when nothing can be recommended; `reason` says why. */
  batchSize: v.nullable(v.number()),
  /** The trial behind the recommendation; absent with `batchSize: null`. */
  trialId: v.optional(v.string()),
  /** Batch sizes that cannot be told apart from the best, ascending, the recommended one included. */
  equivalent: v.array(v.number()),
  /** One sentence with the numbers in it. */
  reason: v.string(),
  /** What it costs against the other goals: one sentence, where there is something to say. */
  cost: v.optional(v.string()),
})
export type Recommendation = v.InferOutput<typeof RecommendationSchema>

/** The measured memory boundary along the batch sizes of one series. */
export const BoundarySchema = v.object({
  largestThatFits: v.nullable(v.number()),
  smallestThatDoesNot: v.number(),
  limitedBy: v.picklist(['device', 'host']),
})
export type Boundary = v.InferOutput<typeof BoundarySchema>

/** Trials that differ in nothing but the batch size: one curve of a chart. */
export const SeriesSchema = v.object({
  /** Everything but the batch size, as a stable key. */
  key: v.string(),
  /** As a person says it: `cpu`, `cpu, 2 threads`. */
  label: v.string(),
  /** Ascending by batch size. */
  trialIds: v.array(v.string()),
})
export type Series = v.InferOutput<typeof SeriesSchema>

/** Everything that is concluded from an experiment's executions. Computed, never stored. */
export const AnalysisSchema = v.object({
  trials: v.array(TrialReportSchema),
  series: v.array(SeriesSchema),
  boundary: v.nullable(BoundarySchema),
  recommendations: v.array(RecommendationSchema),
  /** The answer in one sentence that a person can quote, and what speaks for it against the next choice. */
  answer: v.object({ headline: v.string(), support: v.optional(v.string()) }),
  /** The latency bound that the recommendations were made for, where there is one. */
  slo: v.optional(SloSchema),
})
export type Analysis = v.InferOutput<typeof AnalysisSchema>
