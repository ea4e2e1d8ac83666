import { encodeModel, GraphBuilder } from './onnx-writer.ts'
import { seededWeights, type WeightSource } from './seeded-weights.ts'

/** Side of the pictures, in pixels. */
const side = 64
const classes = 100

/**
 * A picture classifier in the manner of MobileNet: convolution, batch normalisation and ReLU in blocks, some depthwise,
 * then pooling, a linear layer and softmax. Untrained; it is there to be timed.
 */
export function cnnClassifier(): Uint8Array {
  const weights = seededWeights(20240601)
  const graph = new GraphBuilder('cnn-classifier')
  const image = graph.input('image', 'float32', ['batch', 3, side, side])

  let value = block(graph, weights, 'stem', image, { from: 3, to: 32, kernel: 3, stride: 2 })
  value = block(graph, weights, 'stage1.full', value, { from: 32, to: 48, kernel: 3 })
  value = separable(graph, weights, 'stage2.down', value, 48, 96, 2)
  value = residual(graph, weights, 'stage2.residual', value, 96)
  value = separable(graph, weights, 'stage3.down', value, 96, 192, 2)
  value = separable(graph, weights, 'stage3.deep', value, 192, 192, 1)
  value = separable(graph, weights, 'stage4.down', value, 192, 256, 2)
  value = separable(graph, weights, 'stage4.deep', value, 256, 256, 1)

  value = graph.node('GlobalAveragePool', [value])
  value = graph.node('Flatten', [value], { axis: 1 })
  const matrix = graph.initializer('head.weight', [classes, 256], weights.layer(classes * 256, 256))
  const bias = graph.initializer('head.bias', [classes], weights.between(classes, -0.1, 0.1))
  value = graph.node('Gemm', [value, matrix, bias], { transB: 1 })
  graph.node('Softmax', [value], { axis: -1 }, 'probabilities')
  graph.output('probabilities', 'float32', ['batch', classes])
  return encodeModel(graph, { doc: 'A small picture classifier with seeded, untrained weights.' })
}

interface BlockShape {
  from: number
  to: number
  kernel: number
  stride?: number
  depthwise?: boolean
  activated?: boolean
}

/** Convolution, batch normalisation and, unless told otherwise, ReLU. */
function block(
  graph: GraphBuilder,
  weights: WeightSource,
  name: string,
  input: string,
  shape: BlockShape,
): string {
  const { from, to, kernel, stride = 1, depthwise = false, activated = true } = shape
  const inputsEach = depthwise ? 1 : from
  const fanIn = inputsEach * kernel * kernel
  const filters = graph.initializer(
    `${name}.conv`,
    [to, inputsEach, kernel, kernel],
    // ReLU halves the variance that reaches the next layer.
    weights.layer(to * fanIn, fanIn, Math.SQRT2),
  )
  const padding = (kernel - 1) / 2
  const convolved = graph.node('Conv', [input, filters], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    group: depthwise ? from : 1,
  })
  const perChannel = (part: string, low: number, high: number) =>
    graph.initializer(`${name}.${part}`, [to], weights.between(to, low, high))
  const normalised = graph.node('BatchNormalization', [
    convolved,
    perChannel('scale', 0.9, 1.1),
    perChannel('shift', -0.1, 0.1),
    perChannel('mean', -0.1, 0.1),
    perChannel('variance', 0.9, 1.1),
  ])
  return activated ? graph.node('Relu', [normalised]) : normalised
}

/** A depthwise 3 x 3 block, then a 1 x 1 one. */
function separable(
  graph: GraphBuilder,
  weights: WeightSource,
  name: string,
  input: string,
  from: number,
  to: number,
  stride: number,
): string {
  const each = block(graph, weights, `${name}.depthwise`, input, {
    from,
    to: from,
    kernel: 3,
    stride,
    depthwise: true,
  })
  return block(graph, weights, `${name}.pointwise`, each, { from, to, kernel: 1 })
}

/** A full 3 x 3 block whose result is added to what went in. */
function residual(
  graph: GraphBuilder,
  weights: WeightSource,
  name: string,
  input: string,
  channels: number,
): string {
  const inner = block(graph, weights, name, input, {
    from: channels,
    to: channels,
    kernel: 3,
    activated: false,
  })
  return graph.node('Relu', [graph.node('Add', [inner, input])])
}
