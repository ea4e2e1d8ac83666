import * as v from 'valibot'

/** ONNX Runtime's execution providers that Batchscope knows by name. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu'] as const
export const ExecutionProviderSchema = v.picklist(executionProviders)
export type ExecutionProvider = v.InferOutput<typeof ExecutionProviderSchema>

/** Providers that run on a device chosen by its index. */
export const indexedProviders: ReadonlySet<ExecutionProvider> = new Set(['cuda', 'tensorrt', 'dml'])

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1))

/** The user's own values for one input, from a NumPy file. */
export const InputFileSchema = v.object({
  /** The `.npy` or `.npz` file, as the engine's machine sees it. */
  path: v.string(),
  /** Name of the array in an `.npz`; absent for `.npy`. */
  entry: v.optional(v.string()),
  /** Hex SHA-256 of the file, so that a resumed or compared run is known to be of the same values. */
  sha256: v.string(),
  shape: v.array(v.number()),
  /** Samples along the input's batch axis, repeated until a batch is full; absent where the input has none. */
  items: v.optional(v.number()),
})
export type InputFile = v.InferOutput<typeof InputFileSchema>

/** Which batch sizes to measure: these, or whatever the automatic search visits. */
export const BatchSizesSchema = v.variant('kind', [
  v.object({ kind: v.literal('list'), values: v.pipe(v.array(positiveInteger), v.minLength(1)) }),
  v.object({
    kind: v.literal('auto'),
    /** No batch size beyond this is tried; absent means that the search ends by itself. */
    maximum: v.optional(positiveInteger),
  }),
])
export type BatchSizes = v.InferOutput<typeof BatchSizesSchema>

/** What the experiment varies; every combination becomes a configuration. */
export const FactorsSchema = v.object({
  batchSizes: BatchSizesSchema,
  executionProviders: v.pipe(v.array(ExecutionProviderSchema), v.minLength(1)),
  /** Device index for providers that run on one. */
  device: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Intra-op thread counts; empty means ONNX Runtime's own choice. */
  threads: v.array(positiveInteger),
  /** Values of free dimensions by key (a symbolic name, or `INPUT:AXIS`). */
  dims: v.record(v.string(), v.array(positiveInteger)),
  /** Models measured beside the experiment's own, which is the reference. Names are unique. */
  variants: v.optional(v.array(v.object({ name: v.string(), modelSha256: v.string() }))),
  /** Names of runtimes by execution provider; a provider that is absent uses the built-in one. */
  runtimes: v.optional(v.record(v.string(), v.pipe(v.array(v.string()), v.minLength(1)))),
})
export type Factors = v.InferOutput<typeof FactorsSchema>

/** How each execution is measured. Defaults: `defaultRules` in engine/experiment. */
export const RulesSchema = v.object({
  /** Executions (fresh processes) per trial; for the automatic search of a trial that matters, at least. */
  executions: positiveInteger,
  /** Executions that the automatic search spends on one contender, at most. */
  mostExecutions: v.optional(positiveInteger, 8),
  /** The automatic search ends when the best throughput is known within this, as a fraction of it, at 95 %. */
  tolerance: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.02),
  /** Warm-up ends when steady after at least this much, in ms and samples, or at the maximum. */
  warmupMinimumMs: v.number(),
  warmupMinimumSamples: v.number(),
  warmupMaximumMs: v.number(),
  /** Largest relative difference between the medians of the last two windows of a steady warm-up. */
  steadyTolerance: v.number(),
  /** Measuring ends when the interval is narrow enough after at least this much, in ms and samples, or at the maximum. */
  minimumMs: v.number(),
  minimumSamples: v.number(),
  maximumMs: v.number(),
  /** Half width of the 95 % interval of the mean latency, relative to the mean, at which measuring may end. */
  relativeHalfWidth: v.number(),
  /** One execution may take this long from start to end, in ms; then it is `timed-out`. */
  timeoutMs: v.number(),
})
export type Rules = v.InferOutput<typeof RulesSchema>

/** A latency bound at a percentile: p99 <= 20 ms is `{ percentile: 99, milliseconds: 20 }`. */
export const SloSchema = v.object({
  percentile: v.pipe(v.number(), v.gtValue(0), v.ltValue(100)),
  milliseconds: v.pipe(v.number(), v.gtValue(0)),
})
export type Slo = v.InferOutput<typeof SloSchema>

/** `p99 ≤ 20 ms`: the bound as it was written, not rounded. */
export function sloPhrase({ percentile, milliseconds }: Slo): string {
  return `p${percentile} ≤ ${Number(milliseconds.toPrecision(6))} ms`
}

