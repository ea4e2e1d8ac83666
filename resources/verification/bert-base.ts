import { GrownWeights } from './grown-weights.ts'
import { encodeModel, GraphBuilder } from '../models/onnx-writer.ts'

const vocabulary = 30_522
const sequence = 128
const hidden = 768
const heads = 12
const inner = 3072
const layers = 12

/**
 * A text encoder in the shape of BERT-base (Devlin et al. 2019): 12 layers, 12 heads, 108.8 million weights, about 11
 * billion multiplications for each text of 128 tokens. It gives the pooled first token. The weights are made in the graph
 * and untrained; it is there to be timed.
 */
export function bertBase(): Uint8Array {
  const net = new Bert()
  return encodeModel(net.build(), {
    doc: 'In the shape of BERT-base, with weights that are made when a session is created. Untrained.',
  })
}

class Bert {
  private readonly graph = new GraphBuilder('bert-base')
  private readonly weights = new GrownWeights(this.graph)

  build(): GraphBuilder {
    const { graph, weights } = this
    const ids = graph.input('input_ids', 'int64', ['batch', sequence])
    const mask = graph.input('attention_mask', 'int64', ['batch', sequence])
    for (const [name, value] of [
      ['one', 1],
      ['half', 0.5],
      ['root-two', Math.SQRT2],
      ['head-scale', Math.sqrt(hidden / heads)],
      ['penalty', -10_000],
    ] as const) {
      graph.scalar(name, value)
    }
    graph.integers('axes.heads', [1, 2])
    graph.integers('shape.split', [0, 0, heads, hidden / heads])
    graph.integers('shape.join', [0, 0, hidden])

    const table = weights.layer('embeddings.tokens', [vocabulary, hidden], 1)
    const positions = weights.layer('embeddings.positions', [sequence, hidden], 1)
    const embedded = graph.node('Add', [graph.node('Gather', [table, ids], { axis: 0 }), positions])
    let value = this.layerNorm('embeddings.norm', embedded)
    const penalty = this.attentionPenalty(mask)
    for (let layer = 1; layer <= layers; layer += 1) value = this.layer(`layer${layer}`, value, penalty)
    const first = graph.node('Gather', [value, graph.integers('first', 0)], { axis: 1 })
    const matrix = weights.layer('pooler.weight', [hidden, hidden], hidden)
    const bias = weights.vector('pooler.bias', hidden, 0, 0.02)
    graph.node('Tanh', [graph.node('Gemm', [first, matrix, bias])], {}, 'pooler_output')
    graph.output('pooler_output', 'float32', ['batch', hidden])
    return graph
  }

  /** 0 for tokens that the mask keeps, -10,000 for the others, as [batch, 1, 1, sequence]. */
  private attentionPenalty(mask: string): string {
    const { graph } = this
    const spread = graph.node('Unsqueeze', [graph.node('Cast', [mask], { to: 1 }), 'axes.heads'])
    return graph.node('Mul', [graph.node('Sub', ['one', spread]), 'penalty'])
  }

  private layer(name: string, input: string, penalty: string): string {
    const { graph } = this
    const attended = this.attention(`${name}.attention`, input, penalty)
    const first = this.layerNorm(`${name}.norm1`, graph.node('Add', [input, attended]))
    const widened = this.gelu(this.linear(`${name}.widen`, first, hidden, inner))
    const narrowed = this.linear(`${name}.narrow`, widened, inner, hidden)
    return this.layerNorm(`${name}.norm2`, graph.node('Add', [first, narrowed]))
  }

  private attention(name: string, input: string, penalty: string): string {
    const { graph } = this
    const part = (which: string, perm: readonly number[]) => {
      const projected = this.linear(`${name}.${which}`, input, hidden, hidden)
      return graph.node('Transpose', [graph.node('Reshape', [projected, 'shape.split'])], { perm })
    }
    const query = part('query', [0, 2, 1, 3])
    const key = part('key', [0, 2, 3, 1])
    const value = part('value', [0, 2, 1, 3])
    const scores = graph.node('Div', [graph.node('MatMul', [query, key]), 'head-scale'])
    const shares = graph.node('Softmax', [graph.node('Add', [scores, penalty])], { axis: -1 })
    const mixed = graph.node('Transpose', [graph.node('MatMul', [shares, value])], { perm: [0, 2, 1, 3] })
    return this.linear(`${name}.output`, graph.node('Reshape', [mixed, 'shape.join']), hidden, hidden)
  }

  private linear(name: string, input: string, from: number, to: number): string {
    const { graph, weights } = this
    const matrix = weights.layer(`${name}.weight`, [from, to], from)
    const bias = weights.vector(`${name}.bias`, to, 0, 0.02)
    return graph.node('Add', [graph.node('MatMul', [input, matrix]), bias])
  }

  private layerNorm(name: string, input: string): string {
    const { graph, weights } = this
    const scale = weights.vector(`${name}.scale`, hidden, 1, 0.1)
    const shift = weights.vector(`${name}.shift`, hidden, 0, 0.1)
    return graph.node('LayerNormalization', [input, scale, shift], { axis: -1, epsilon: { real: 1e-12 } })
  }

  /** x / 2 x (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel 2016). */
  private gelu(input: string): string {
    const { graph } = this
    const share = graph.node('Add', [graph.node('Erf', [graph.node('Div', [input, 'root-two'])]), 'one'])
    return graph.node('Mul', [graph.node('Mul', [input, share]), 'half'])
  }
}
