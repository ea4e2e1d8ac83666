import type { EditableNode } from '../edit/editable-node.ts'
import type { ValueTypes } from './value-types.ts'

/**
 * Which operators compute in FP16. The division follows the lists that PyTorch's automatic mixed precision works by
 * ("CUDA Op-Specific Behavior"): products of matrices and convolutions in half precision; exponentials, logarithms,
 * powers, norms and sums over many elements in FP32; the rest follows what it is fed. Operators that have no FP16 form
 * in ONNX, and those that are not listed, stay in FP32.
 */

/** How an operator takes part in FP16 computing. */
export interface HalfRule {
  /** The inputs that have the type it computes in, by index; all of them where it is absent. */
  inputs?: readonly number[]
  /** What makes it worth casting for: the large products. */
  heavy?: true
}

const all: HalfRule = {}
const first: HalfRule = { inputs: [0] }
const heavy: HalfRule = { heavy: true }
const recurrent: HalfRule = { inputs: [0, 1, 2, 3, 5, 6, 7], heavy: true }

const rules: Readonly<Record<string, HalfRule>> = {
  ...{ Conv: heavy, ConvTranspose: heavy, MatMul: heavy, Gemm: heavy, Einsum: heavy },
  ...{ LSTM: recurrent, GRU: recurrent, RNN: { inputs: [0, 1, 2, 3, 5], heavy: true } },
  ...each(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Abs', 'Sum', 'Max', 'Min', 'Clip', 'Identity'], all),
  ...each(['Relu', 'LeakyRelu', 'PRelu', 'Sigmoid', 'Tanh', 'Elu', 'Selu', 'ThresholdedRelu'], all),
  ...each(['HardSigmoid', 'HardSwish', 'Gelu', 'Softsign', 'Erf', 'Floor', 'Ceil', 'Round'], all),
  ...each(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'BatchNormalization'], all),
  ...each(['Concat', 'Transpose', 'Flatten', 'DepthToSpace', 'SpaceToDepth'], all),
  ...each(['Reshape', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Expand', 'Tile', 'Gather'], first),
  ...each(['GatherElements', 'GatherND', 'Dropout', 'Resize', 'Upsample', 'ReduceMax', 'ReduceMin'], first),
  ...{ Where: { inputs: [1, 2] }, Pad: { inputs: [0, 2] } },
}

/** Undefined for what stays in FP32 whatever it is fed. */
export function halfRule(node: EditableNode): HalfRule | undefined {
  if (node.domain !== '' || !Object.hasOwn(rules, node.type)) return undefined
  return rules[node.type]
}

/** The inputs of a node that have the type it computes in, those left out excepted. */
export function typedInputs(node: EditableNode): { index: number; name: string }[] {
  const indices = halfRule(node)?.inputs
  return node.inputs.flatMap((name, index) =>
    name !== '' && (indices === undefined || indices.includes(index)) ? [{ index, name }] : [],
  )
}

/** True where everything that a node computes with is float32, and it has an FP16 rule. */
export function canBeHalf(node: EditableNode, types: ValueTypes): boolean {
  if (halfRule(node) === undefined || node.outputs.every((name) => name === '')) return false
  const typed = typedInputs(node)
  return typed.length > 0 && typed.every(({ name }) => types.get(name) === 'float32')
}

const summing = 'sums over many elements lose digits in FP16'
const leaving = 'results leave the range of FP16 quickly'
const listed: Readonly<Record<string, string>> = {
  ...each(['Softmax', 'LogSoftmax', 'Hardmax', 'LogSumExp', 'SoftmaxCrossEntropyLoss'], summing),
  ...each(['ReduceSum', 'ReduceMean', 'ReduceL1', 'ReduceL2', 'ReduceProd', 'ReduceLogSum'], summing),
  ...each(['ReduceLogSumExp', 'ReduceSumSquare', 'CumSum', 'Mean', 'LpNormalization', 'LpPool'], summing),
  ...each(['LayerNormalization', 'InstanceNormalization', 'GroupNormalization', 'LRN'], summing),
  ...each(['MeanVarianceNormalization', 'RMSNormalization', 'GlobalLpPool'], summing),
  ...each(['Exp', 'Log', 'Pow', 'Sqrt', 'Reciprocal', 'Softplus', 'Mish'], leaving),
  ...each(['Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan'], leaving),
}

const containers = new Set(['If', 'Loop', 'Scan'])
const quantised = /^(QLinear|Quantize|Dequantize|DynamicQuantize)|Integer$/

/** Why a node stays in FP32 that has no rule, or cannot follow it: a clause. */
export function fragileReason({ type, domain }: EditableNode): string {
  if (domain === '' && Object.hasOwn(listed, type)) return listed[type] ?? ''
  if (containers.has(type)) return 'graphs inside nodes are left as they are'
  if (quantised.test(type)) return 'part of the quantisation that the model came with'
  if (domain === '' && Object.hasOwn(rules, type))
    return 'an input is not FP32, or of a type that cannot be told'
  return 'no rule says that this is safe in FP16'
}

/** Operators that read no values: they take a tensor of any type. */
export function readsOnlyShape({ type, domain }: EditableNode): boolean {
  return domain === '' && (type === 'Shape' || type === 'Size')
}

/**
 * Operators whose results are means, deviations and sums of exponentials in the making: what subtracts, scales or
 * divides by them is a norm or a softmax written out, and stays with them.
 */
const normMakers = new Set([
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp'],
  ...['Exp', 'Log', 'Pow', 'Sqrt', 'Reciprocal', 'CumSum'],
])
const normParts = new Set(['Sub', 'Div', 'Mul', 'Add'])

/** True where `node` and the node that makes one of its inputs are parts of a norm or softmax. */
export function belongsToNorm(node: EditableNode, maker: EditableNode): boolean {
  return normParts.has(node.type) && maker.domain === '' && normMakers.has(maker.type)
}

/**
 * True where `node` scales or shifts, by a weight, what a part of a norm has made: a layer norm written out ends so. ONNX
 * Runtime makes one operator of the whole, which fails to load where its last steps have another type.
 */
export function endsNorm(node: EditableNode, part: EditableNode): boolean {
  return ['Mul', 'Add'].includes(node.type) && ['Div', 'Mul'].includes(part.type)
}

const guards = new Set(['Add', 'Sub', 'Max', 'Min', 'Clip', 'Where'])
const guarded = new Set(['Sqrt', 'Div', 'Log', 'Reciprocal', 'Pow'])

/**
 * True where a scalar of a node must not vanish: what multiplies or divides, and epsilons that keep what follows from
 * dividing by zero. Anywhere else, adding next to nothing may as well add nothing.
 */
export function needsSmallNumbers({ type }: EditableNode, readers: readonly EditableNode[]): boolean {
  if (type === 'Mul' || type === 'Div') return true
  return guards.has(type) && readers.some((reader) => guarded.has(reader.type))
}

function each<Value>(types: readonly string[], value: Value): Record<string, Value> {
  return Object.fromEntries(types.map((type) => [type, value]))
}
