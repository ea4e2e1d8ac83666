import * as v from 'valibot'
import { DerivationSchema } from './derivation.ts'

/** ONNX element types, in ONNX Runtime's spelling. */
export const tensorTypes = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'int4',
  'uint4',
  'bool',
  'string',
] as const

/** A dimension: a size, a symbolic name, or null where the model leaves it open without a name. */
export const DimensionSchema = v.union([v.number(), v.string(), v.null()])
export type Dimension = v.InferOutput<typeof DimensionSchema>

const tensorFields = {
  name: v.string(),
  /** Element type; `unknown` for types that ONNX Runtime for Node cannot feed (sequences, maps, float8). */
  type: v.picklist([...tensorTypes, 'unknown']),
  shape: v.array(DimensionSchema),
  /** The dimension that counts samples, from 0; absent when the tensor has none. */
  batchAxis: v.optional(v.number()),
}

export const ModelOutputSchema = v.object({
  ...tensorFields,
  /** Why this axis is taken for the batch axis, or why there is none: one clause. Absent before version 0.3. */
  batchAxisReason: v.optional(v.string()),
  /** As that of inputs. Absent before version 0.3. */
  batchAxisConfidence: v.optional(v.picklist(['certain', 'likely', 'guess'])),
  /** How large it is depends on the values that are fed, such as boxes that are left over; so it tells nothing of the batch. */
  sizedByValues: v.optional(v.boolean()),
})
export const ModelInputSchema = v.object({
  ...tensorFields,
  /** Why this axis was taken for the batch axis, or why there is none: one clause. */
  batchAxisReason: v.string(),
  /**
   * How sure that is, from the file alone: `certain` where the model says so, `likely` where several signs agree or the
   * operators demand it, `guess` where only its place speaks for it. Absent in projects of versions before 0.3.
   */
  batchAxisConfidence: v.optional(v.picklist(['certain', 'likely', 'guess'])),
  /** Whole numbers that the graph accepts, where it tells: the rows of the table that the input is looked up in. */
  values: v.optional(v.object({ low: v.number(), high: v.number() })),
  /** A recurrence of the graph (LSTM, GRU, RNN) begins with it. Absent in projects of versions before 0.3. */
  initialState: v.optional(v.boolean()),
  /** A whole number that the graph compares it with, such as a sample rate. Absent in projects of versions before 0.3. */
  usual: v.optional(v.number()),
  /**
   * What it is fed with unless the user gives values: one clause, `standard normal numbers`. Absent in projects of
   * versions before 0.3.
   */
  fedWith: v.optional(v.string()),
})
export type ModelInput = v.InferOutput<typeof ModelInputSchema>
export type ModelOutput = v.InferOutput<typeof ModelOutputSchema>
export type TensorType = ModelInput['type']

/** A dimension other than the batch that the model leaves open: it needs a value before the model can run. */
export const FreeDimensionSchema = v.object({
  /** What `--dim` takes: the symbolic name, or `INPUT:AXIS` where there is none. */
  key: v.string(),
  /** Every place it stands at, as `INPUT:AXIS`. Each of these is accepted as a key too. */
  places: v.array(v.string()),
  /** A sensible value to run with when the user gives none. */
  suggested: v.number(),
  /** Why this value: one clause; absent in projects of versions before 0.3. */
  reason: v.optional(v.string()),
})
export type FreeDimension = v.InferOutput<typeof FreeDimensionSchema>

/** Something about a model that a person should know before profiling it, and what can be done about it. */
export const ModelWarningSchema = v.object({
  code: v.picklist([
    'fixed-batch',
    'no-batch-axis',
    'uncertain-batch-axis',
    'unsupported-input',
    'external-data',
    'unknown-operator',
  ]),
  message: v.string(),
  remedy: v.optional(v.string()),
})
export type ModelWarning = v.InferOutput<typeof ModelWarningSchema>

/** What reading an ONNX file tells, without loading its weights. */
export const ModelDescriptionSchema = v.object({
  /** SHA-256 of the file, in hex: the model's identity. */
  sha256: v.string(),
  /** Where it was read from, as the engine's machine sees it. */
  path: v.string(),
  /** File name without folder. */
  name: v.string(),
  /** Size of the file and its external data. */
  bytes: v.number(),
  irVersion: v.number(),
  /** Version of the default operator set. */
  opset: v.number(),
  opsets: v.array(v.object({ domain: v.string(), version: v.number() })),
  producer: v.string(),
  graphName: v.string(),
  /** Number of weights: elements of all initializers and constants. */
  parameters: v.number(),
  parameterBytes: v.number(),
  /** Nodes in the graph and its subgraphs. */
  nodes: v.number(),
  /** Most frequent first. */
  operators: v.array(v.object({ type: v.string(), domain: v.string(), count: v.number() })),
  inputs: v.array(ModelInputSchema),
  outputs: v.array(ModelOutputSchema),
  freeDimensions: v.array(FreeDimensionSchema),
  /** The one batch size that nodes inside the graph take, although the inputs leave the batch open. */
  pinnedBatch: v.optional(v.number()),
  externalData: v.array(v.object({ path: v.string(), bytes: v.number() })),
  warnings: v.array(ModelWarningSchema),
  /** Everything below is absent in projects of versions before 0.3, and where it does not apply. */
  /** What the model says of itself. */
  about: v.optional(
    v.object({
      /** The maker's name space, such as `ai.pytorch`. */
      domain: v.optional(v.string()),
      version: v.optional(v.number()),
      /** Its documentation, cut off after 4,000 characters. */
      text: v.optional(v.string()),
      /** In the order of the file; long values are cut off. */
      metadata: v.array(v.object({ key: v.string(), value: v.string() })),
    }),
  ),
  /** Weights by element type, most bytes first; types that have no name here as `unknown`. */
  weights: v.optional(
    v.array(
      v.object({ type: v.picklist([...tensorTypes, 'unknown']), parameters: v.number(), bytes: v.number() }),
    ),
  ),
  /** Graphs inside nodes (If, Loop, Scan), at every depth. */
  subgraphs: v.optional(v.number()),
  /** The model's own functions, called like operators. */
  functions: v.optional(v.array(v.object({ name: v.string(), domain: v.string(), nodes: v.number() }))),
  /**
   * How it computes in few bits: `qdq` (quantise and dequantise around ordinary operators), `qoperator` (operators on
   * integers), `dynamic` (activations quantised as it runs), `weights` (only weights are stored in few bits).
   */
  quantisation: v.optional(v.picklist(['qdq', 'qoperator', 'dynamic', 'weights'])),
  /** Set for models that Batchscope made. */
  derivation: v.optional(DerivationSchema),
})
export type ModelDescription = v.InferOutput<typeof ModelDescriptionSchema>
