import { GrownWeights } from './grown-weights.ts'
import { encodeModel, GraphBuilder } from '../models/onnx-writer.ts'

/** Side of the pictures, in pixels. */
const side = 224
const classes = 1000

/** Blocks and inner channels of each stage (He et al. 2016, table 1, 50 layers). */
const stages = [
  { blocks: 3, inner: 64 },
  { blocks: 4, inner: 128 },
  { blocks: 6, inner: 256 },
  { blocks: 3, inner: 512 },
]

/** Outer channels of a bottleneck for each inner one. */
const expansion = 4

/** What a block adds to its input is kept small, so that sixteen of them do not let the activations grow. */
const branchGain = 0.4

/**
 * A network in the shape of ResNet-50 (version 1.5: the stride is in the 3 x 3 convolution): 25.6 million weights, about
 * 4.1 billion multiplications a picture. The weights are made in the graph and untrained; it is there to be timed.
 */
export function resnet50(): Uint8Array {
  const net = new ResNet()
  return encodeModel(net.build(), {
    doc: 'In the shape of ResNet-50, with weights that are made when a session is created. Untrained.',
  })
}

interface Convolution {
  from: number
  to: number
  kernel: number
  stride?: number
  gain?: number
}

class ResNet {
  private readonly graph = new GraphBuilder('resnet-50')
  private readonly weights = new GrownWeights(this.graph)
  private readonly norms = new Map<number, [string, string, string, string]>()

  build(): GraphBuilder {
    const { graph, weights } = this
    let value = graph.input('image', 'float32', ['batch', 3, side, side])
    value = graph.node('Relu', [this.convolution('stem', value, { from: 3, to: 64, kernel: 7, stride: 2 })])
    value = graph.node('MaxPool', [value], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
    let from = 64
    stages.forEach(({ blocks, inner }, stage) => {
      for (let block = 0; block < blocks; block += 1) {
        const stride = stage > 0 && block === 0 ? 2 : 1
        value = this.bottleneck(`stage${stage + 1}.block${block + 1}`, value, from, inner, stride)
        from = inner * expansion
      }
    })
    value = graph.node('Flatten', [graph.node('GlobalAveragePool', [value])], { axis: 1 })
    const matrix = weights.layer('head.weight', [classes, from], from)
    const bias = weights.vector('head.bias', classes, 0, 0.05)
    graph.node('Gemm', [value, matrix, bias], { transB: 1 }, 'logits')
    graph.output('logits', 'float32', ['batch', classes])
    return graph
  }

  private bottleneck(name: string, input: string, from: number, inner: number, stride: number): string {
    const { graph } = this
    const to = inner * expansion
    const first = this.convolution(`${name}.reduce`, input, { from, to: inner, kernel: 1 })
    const second = this.convolution(`${name}.middle`, graph.node('Relu', [first]), {
      from: inner,
      to: inner,
      kernel: 3,
      stride,
    })
    const third = this.convolution(`${name}.expand`, graph.node('Relu', [second]), {
      from: inner,
      to,
      kernel: 1,
      gain: branchGain,
    })
    const shortcut =
      from === to && stride === 1
        ? input
        : this.convolution(`${name}.shortcut`, input, { from, to, kernel: 1, stride, gain: 1 })
    return graph.node('Relu', [graph.node('Add', [third, shortcut])])
  }

  /** Convolution and batch normalisation. */
  private convolution(name: string, input: string, shape: Convolution): string {
    const { graph, weights } = this
    // ReLU halves the variance that reaches the next layer.
    const { from, to, kernel, stride = 1, gain = Math.SQRT2 } = shape
    const filters = weights.layer(`${name}.conv`, [to, from, kernel, kernel], from * kernel * kernel, gain)
    const padding = (kernel - 1) / 2
    const convolved = graph.node('Conv', [input, filters], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    })
    return graph.node('BatchNormalization', [convolved, ...this.norm(to)])
  }

  /** Scale, shift, mean and variance for so many channels; layers of the same width share them. */
  private norm(channels: number): [string, string, string, string] {
    const { weights } = this
    const known = this.norms.get(channels)
    if (known !== undefined) return known
    const norm: [string, string, string, string] = [
      weights.vector(`norm${channels}.scale`, channels, 1, 0.1),
      weights.vector(`norm${channels}.shift`, channels, 0, 0.1),
      weights.vector(`norm${channels}.mean`, channels, 0, 0.1),
      weights.vector(`norm${channels}.variance`, channels, 1, 0.1),
    ]
    this.norms.set(channels, norm)
    return norm
  }
}
