import protobuf from 'protobufjs'
import { float16Bits } from '../../electron/contract/float16.ts'
import type { Dimension, TensorType } from '../../electron/contract/model.ts'
import {
  attributeTypes,
  externalLocation,
  onnxSchema,
} from '../../electron/engine/model/reading/onnx-schema.ts'
import { dataTypeNumber } from '../../electron/engine/model/reading/tensor-types.ts'

/** Writes ONNX files: for the sample models and for fixtures of tests. */

/** proto2, as onnx.proto is: values that equal their default are written all the same. */
const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(onnxSchema).map(([name, fields]) => [name, { edition: 'proto2', fields: { ...fields } }]),
  ),
})

type Fields = Record<string, unknown>

/**
 * A value of a node's attribute: a whole number, a real one, a text, a list of whole numbers, of real ones or of texts,
 * a tensor or a subgraph.
 */
export type AttributeValue =
  | number
  | { real: number }
  | string
  | readonly number[]
  | { reals: readonly number[] }
  | { texts: readonly string[] }
  | WrittenTensor
  | GraphBuilder

/** A tensor as it will be written. */
export interface WrittenTensor {
  readonly tensor: Fields
}

export interface ModelOptions {
  irVersion?: number
  opset?: number
  producer?: string
  producerVersion?: string
  /** The maker's name space. */
  domain?: string
  modelVersion?: number
  doc?: string
  metadata?: Readonly<Record<string, string>>
  /** Operator sets besides ONNX's own. */
  opsets?: readonly { domain: string; version: number }[]
  /** Functions of the model's own; their domains must be among `opsets`. */
  functions?: readonly WrittenFunction[]
}

/** A function of the model: its nodes are those of `body`, which has neither inputs nor weights of its own. */
export interface WrittenFunction {
  readonly name: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly body: GraphBuilder
  /** Version of ONNX's operators in it. */
  readonly opset: number
}

/** Elements of a tensor, in the typed array of its type. */
export type TensorData =
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

const arrayTypes = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
] as const

/**
 * A tensor with its data in the file. `type` says what the bytes are where the array's own type does not: float16 and
 * bfloat16 as Uint16Array, bool, int4 and uint4 (packed two to a byte) as Uint8Array.
 */
export function tensor(
  name: string,
  dims: readonly number[],
  data: TensorData,
  type: TensorType = arrayTypes.find(([array]) => data instanceof array)?.[1] ?? 'uint8',
): WrittenTensor {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { tensor: { name, dims: [...dims], dataType: dataTypeNumber(type), rawData } }
}

/** A float16 tensor of these values, each rounded to the nearest. */
export function halfTensor(name: string, dims: readonly number[], values: Float32Array): WrittenTensor {
  return tensor(name, dims, Uint16Array.from(values, float16Bits), 'float16')
}

/** A tensor of texts. */
export function textTensor(name: string, dims: readonly number[], texts: readonly string[]): WrittenTensor {
  const stringData = texts.map(utf8)
  return { tensor: { name, dims: [...dims], dataType: dataTypeNumber('string'), stringData } }
}

/** A float32 tensor whose data lies in another file. */
export function externalTensor(
  name: string,
  dims: readonly number[],
  external: Readonly<Record<string, string>>,
): WrittenTensor {
  const externalData = Object.entries(external).map(([key, value]) => ({ key, value }))
  const dataType = dataTypeNumber('float32')
  return { tensor: { name, dims: [...dims], dataType, externalData, dataLocation: externalLocation } }
}

/** A graph in the making. Methods that make a value give its name, to be used as the input of another node. */
export class GraphBuilder {
  private readonly name: string
  private readonly parts = {
    node: [] as Fields[],
    initializer: [] as Fields[],
    sparseInitializer: [] as Fields[],
    input: [] as Fields[],
    output: [] as Fields[],
    valueInfo: [] as Fields[],
  }
  private made = 0

  constructor(name: string) {
    this.name = name
  }

  input(name: string, type: TensorType, shape: readonly Dimension[]): string {
    this.parts.input.push(valueInfo(name, type, shape))
    return name
  }

  output(name: string, type: TensorType, shape: readonly Dimension[]): void {
    this.parts.output.push(valueInfo(name, type, shape))
  }

  /** What the file says of a value between nodes. */
  value(name: string, type: TensorType, shape: readonly Dimension[]): void {
    this.parts.valueInfo.push(valueInfo(name, type, shape))
  }

