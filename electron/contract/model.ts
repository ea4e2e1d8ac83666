import * as v from 'valibot'

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

export const ModelOutputSchema = v.object(tensorFields)
export const ModelInputSchema = v.object({
  ...tensorFields,
  /** Why this axis was taken for the batch axis, or why there is none: one clause. */
  batchAxisReason: v.string(),
  /** Whole numbers that the graph accepts, where it tells: the rows of the table that the input is looked up in. */
  values: v.optional(v.object({ low: v.number(), high: v.number() })),
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
  externalData: v.array(v.object({ path: v.string(), bytes: v.number() })),
  warnings: v.array(ModelWarningSchema),
})
export type ModelDescription = v.InferOutput<typeof ModelDescriptionSchema>
