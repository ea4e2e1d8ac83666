import type { ModelWarning } from '../../../contract/model.ts'
import { forEachNode, functionKey, type GraphNode } from './graph.ts'
import type { ReadModel } from './read-graph.ts'
import { shortened } from './tensor-fields.ts'

/** Operator sets that come with ONNX Runtime. */
const knownDomains = new Set([
  '',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
])

/** Newest version of ONNX's operator set that `onnxOperators` knows; of newer ones it is not sure. */
const newestOpset = 28

/** Every operator that ONNX has had, from opset 1 to `newestOpset`, with the early ones that ONNX Runtime still takes. */
const onnxOperators = new Set(
  `
  Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
  BatchNormalization Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow
  Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence
  Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT DeformConv
  DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand
  EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool
  GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid
  HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization
  LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization LpPool MatMul
  MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish
  Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional
  OptionalGetElement OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear
  RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal
  ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
  ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT
  Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase
  SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
  SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
  StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu
  Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor
  Affine ConstantFill Crop DynamicSlice GivenTensorFill GRUUnit ImageScaler ParametricSoftplus Scale ScaledTanh
  SimplifiedLayerNormalization
  `
    .trim()
    .split(/\s+/),
)

/** How many operators a warning names. */
const mostNamed = 4

/**
 * One warning for each operator set that ONNX Runtime does not bring along, naming what the model uses of it, and one
 * for operators that ONNX never had. The model's own functions are known.
 */
export function unknownOperators(model: ReadModel): ModelWarning[] {
  const own = new Set(model.functions.map(functionKey))
  const unknown = new Map<string, Set<string>>()
  const opset = model.opsets.find(({ domain }) => domain === '')?.version ?? 1
  const isKnown = ({ domain, type, overload }: GraphNode) =>
    own.has(functionKey({ domain, name: type, overload })) ||
    (knownDomains.has(domain) && (domain !== '' || opset > newestOpset || onnxOperators.has(type)))
  for (const nodes of [model.graph.nodes, ...model.functions.map((each) => each.nodes)]) {
    forEachNode(nodes, (node) => {
      if (isKnown(node)) return
      const { domain, type } = node
      const types = unknown.get(domain)
      if (types === undefined) unknown.set(domain, new Set([type]))
      else types.add(type)
    })
  }
  return [...unknown].map(([domain, types]): ModelWarning => {
    const one = types.size === 1
    const what = `the operator${one ? '' : 's'} ${list([...types])}`
    if (domain === '') {
      return {
        code: 'unknown-operator',
        message: `It uses ${what}, which ${one ? 'is' : 'are'} not among ONNX's, so ONNX Runtime will refuse it.`,
        remedy: 'Export the model again with operators of ONNX.',
      }
    }
    return {
      code: 'unknown-operator',
      message: `It uses ${what} of "${shortened(domain)}", which ONNX Runtime runs only with a custom operator library.`,
      remedy:
        'Export the model with operators of ONNX or com.microsoft; Batchscope loads no libraries of others.',
    }
  })
}

function list(types: readonly string[]): string {
  const named = types.slice(0, mostNamed).map(shortened)
  const more = types.length - named.length
  if (more > 0) named.push(`${more} more`)
  return named.length === 1 ? (named[0] ?? '') : `${named.slice(0, -1).join(', ')} and ${named.at(-1) ?? ''}`
}
