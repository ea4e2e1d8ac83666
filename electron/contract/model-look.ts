import type { Dimension, ModelDescription, ModelInput, ModelOutput } from './model.ts'
import { formatCount } from './quantity.ts'

/**
 * What kind of model it seems to be, judged by its operators, inputs and outputs alone: completes "It looks like", as
 * "a convolutional image classifier of 1,000 classes". Undefined where the signs do not say; never a certainty.
 */
export function modelLook(model: ModelDescription): string | undefined {
  const signs = readSigns(model)
  for (const look of looks) {
    const phrase = look(signs, model)
    if (phrase !== undefined) return phrase
  }
  return undefined
}

/** What there is to judge a model by. */
interface Signs {
  /** How many nodes are of one of these types, in any domain. */
  count(...types: string[]): number
  /** The input that seems to be a picture, as [N, C, H, W] or [N, H, W, C]. */
  picture: ModelInput | undefined
  /** The input that seems to be token ids. */
  tokens: ModelInput | undefined
  convolutions: number
  recurrences: number
  attention: boolean
  firstOutput: ModelOutput | undefined
}

type Look = (signs: Signs, model: ModelDescription) => string | undefined

const looks: readonly Look[] = [
  trees,
  detector,
  decoderWithCache,
  speech,
  tokenModel,
  pictureModel,
  recurrent,
  seriesModel,
  plainLayers,
]

function readSigns(model: ModelDescription): Signs {
  const counts = new Map<string, number>()
  for (const { type, count } of model.operators) counts.set(type, (counts.get(type) ?? 0) + count)
  const count = (...types: string[]) => types.reduce((sum, type) => sum + (counts.get(type) ?? 0), 0)
  const norms =
    count(
      'LayerNormalization',
      'SimplifiedLayerNormalization',
      'RMSNormalization',
      'SkipLayerNormalization',
    ) > 0 ||
    // Written out as mean, variance and root by older exporters.
    (count('ReduceMean') >= 2 && count('Sqrt', 'Rsqrt', 'Pow') >= 1)
  const products = count('MatMul', 'MatMulInteger', 'MatMulNBits', 'DynamicQuantizeMatMul', 'QLinearMatMul')
  return {
    count,
    picture: model.inputs.find(isPicture),
    tokens: model.inputs.find(isTokens),
    convolutions: count('Conv', 'QLinearConv', 'ConvInteger', 'FusedConv', 'ConvTranspose', 'NhwcFusedConv'),
    recurrences: count('LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM'),
    attention:
      count(
        'Attention',
        'MultiHeadAttention',
        'GroupQueryAttention',
        'QAttention',
        'EmbedLayerNormalization',
      ) > 0 ||
      ((norms || count('Transpose') >= 2) &&
        count('Softmax') >= 1 &&
        products + count('Gemm', 'QGemm') >= 3 * count('Softmax')),
    firstOutput: model.outputs[0],
  }
}