  /** An input in the words of onnx.proto, for kinds that `input` does not make. */
  rawInput(value: Fields): void {
    this.parts.input.push(value)
  }

  /** An output in the words of onnx.proto, for kinds that `output` does not make. */
  rawOutput(value: Fields): void {
    this.parts.output.push(value)
  }

  initializer(name: string, dims: readonly number[], data: TensorData): string {
    return this.weight(name, tensor(name, dims, data))
  }

  weight(name: string, written: WrittenTensor): string {
    this.parts.initializer.push(written.tensor)
    return name
  }

  /** A sparse weight: `values` at the flat `indices` of a tensor of shape `dims`. */
  sparseInitializer(
    name: string,
    dims: readonly number[],
    values: Float32Array,
    indices: BigInt64Array,
  ): string {
    this.parts.sparseInitializer.push({
      values: tensor(name, [values.length], values).tensor,
      indices: tensor('', [indices.length], indices).tensor,
      dims: [...dims],
    })
    return name
  }

  /** A small constant of whole numbers: a scalar, or a vector. */
  integers(name: string, value: number | readonly number[]): string {
    const list = typeof value === 'number' ? [value] : value
    return this.initializer(
      name,
      typeof value === 'number' ? [] : [list.length],
      BigInt64Array.from(list, BigInt),
    )
  }

  /** A scalar constant. */
  scalar(name: string, value: number): string {
    return this.initializer(name, [], Float32Array.of(value))
  }

  /** A node with one output, which is named after the operator unless `output` says otherwise. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output = `${opType.toLowerCase()}_${this.made}`,
    domain = '',
  ): string {
    this.nodes(opType, inputs, [output], attributes, domain)
    return output
  }

  /** A node with several outputs; an empty name leaves one out. */
  nodes(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): void {
    this.made += 1
    this.parts.node.push({
      input: [...inputs],
      output: [...outputs],
      name: `${opType}_${this.made}`,
      opType,
      domain,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    })
  }

  /** The graph as a message of onnx.proto. */
  message(): Fields {
    return { name: this.name, ...this.parts }
  }
}

/** A whole ONNX file. The same graph gives the same bytes. */
export function encodeModel(graph: GraphBuilder, options: ModelOptions = {}): Uint8Array {
  const { irVersion = 8, opset = 17, producer = 'batchscope', doc = '', opsets = [] } = options
  const { producerVersion, domain, modelVersion, metadata = {}, functions = [] } = options
  return encodeMessage('ModelProto', {
    irVersion,
    producerName: producer,
    producerVersion,
    domain,
    modelVersion,
    docString: doc,
    graph: graph.message(),
    opsetImport: [{ domain: '', version: opset }, ...opsets],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    functions: functions.map(functionFields),
  })
}

function functionFields({ name, domain, inputs, outputs, body, opset }: WrittenFunction): Fields {
  const opsetImport = [{ domain: '', version: opset }]
  return { name, domain, input: [...inputs], output: [...outputs], node: body.message()['node'], opsetImport }
}

/** Any message of onnx.proto, for fixtures that are no proper models. */
export function encodeMessage(type: keyof typeof onnxSchema, fields: Fields): Uint8Array {
  return Uint8Array.from(root.lookupType(type).encode(fields).finish())
}

function valueInfo(name: string, type: TensorType, shape: readonly Dimension[]): Fields {
  const dim = shape.map((dimension) => {
    if (dimension === null) return {}
    return typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension }
  })
  return { name, type: { tensorType: { elemType: dataTypeNumber(type) ?? 0, shape: { dim } } } }
}

function attribute(name: string, value: AttributeValue): Fields {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int }
  if (value instanceof GraphBuilder) return { name, g: value.message(), type: attributeTypes.graph }
  if (typeof value === 'string') return { name, s: utf8(value), type: attributeTypes.string }
  if ('real' in value) return { name, f: value.real, type: attributeTypes.float }
  if ('reals' in value) return { name, floats: [...value.reals], type: attributeTypes.floats }
  if ('texts' in value) return { name, strings: value.texts.map(utf8), type: attributeTypes.strings }
  if ('tensor' in value) return { name, t: value.tensor, type: attributeTypes.tensor }
  return { name, ints: [...value], type: attributeTypes.ints }
}

const utf8 = (text: string) => new TextEncoder().encode(text)
