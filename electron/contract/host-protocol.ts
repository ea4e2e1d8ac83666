import * as v from 'valibot'
import { ExecutionProviderSchema } from './experiment.ts'
import { tensorTypes } from './model.ts'

/** The environment variable that tells a session host the folder of the runtime to load; unset, it loads the built-in one. */
export const runtimeVariable = 'BATCHSCOPE_RUNTIME'

/** How the host fills one input; seeded, so that the same plan gives the same bytes. */
export const InputPlanSchema = v.object({
  name: v.string(),
  type: v.picklist(tensorTypes),
  shape: v.array(v.number()),
  fill: v.variant('kind', [
    /** Standard normal, times `scale`. */
    v.object({ kind: v.literal('normal'), scale: v.number() }),
    /** Integers (or reals, for real types) from `low` to `high`, both included. */
    v.object({ kind: v.literal('uniform'), low: v.number(), high: v.number() }),
    v.object({ kind: v.literal('constant'), value: v.number() }),
    /** Positions: 0, 1, 2 ... along an axis, the same everywhere else. */
    v.object({ kind: v.literal('count'), axis: v.number() }),
    /**
     * Values of a file, row-major and little-endian, from byte `offset` on: an array of the plan's shape, but with
     * `items` in place of the size of the batch axis; they are repeated in order until the batch is full. Four-bit types
     * have one value to a byte; strings are one JSON array that goes on to the end of the file.
     */
    v.object({
      kind: v.literal('file'),
      path: v.string(),
      offset: v.number(),
      /** Absent where the input has no batch axis: the array then has the plan's shape. */
      batch: v.optional(v.object({ axis: v.number(), items: v.number() })),
    }),
  ]),
  /**
   * Only these samples of the whole, which has the plan's shape, are fed: to show that a batch gives what its samples
   * give one by one.
   */
  take: v.optional(v.object({ axis: v.number(), start: v.number(), count: v.number() })),
})
export type InputPlan = v.InferOutput<typeof InputPlanSchema>

/** Values of a tensor: the typed array of its type; float16 and bfloat16 as their bits, bool as bytes of 0 and 1. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[]

/** One output of a run. */
export const OutputValueSchema = v.object({
  name: v.string(),
  type: v.picklist([...tensorTypes, 'unknown']),
  shape: v.array(v.number()),
  /** Row-major, from the beginning; at most as many as were asked for. Empty for types that have no values here. */
  values: v.custom<TensorValues>((values) => ArrayBuffer.isView(values) || Array.isArray(values)),
})
export type OutputValue = v.InferOutput<typeof OutputValueSchema>

/** What a session is created with. */
const sessionFields = {
  modelPath: v.string(),
  executionProvider: ExecutionProviderSchema,
  device: v.optional(v.number()),
  threads: v.optional(v.number()),
  /** Free dimensions by symbolic name, told to ONNX Runtime so that it can plan memory. */
  freeDimensionOverrides: v.record(v.string(), v.number()),
}

/** What it is fed with. */
const inputFields = { inputs: v.array(InputPlanSchema), seed: v.number() }

/** What a session host can be asked to do. One host loads one session, once. */
export const HostRequestSchema = v.variant('request', [
  /** Answered by `described`: versions and providers of the runtime. */
  v.object({ request: v.literal('describe') }),
  /** Creates the session, builds the inputs and runs once. Answered by `loaded`, then `first-inference`. */
  v.object({
    request: v.literal('prepare'),
    ...sessionFields,
    ...inputFields,
  }),
  /** Creates the session and nothing else, for `evaluate`. Answered by `loaded`. */
  v.object({
    request: v.literal('load'),
    ...sessionFields,
    /** `disabled` computes every node as it stands in the file; absent means `all`. */
    optimisation: v.optional(v.picklist(['all', 'disabled'])),
  }),
  /** Builds the inputs and runs once. Answered by `evaluated`. May be asked again. */
  v.object({
    request: v.literal('evaluate'),
    ...inputFields,
    /** The outputs to fetch; absent means all. */
    outputs: v.optional(v.array(v.string())),
    /** The values of an output come back up to this many, from its beginning. */
    mostElements: v.number(),
  }),
  /**
   * Runs over and over until told otherwise, but no longer than `maximumMs`. Answered by `samples` at most every
   * `reportEveryMs`, each with the samples since the last one. Taking it again starts a new window.
   */
  v.object({
    request: v.literal('sample'),
    phase: v.picklist(['warming-up', 'measuring']),
    maximumMs: v.number(),
    reportEveryMs: v.number(),
  }),
  /**
   * Creates the session with ONNX Runtime's profiler on, builds the inputs, runs `warmups` times and then `runs` times,
   * but for no longer than `maximumMs`, and ends the profile. Answered by `profiled`.
   */
  v.object({
    request: v.literal('profile'),
    ...sessionFields,
    ...inputFields,
    warmups: v.number(),
    runs: v.number(),
    maximumMs: v.number(),
    /** The profile is written to a new file whose path begins with this. */
    profilePrefix: v.string(),
  }),
  /** Ends the window: the rest of the samples follow, then `window-ended`. */
  v.object({ request: v.literal('end-window') }),
  /** Releases the session and exits with code 0; answered by `ending` with the peaks. */
  v.object({ request: v.literal('end') }),
])
export type HostRequest = v.InferOutput<typeof HostRequestSchema>

/** What a session host says. */
export const HostMessageSchema = v.variant('message', [
  v.object({ message: v.literal('ready'), clock: v.string() }),
  v.object({
    message: v.literal('described'),
    onnxruntime: v.string(),
    node: v.string(),
    backends: v.array(v.object({ name: v.string(), bundled: v.boolean() })),
  }),
  v.object({ message: v.literal('loaded'), loadMs: v.number() }),
  v.object({
    message: v.literal('first-inference'),
    ms: v.number(),
    outputs: v.array(v.object({ name: v.string(), shape: v.array(v.number()) })),
  }),
  v.object({ message: v.literal('evaluated'), ms: v.number(), outputs: v.array(OutputValueSchema) }),
  v.object({
    message: v.literal('profiled'),
    /** Calls after the warm-up, which are the last in the profile. */
    runs: v.number(),
    inputBytes: v.number(),
    outputBytes: v.number(),
  }),
  v.object({
    message: v.literal('samples'),
    phase: v.picklist(['warming-up', 'measuring']),
    /** In ms, in order. */
    samplesMs: v.array(v.number()),
    /** Wall time since the window began, in ms, at the end of the last of these samples. */
    elapsedMs: v.number(),
  }),
  v.object({
    message: v.literal('window-ended'),
    phase: v.picklist(['warming-up', 'measuring']),
    /** Wall time from the beginning of the first sample to the end of the last, in ms. */
    windowMs: v.number(),
  }),
  v.object({ message: v.literal('ending'), peakResidentBytes: v.number() }),
  /** Something threw. The host exits after it, so that no request runs in a damaged process. */
  v.object({
    message: v.literal('failed'),
    phase: v.picklist(['describe', 'load', 'build-inputs', 'first-inference', 'sample']),
    name: v.string(),
    text: v.string(),
  }),
])
export type HostMessage = v.InferOutput<typeof HostMessageSchema>
