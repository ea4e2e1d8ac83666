import type { EditableNode } from '../../edit/editable-node.ts'
import { apartAlong, broadcast, elementwise, refusing, type Rule } from './axes.ts'
import * as joining from './joining.ts'
import * as linear from './linear.ts'
import * as lookup from './lookup.ts'
import * as reducing from './reducing.ts'
import * as reshaping from './reshaping.ts'

/** Operators of one behaviour, by name. */
function each(rule: Rule, names: string): [string, Rule][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [name, rule])
}

const perSample = apartAlong((axis) => axis === 0, 'takes the batch for a dimension of the samples')
const random = refusing('draws random numbers, so that no two runs can be compared')
const asManyAsFound = refusing('gives as many results as it finds in the whole batch')
const byBatchNumber = refusing('addresses samples of the batch by their number')

/** Works on the first input only, one element at a time. */
const firstInput: Rule = (view) => {
  for (const index of view.node.inputs.keys()) if (index > 0) view.mustNotFollow(index)
  view.giveAll(broadcast(view, [view.needed(0)]))
}

/** ONNX's own operators. */
const standard = new Map<string, Rule>([
  ...each(
    elementwise,
    `Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast Ceil Celu
     Cos Cosh Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN
     LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Shrink
     Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Swish Tan Tanh ThresholdedRelu Where Xor`,
  ),
  ...each(firstInput, 'Clip Dropout CastLike'),
  ...each(reshaping.reshape, 'Reshape'),
  ...each(reshaping.flatten, 'Flatten'),
  ...each(reshaping.squeeze, 'Squeeze'),
  ...each(reshaping.unsqueeze, 'Unsqueeze'),
  ...each(reshaping.transpose, 'Transpose'),
  ...each(joining.concat, 'Concat'),
  ...each(joining.split, 'Split'),
  ...each(joining.slice, 'Slice'),
  ...each(joining.expand, 'Expand'),
  ...each(joining.constantOfShape, 'ConstantOfShape'),
  ...each(joining.range, 'Range'),
  ...each(joining.tile, 'Tile'),
  ...each(joining.pad, 'Pad'),
  ...each(joining.resize, 'Resize Upsample'),
  ...each(lookup.gather, 'Gather'),
  ...each(lookup.elementsAlong, 'GatherElements ScatterElements Scatter'),
  ...each(lookup.gatherND, 'GatherND'),
  ...each(lookup.scatterND, 'ScatterND'),
  ...each(lookup.oneHot, 'OneHot'),
  ...each(linear.matMul(), 'MatMul MatMulInteger'),
  ...each(linear.matMul(0, 3), 'QLinearMatMul'),
  ...each(linear.gemm, 'Gemm'),
  ...each(linear.samplesFirst, 'Conv ConvTranspose ConvInteger QLinearConv DeformConv'),
  ...each(linear.einsum, 'Einsum'),
  ...each(linear.recurrent, 'LSTM GRU RNN'),
  ...each(linear.gridSample, 'GridSample'),
  ...each(linear.reverseSequence, 'ReverseSequence'),
  ...each(
    perSample,
    `MaxPool AveragePool LpPool GlobalMaxPool GlobalAveragePool GlobalLpPool InstanceNormalization GroupNormalization
     DepthToSpace SpaceToDepth`,
  ),
  ...each(
    apartAlong((axis) => axis !== 1, 'takes the batch for the channels'),
    'LRN',
  ),
  ...each(
    apartAlong((axis, _view, rank) => axis < rank - 2, 'takes the batch for a side of a matrix'),
    'Trilu Det',
  ),
  ...each(
    reducing.reduce,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
  ),
  ...each(reducing.argument, 'ArgMax ArgMin'),
  ...each(reducing.softmax, 'Softmax LogSoftmax Hardmax'),
  ...each(reducing.alongAxis(-1), 'TopK LpNormalization'),
  ...each(reducing.cumulate, 'CumSum'),
  ...each(reducing.fromAxis, 'LayerNormalization RMSNormalization SimplifiedLayerNormalization'),
  ...each(reducing.batchNormalization, 'BatchNormalization'),
  ...each(reducing.quantise, 'QuantizeLinear DequantizeLinear'),
  ...each(refusing('chooses its scale by the whole batch'), 'DynamicQuantizeLinear'),
  ...each(refusing('computes the mean of the whole batch'), 'MeanVarianceNormalization'),
  ...each(random, 'RandomNormalLike RandomUniformLike Multinomial Bernoulli RandomNormal RandomUniform'),
  ...each(asManyAsFound, 'NonZero Unique Compress NonMaxSuppression'),
  ...each(byBatchNumber, 'RoiAlign MaxRoiPool'),
])

/** Operators of ONNX Runtime's own (domain com.microsoft). */
const microsoft = new Map<string, Rule>([
  ...each(elementwise, 'BiasGelu FastGelu QuickGelu Gelu BiasAdd BiasSplitGelu'),
  ...each(linear.matMul(), 'FusedMatMul MatMulIntegerToFloat'),
  ...each(linear.matMul(0, 3), 'QLinearMatMul'),
  ...each(linear.gemm, 'FusedGemm'),
  ...each(linear.samplesFirst, 'FusedConv NhwcFusedConv QLinearConv'),
  ...each(
    apartAlong((axis, _view, rank) => axis < rank - 1, 'sums over the batch'),
    'MatMulNBits MatMulBnb4',
  ),
  ...each(reducing.skipNormalisation, 'SkipLayerNormalization SkipSimplifiedLayerNormalization'),
  ...each(perSample, 'QLinearGlobalAveragePool QLinearAveragePool'),
  ...each(firstInput, 'QLinearSigmoid QLinearLeakyRelu'),
  ...each(reducing.quantise, 'QuantizeLinear DequantizeLinear'),
  ...each(refusing('chooses its scale by the whole batch'), 'DynamicQuantizeMatMul DynamicQuantizeLSTM'),
])

/** How a node follows the batch. */
export function ruleFor({ type, domain }: EditableNode): Rule {
  const table = domain === '' ? standard : domain === 'com.microsoft' ? microsoft : undefined
  return table?.get(type) ?? lookup.unknownOperator
}
