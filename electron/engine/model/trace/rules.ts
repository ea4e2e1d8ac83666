import * as arithmetic from './arithmetic-rules.ts'
import * as network from './network-rules.ts'
import type { Rule } from './node-context.ts'
import * as selection from './selection-rules.ts'
import * as shapes from './shape-rules.ts'

/** Rules by operator; those of com.microsoft have names of their own, so that one table serves both. */
const table: readonly [Rule, string][] = [
  [arithmetic.keep, 'Identity Cast CastLike Dropout DequantizeLinear'],
  [
    arithmetic.keepShape,
    `Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish
     IsInf IsNaN LeakyRelu Log Mish Neg Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign
     Sqrt Swish Tan Tanh ThresholdedRelu QuantizeLinear DynamicQuantizeLinear ScatterElements ScatterND Scatter Trilu
     Bernoulli RandomNormalLike RandomUniformLike EyeLike ReverseSequence Optional
     BiasGelu FastGelu QuickGelu BiasDropout RotaryEmbedding QLinearLeakyRelu QLinearSigmoid QLinearSoftmax`,
  ],
  [
    arithmetic.elementwise,
    `And BitwiseAnd BitwiseOr BitwiseXor Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Or PRelu Pow Sum Xor
     BitShift`,
  ],
  [arithmetic.elementwiseAt([0, 3]), 'QLinearAdd QLinearMul'],
  [arithmetic.reckoning(arithmetic.add), 'Add'],
  [arithmetic.reckoning(arithmetic.subtract), 'Sub'],
  [arithmetic.reckoning(arithmetic.multiply), 'Mul'],
  [arithmetic.reckoning(arithmetic.divide), 'Div'],
  [arithmetic.reckoning(arithmetic.equal), 'Equal'],
  [arithmetic.not, 'Not'],
  [arithmetic.where, 'Where'],
  [arithmetic.matrixProductOf(0, 1), 'MatMul MatMulInteger DynamicQuantizeMatMul MatMulIntegerToFloat'],
  [arithmetic.matrixProductOf(0, 3), 'QLinearMatMul'],
  [arithmetic.generalProductOf(0, 1), 'Gemm'],
  [arithmetic.generalProductOf(0, 3), 'QGemm'],
  [arithmetic.blockedProduct, 'MatMulNBits MatMulBnb4'],
  [
    arithmetic.reduce,
    `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
     ReduceSumSquare`,
  ],
  [arithmetic.argument, 'ArgMax ArgMin'],
  [arithmetic.topK, 'TopK'],
  [arithmetic.alongAxis(undefined, 'features'), 'Softmax LogSoftmax Hardmax'],
  [arithmetic.alongAxis(-1, 'features'), 'LpNormalization'],
  [arithmetic.runningSum, 'CumSum'],
  [arithmetic.einsum, 'Einsum'],

  [shapes.shapeOf, 'Shape'],
  [shapes.sizeOf, 'Size'],
  [shapes.reshaped, 'Reshape'],
  [shapes.flatten, 'Flatten'],
  [shapes.transpose, 'Transpose'],
  [shapes.unsqueeze, 'Unsqueeze'],
  [shapes.squeeze, 'Squeeze'],
  [shapes.expand, 'Expand'],
  [shapes.tile, 'Tile'],
  [shapes.concat, 'Concat'],
  [shapes.split, 'Split'],
  [selection.slice, 'Slice'],
  [selection.gather, 'Gather'],
  [selection.gatherElements, 'GatherElements'],
  [selection.gatherNd, 'GatherND'],
  [shapes.pad, 'Pad'],
  [shapes.constantOfShape, 'ConstantOfShape RandomNormal RandomUniform'],
  [shapes.range, 'Range'],
  [shapes.oneHot, 'OneHot'],
  [shapes.nonZero, 'NonZero'],

  [network.convolutionOf(0, 1), 'Conv ConvInteger FusedConv'],
  [network.convolutionOf(0, 3), 'QLinearConv'],
  [network.transposedConvolution, 'ConvTranspose'],
  [network.pooling, 'AveragePool MaxPool LpPool QLinearAveragePool'],
  [network.globalPooling, 'GlobalAveragePool GlobalMaxPool GlobalLpPool QLinearGlobalAveragePool'],
  [network.channelNormalisation, 'BatchNormalization InstanceNormalization GroupNormalization'],
  [network.samplesKept, 'LRN'],
  [network.layerNormalisation, 'LayerNormalization SimplifiedLayerNormalization RMSNormalization'],
  [network.skipNormalisation, 'SkipLayerNormalization SkipSimplifiedLayerNormalization'],
  [network.recurrence, 'LSTM GRU RNN'],
  [network.attention, 'Attention MultiHeadAttention GroupQueryAttention'],
  [network.embedding, 'EmbedLayerNormalization'],
  [network.resize, 'Resize Upsample'],
  [network.blocks(true), 'SpaceToDepth'],
  [network.blocks(false), 'DepthToSpace'],
  [network.nonMaxSuppression, 'NonMaxSuppression'],
  [network.regions, 'RoiAlign'],
  [network.gridSample, 'GridSample'],
]

const rules = new Map(
  table.flatMap(([rule, types]) => types.split(/\s+/).map((type) => [type, rule] as const)),
)

/** Operator sets whose operators the rules are about. */
const domains = new Set(['', 'com.microsoft'])

/** What the trace knows of an operator; undefined for those that it does not follow. */
export function ruleOf({ type, domain }: { type: string; domain: string }): Rule | undefined {
  return domains.has(domain) ? rules.get(type) : undefined
}