function trees({ count }: Signs): string | undefined {
  const ensembles = count('TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'TreeEnsemble')
  if (ensembles > 0) return 'a model of decision trees over columns of numbers'
  if (count('SVMClassifier', 'SVMRegressor') > 0) return 'a support vector machine over columns of numbers'
  if (count('LinearClassifier', 'LinearRegressor') > 0) return 'a linear model over columns of numbers'
  return undefined
}

function detector(
  { count, picture, convolutions }: Signs,
  { outputs }: ModelDescription,
): string | undefined {
  if (picture === undefined || convolutions === 0) return undefined
  if (count('NonMaxSuppression', 'EfficientNMS_TRT', 'BatchedNMS_TRT') > 0) {
    return 'an object detector for pictures that picks the final boxes itself (NonMaxSuppression)'
  }
  const names = outputs.map(({ name }) => name.toLowerCase())
  const has = (part: RegExp) => names.some((name) => part.test(name))
  if (has(/box|bbox|dets\b|loc/) && (has(/score|conf|class|cls|label/) || outputs.length === 1)) {
    return 'an object detector for pictures that leaves the choice of boxes to its user'
  }
  return undefined
}

function decoderWithCache({ attention, count }: Signs, { inputs }: ModelDescription): string | undefined {
  const past = inputs.filter(({ name }) => /past|cache/i.test(name)).length
  return past >= 2 && (attention || count('Softmax') > 0)
    ? 'a transformer decoder that takes and gives its cache of keys and values'
    : undefined
}

const soundWords = /audio|waveform|\bwav\b|speech|pcm|\bmel|spectro|input_features|fbank/i

function speech({ count, attention, recurrences, convolutions }: Signs, { inputs }: ModelDescription) {
  const isSound = ({ name, shape, type }: ModelInput) => {
    if (!isReal(type)) return /^sr$|sampl(e|ing)_?rate/i.test(name)
    const symbols = shape.filter((dimension) => typeof dimension === 'string').join(' ')
    return soundWords.test(`${name} ${symbols}`) || (shape.length === 2 && shape[1] === 'samples')
  }
  if (!inputs.some(isSound) && count('STFT', 'MelWeightMatrix') === 0) return undefined
  const how = attention
    ? 'a transformer'
    : recurrences > 0
      ? 'a recurrent network'
      : convolutions > 0
        ? 'a convolutional network'
        : 'a model'
  return `${how} for speech or other sound`
}

function tokenModel({ tokens, attention, recurrences, firstOutput }: Signs): string | undefined {
  if (tokens === undefined) return undefined
  const table = tokens.values
  const vocabulary = table === undefined ? '' : ` (${formatCount(table.high - table.low + 1)} of them)`
  const over = `over token ids${vocabulary}`
  if (attention) {
    const last = firstOutput?.shape.at(-1)
    const givesTokens =
      firstOutput?.shape.length === 3 && table !== undefined && last === table.high - table.low + 1
    return `a transformer ${givesTokens ? 'language model' : 'encoder'} ${over}`
  }
  return recurrences > 0 ? `a recurrent network ${over}` : undefined
}

function pictureModel(signs: Signs): string | undefined {
  const { picture, convolutions, attention, recurrences, firstOutput, count } = signs
  if (picture === undefined || convolutions + Number(attention) === 0) return undefined
  // One convolution cuts a picture into patches for a transformer.
  const transformer = attention && convolutions <= 2
  const network = transformer ? 'a vision transformer' : 'a convolutional network'
  const shape = firstOutput?.shape ?? []
  const numbers = vectorLength(shape)
  if (numbers !== undefined) {
    const named = /emb|feat|vec|descriptor/i.test(firstOutput?.name ?? '')
    if (named || count('LpNormalization', 'ReduceL2') > 0) {
      return `${network} that turns pictures into vectors of ${formatCount(numbers)} numbers`
    }
    if (
      count(
        'Softmax',
        'LogSoftmax',
        'Sigmoid',
        'Gemm',
        'QGemm',
        'MatMul',
        'QLinearMatMul',
        'MatMulInteger',
      ) === 0
    ) {
      return `${network} that turns pictures into ${formatCount(numbers)} number${numbers === 1 ? '' : 's'} each`
    }
    const of = numbers > 1 ? ` of ${formatCount(numbers)} classes` : ''
    return transformer
      ? `an image classifier${of} (a vision transformer)`
      : `a convolutional image classifier${of}`
  }
  if (shape.length === 3 && (recurrences > 0 || isLine(picture))) {
    return `${network} that reads lines of text in pictures`
  }
  if (shape.length === 3 && isBoxList(shape)) return `${network} for pictures, perhaps an object detector`
  return shape.length === 4
    ? `${network} that makes pictures or maps from pictures`
    : `${network} for pictures`
}

function recurrent({ count, recurrences }: Signs, { subgraphs = 0 }: ModelDescription): string | undefined {
  if (recurrences === 0) return undefined
  const kinds = [
    ['LSTM', count('LSTM', 'DynamicQuantizeLSTM')],
    ['GRU', count('GRU')],
    ['RNN', count('RNN')],
  ] as const
  // Branches have layers of their own, of which only one set runs.
  const layers = kinds
    .filter(([, layers]) => layers > 0)
    .map(([kind, layers]) =>
      subgraphs > 0 ? kind : `${formatCount(layers)} ${kind} layer${layers === 1 ? '' : 's'}`,
    )
  return `a recurrent network over sequences (${layers.join(', ')})`
}

function seriesModel({ attention, convolutions }: Signs, { inputs }: ModelDescription): string | undefined {
  const series = inputs.some(({ type, shape }) => isReal(type) && shape.length === 3)
  if (!series) return undefined
  if (attention) return 'a transformer over sequences of vectors'
  return convolutions > 0 ? 'a convolutional network over sequences' : undefined
}

function plainLayers({ count, convolutions, recurrences, attention }: Signs, { inputs }: ModelDescription) {
  const layers = count(
    'Gemm',
    'MatMul',
    'QGemm',
    'QLinearMatMul',
    'MatMulInteger',
    'MatMulNBits',
    'FusedGemm',
  )
  const others = convolutions + recurrences + count('Softmax') * 2
  if (attention || layers === 0 || others > layers) return undefined
  const plain = inputs.every(({ shape, type }) => shape.length <= 3 && type !== 'unknown')
  return plain
    ? `a network of ${formatCount(layers)} fully connected layer${layers === 1 ? '' : 's'}`
    : undefined
}

/** Numbers for each sample in an output: K of [N, K], also with sides of 1 as some exporters leave them. */
function vectorLength(shape: readonly Dimension[]): number | undefined {
  const rest = shape.slice(1).filter((side) => side !== 1)
  const [numbers = 1] = rest
  if (shape.length < 2 || shape.length === 3 || rest.length > 1) return undefined
  return typeof numbers === 'number' ? numbers : undefined
}

/** Many places with a box and scores each, as [N, 8400, 84] or [N, 84, 8400]. */
function isBoxList([, ...sides]: readonly Dimension[]): boolean {
  const [small = 0, large = 0] = sides
    .map((side) => (typeof side === 'number' ? side : 0))
    .sort((a, b) => a - b)
  return small >= 5 && small <= 400 && large >= 2 * small && large >= 80
}

/** A picture that is low and as wide as one likes. */
function isLine({ shape }: ModelInput): boolean {
  return shape.length === 4 && typeof shape[2] === 'number' && shape[2] <= 64 && typeof shape[3] !== 'number'
}

function isPicture({ type, shape }: ModelInput): boolean {
  if (!(isReal(type) || type === 'uint8' || type === 'int8')) return false
  const isColours = (side: Dimension | undefined) => side === 1 || side === 3 || side === 4
  if (shape.length === 4) return isColours(shape[1]) || isColours(shape[3])
  // One picture without a batch.
  return (
    shape.length === 3 &&
    isColours(shape[0]) &&
    shape.slice(1).every((side) => typeof side === 'number' && side >= 16)
  )
}

function isTokens({ name, type, shape, values }: ModelInput): boolean {
  if (type !== 'int64' && type !== 'int32') return false
  if (/mask|type|segment|position|len/i.test(name)) return false
  return shape.length === 2 && (values !== undefined || /ids?$|tokens?/i.test(name))
}

const isReal = (type: ModelInput['type']) => /^(b?float)/.test(type)
