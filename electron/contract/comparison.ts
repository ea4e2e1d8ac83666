import * as v from 'valibot'
import { IntervalSchema } from './interval.ts'
import { OutcomeSchema, TrialConfigSchema } from './trial.ts'

/** What a comparison concludes of the new run, at 95 % for all verdicts of a comparison together. */
export const verdicts = ['faster', 'slower', 'no-difference-shown'] as const
export const VerdictSchema = v.picklist(verdicts)
export type Verdict = v.InferOutput<typeof VerdictSchema>

/** Verdicts as a person reads them. */
export const verdictWords: Record<Verdict, string> = {
  faster: 'faster',
  slower: 'slower',
  'no-difference-shown': 'no difference shown',
}

/** Differences of latency up to this fraction do not matter, unless another threshold is asked for. */
export const defaultThreshold = 0.03

/** What a comparison's threshold may be: a fraction from 0 up to, not including, 1. */
export const ThresholdSchema = v.pipe(v.number(), v.minValue(0), v.ltValue(1))

/** What the verdicts rest on: executions, or summaries where a run document of a version before 0.2 tells no more. */
export const comparisonMethods = ['executions', 'summaries'] as const

/** How latency changed, as a ratio of the new run's to the reference's: 1.05 takes 5 % longer. */
export const LatencyChangeSchema = v.object({
  /** Of the mean latencies; overall, the geometric mean over the configurations. */
  ratio: v.number(),
  /** Absent where nothing shows how executions vary. */
  ci95: v.optional(IntervalSchema),
  /**
   * Corrected for the number of comparisons, and for too few executions, so that it can be held against 0.05; absent where
   * there is no test.
   */
  p: v.optional(v.number()),
  verdict: VerdictSchema,
  /** True when a difference beyond the threshold is ruled out at 95 %, whether or not a smaller one is shown. */
  withinThreshold: v.boolean(),
})
export type LatencyChange = v.InferOutput<typeof LatencyChangeSchema>

/** One of the two runs, as the comparison names it. */
export const ComparedRunSchema = v.object({
  /** Name of the file, or of the project. */
  source: v.string(),
  /** Name of the experiment; absent for run documents, which do not tell it. */
  experiment: v.optional(v.string()),
  /** When it began, ISO 8601; absent for run documents. */
  started: v.optional(v.string()),
  model: v.object({ name: v.string(), sha256: v.string() }),
})
export type ComparedRun = v.InferOutput<typeof ComparedRunSchema>

/** Something besides the configurations in which the two runs differ. */
export const EnvironmentDifferenceSchema = v.object({
  /** For example `driver of device 0`, `ONNX Runtime`, `model`. */
  what: v.string(),
  before: v.string(),
  after: v.string(),
})
export type EnvironmentDifference = v.InferOutput<typeof EnvironmentDifferenceSchema>

/** A configuration that both runs measured. */
export const ComparedConfigurationSchema = v.object({
  /** The reference's; the new run may have measured it in another runtime, which is then among the differences. */
  config: TrialConfigSchema,
  /** Trial ids in their experiments. */
  beforeTrialId: v.string(),
  afterTrialId: v.string(),
  latency: LatencyChangeSchema,
  /** Mean latency of each, in ms: the geometric mean over executions, of which the ratio is made. */
  beforeMs: v.number(),
  afterMs: v.number(),
  /** Items per second of the new run over the reference's; without a test of its own. */
  throughput: v.object({ ratio: v.number(), ci95: v.optional(IntervalSchema) }),
  /** Peak memory of the new run over the reference's, where both are known. */
  memory: v.object({ hostRatio: v.optional(v.number()), deviceRatio: v.optional(v.number()) }),
  /** Executions (fresh processes) with samples. */
  beforeExecutions: v.number(),
  afterExecutions: v.number(),
})
export type ComparedConfiguration = v.InferOutput<typeof ComparedConfigurationSchema>

/** A configuration that cannot be compared: in one run only, or without numbers in one of them. */
export const UnmatchedConfigurationSchema = v.object({
  config: TrialConfigSchema,
  /** Absent where the run did not have it. */
  before: v.optional(OutcomeSchema),
  after: v.optional(OutcomeSchema),
})
export type UnmatchedConfiguration = v.InferOutput<typeof UnmatchedConfigurationSchema>

/** Two runs compared: `batchscope compare`, and the Compare page. Fields that do not apply are absent. */
export const ComparisonSchema = v.object({
  format: v.literal('batchscope-comparison'),
  formatVersion: v.literal(1),
  generator: v.string(),
  /** The reference. */
  before: ComparedRunSchema,
  /** What is compared with it. */
  after: ComparedRunSchema,
  /** A fraction: 0.03 for 3 %. */
  threshold: v.number(),
  method: v.picklist(comparisonMethods),
  /** How the numbers came about, in sentences. */
  methodNotes: v.array(v.string()),
  /** Reasons to read the verdicts with care, in sentences; empty where there are none. */
  cautions: v.array(v.string()),
  /** To be read before the numbers; empty when both ran in the same way at the same place. */
  differences: v.array(EnvironmentDifferenceSchema),
  /** null when no configuration could be compared. */
  overall: v.nullable(LatencyChangeSchema),
  configurations: v.array(ComparedConfigurationSchema),
  unmatched: v.array(UnmatchedConfigurationSchema),
  /** The verdict in one sentence that a person can quote, and what is to be said besides. */
  answer: v.object({ headline: v.string(), support: v.optional(v.string()) }),
})
export type Comparison = v.InferOutput<typeof ComparisonSchema>

/**
 * A threshold as a person writes it, as a fraction in [0, 1): `3%`, `3 %` and `0.03` are the same. `undefined` when it is
 * none; a number of 1 or more without `%` is none, because nobody can know whether 3 means 3 %.
 */
export function parseThreshold(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(text.trim())
  if (match === null) return undefined
  const fraction = Number(match[1]) / (match[2] === '%' ? 100 : 1)
  return v.is(ThresholdSchema, fraction) ? fraction : undefined
}

/** One run to compare: an experiment of an open project, or a run document (`batchscope run --json`) by its path. */
export const ComparisonSourceSchema = v.union([
  v.object({ projectId: v.string(), experimentId: v.string() }),
  v.object({ path: v.string() }),
])
export type ComparisonSource = v.InferOutput<typeof ComparisonSourceSchema>

/** `0.012`, `<0.001`; empty without a test. */
export function pWords({ p }: LatencyChange): string {
  if (p === undefined) return ''
  return p < 0.001 ? '<0.001' : p.toFixed(3)
}
