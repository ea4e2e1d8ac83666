import type { TensorType } from '../../../contract/model.ts'
import type { EditableGraph } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import { elementType } from '../reading/tensor-types.ts'

/** Element types of values by name; what cannot be told has none. */
export type ValueTypes = ReadonlyMap<string, TensorType>

/**
 * The element types of a graph's values: what the file declares, and else what ONNX's operators make of their inputs.
 * Nodes stand in an order in which each follows what it reads, as ONNX demands.
 */
export function valueTypes(graph: EditableGraph): ValueTypes {
  const types = new Map<string, TensorType>()
  const take = (name: string, type: TensorType) => {
    if (name !== '' && type !== 'unknown') types.set(name, type)
  }
  for (const value of [...graph.inputs, ...graph.valueInfo, ...graph.outputs]) take(value.name, value.type)
  for (const { name, type } of graph.initializers) take(name, type)
  for (const node of graph.nodes) {
    node.outputs.forEach((name, index) => {
      if (!types.has(name)) take(name, outputType(node, index, types) ?? 'unknown')
    })
  }
  return types
}

const int64Makers = new Set(['Shape', 'Size', 'NonZero', 'ArgMax', 'ArgMin', 'NonMaxSuppression'])
const boolMakers = new Set([
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
  ...['And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf'],
])
const int32Makers = new Set(['MatMulInteger', 'ConvInteger'])
/** Their `dtype` attribute tells, and else it is float32, or the type of what they are like. */
const typedMakers = new Set(['RandomNormal', 'RandomUniform'])
const alikeMakers = new Set(['RandomNormalLike', 'RandomUniformLike', 'EyeLike', 'Bernoulli'])
/** By the index of the input whose type the output has. */
const likeAnotherInput: Readonly<Record<string, number>> = {
  CastLike: 1,
  Where: 1,
  OneHot: 2,
  DequantizeLinear: 1,
  QLinearConv: 7,
  QLinearMatMul: 7,
}
/** Nothing is known of what these give by what they are given. */
const opaque = new Set([
  ...['If', 'Loop', 'Scan', 'SequenceAt', 'SequenceConstruct', 'SequenceEmpty', 'SequenceInsert'],
  ...['SplitToSequence', 'ConcatFromSequence', 'Optional', 'OptionalGetElement', 'StringNormalizer'],
  ...[
    'TfIdfVectorizer',
    'Multinomial',
    'ReverseSequence',
    'BitShift',
    'Range',
    'ImageDecoder',
    'DFT',
    'STFT',
  ],
])

function outputType(
  node: EditableNode,
  index: number,
  types: ReadonlyMap<string, TensorType>,
): TensorType | undefined {
  const { type, domain, inputs } = node
  if (domain !== '') return undefined
  const ofInput = (input: number) => types.get(inputs[input] ?? '')
  const written = (attribute: string) => {
    const dataType = node.integer(attribute)
    return dataType === undefined ? undefined : elementType(dataType).type
  }
  if (int64Makers.has(type)) return 'int64'
  if (boolMakers.has(type)) return 'bool'
  if (int32Makers.has(type)) return 'int32'
  if (typedMakers.has(type)) return written('dtype') ?? 'float32'
  if (alikeMakers.has(type)) return written('dtype') ?? ofInput(0)
  const other = likeAnotherInput[type]
  if (other !== undefined) return ofInput(other)
  switch (type) {
    case 'Cast':
      return written('to')
    case 'Constant':
      return constantType(node)
    case 'ConstantOfShape':
      return node.tensor('value')?.type ?? 'float32'
    case 'DynamicQuantizeLinear':
      return index === 1 ? 'float32' : 'uint8'
    case 'QuantizeLinear':
      return ofInput(2) ?? written('output_dtype') ?? 'uint8'
    case 'MaxPool':
    case 'TopK':
      return index === 0 ? ofInput(0) : 'int64'
    case 'Dropout':
      return index === 0 ? ofInput(0) : 'bool'
    case 'Unique':
      return index === 0 ? ofInput(0) : 'int64'
  }
  return opaque.has(type) ? undefined : ofInput(0)
}

function constantType(node: EditableNode): TensorType | undefined {
  const tensor = node.tensor('value')
  if (tensor !== undefined) return tensor.type
  if (node.has('value_float') || node.has('value_floats')) return 'float32'
  if (node.has('value_int') || node.has('value_ints')) return 'int64'
  return undefined
}