export const ConstraintsSchema = v.object({
  slo: v.optional(SloSchema),
  /** Limit on the session host's memory, enforced by the operating system while it runs. */
  memoryBudgetBytes: v.optional(v.number()),
  /** No execution is begun that would end after this many ms of measuring; the answer is the best so far. */
  timeBudgetMs: v.optional(v.pipe(v.number(), v.gtValue(0))),
  /**
   * The memory boundary is measured until the largest batch size that fits and the smallest that does not are at most
   * this far apart. Asking for it makes the search go on to the boundary even where throughput has stopped growing.
   */
  boundaryGranularity: v.optional(positiveInteger),
})
export type Constraints = v.InferOutput<typeof ConstraintsSchema>

/** A whole experiment, ready to run. */
export const ExperimentSpecSchema = v.object({
  factors: FactorsSchema,
  rules: RulesSchema,
  constraints: ConstraintsSchema,
  /** Seeds inputs, the order of executions and every resampling. */
  seed: v.number(),
  /** The user's corrections of the model's batch axes by input; null says "this input has none". */
  batchAxes: v.record(v.string(), v.nullable(v.number())),
  /** The user's own inputs by name; the others are made. */
  inputs: v.optional(v.record(v.string(), InputFileSchema)),
})
export type ExperimentSpec = v.InferOutput<typeof ExperimentSpecSchema>

/**
 * An experiment as a person writes it: the text of the fields of the Experiment page and of the command line's options.
 * Absent or empty fields take the default.
 */
export const ExperimentDraftSchema = v.object({
  /** `1,2,4,8`, `1:64`, `1:64:8`, `pow2:1:256`, `auto`, or `auto:256` to go no further than 256. */
  batch: v.optional(v.string()),
  /** `cpu` or `cpu,cuda`. */
  executionProviders: v.optional(v.string()),
  device: v.optional(v.string()),
  /** `built-in,onnxruntime@1.30.0`; empty means for each provider the first in which it can be used. */
  runtimes: v.optional(v.string()),
  /** `1,2`. */
  threads: v.optional(v.string()),
  /** Each `NAME=V`, `NAME=V,V` or `INPUT:AXIS=V`. */
  dims: v.optional(v.array(v.string())),
  /** Each `INPUT=AXIS`, or `INPUT=none`. */
  batchAxes: v.optional(v.array(v.string())),
  /** Each `INPUT=FILE.npy`, `INPUT=FILE.npz` or `INPUT=FILE.npz:ENTRY`; `FILE.npz` alone for inputs named as its entries. */
  inputs: v.optional(v.array(v.string())),
  /** Each a model file, `NAME=FILE`, or a kind that is made here: `fp16`, `int8`, `int8-weights`. */
  variants: v.optional(v.array(v.string())),
  /** `yes` profiles a copy of the model whose batch was set free. */
  makeDynamic: v.optional(v.string()),
  /** `p99<=20ms`. */
  slo: v.optional(v.string()),
  /** `2GiB`. */
  memoryBudget: v.optional(v.string()),
  /** `60s`, `5min`. */
  timeBudget: v.optional(v.string()),
  /** Batch sizes. */
  boundaryGranularity: v.optional(v.string()),
  /** `2%`. */
  tolerance: v.optional(v.string()),
  executions: v.optional(v.string()),
  maxExecutions: v.optional(v.string()),
  /** In ms. */
  minTime: v.optional(v.string()),
  /** In ms. */
  maxTime: v.optional(v.string()),
  /** In ms. */
  warmupTime: v.optional(v.string()),
  /** In s. */
  timeout: v.optional(v.string()),
  seed: v.optional(v.string()),
})
export type ExperimentDraft = v.InferOutput<typeof ExperimentDraftSchema>
export type DraftField = keyof ExperimentDraft

/** What is wrong with one field of a draft. */
export const DraftProblemSchema = v.object({
  field: v.picklist(Object.keys(ExperimentDraftSchema.entries) as DraftField[]),
  message: v.string(),
  hint: v.optional(v.string()),
})
export type DraftProblem = v.InferOutput<typeof DraftProblemSchema>

/** What a draft would do, told while it is typed. */
export const ExperimentPreviewSchema = v.object({
  problems: v.array(DraftProblemSchema),
  /** Absent while there are problems. For `auto`, what a typical search visits. */
  plan: v.optional(
    v.object({
      trials: v.number(),
      executions: v.number(),
      /** Shortest and longest expected duration, in ms. */
      estimateMs: v.tuple([v.number(), v.number()]),
      /** False where the search decides as it goes. */
      exact: v.boolean(),
    }),
  ),
})
export type ExperimentPreview = v.InferOutput<typeof ExperimentPreviewSchema>
