import { encodeModel, GraphBuilder } from './onnx-writer.ts'
import { seededWeights, type WeightSource } from './seeded-weights.ts'

const vocabulary = 1600
const longestText = 256
const hidden = 128
const heads = 4
const inner = 512
const layers = 2

/**
 * A text encoder in the manner of BERT: embeddings of tokens and positions, layers of self-attention and a
 * feed-forward network, each normalised, and the mean over the tokens that the mask keeps. Untrained; it is there to be
 * timed.
 */
export function textEncoder(): Uint8Array {
  const encoder = new TextEncoderGraph()
  return encodeModel(encoder.build(), { doc: 'A small text encoder with seeded, untrained weights.' })
}

class TextEncoderGraph {
  private readonly graph = new GraphBuilder('text-encoder')
  private readonly weights: WeightSource = seededWeights(20240602)

  build(): GraphBuilder {
    const { graph } = this
    const ids = graph.input('input_ids', 'int64', ['batch', 'sequence'])
    const mask = graph.input('attention_mask', 'int64', ['batch', 'sequence'])
    graph.integers('axes.heads', [1, 2])
    graph.integers('axes.last', [-1])
    graph.scalar('epsilon', 1e-5)

    const kept = graph.node('Cast', [mask], { to: 1 })
    const penalty = this.attentionPenalty(kept)
    let value = this.layerNorm('embeddings.norm', this.embed(ids))
    for (let layer = 0; layer < layers; layer += 1) value = this.layer(`layer${layer}`, value, penalty)
    graph.node('Identity', [value], {}, 'last_hidden_state')
    graph.output('last_hidden_state', 'float32', ['batch', 'sequence', hidden])
    this.meanOverKept('last_hidden_state', kept)
    graph.output('sentence_embedding', 'float32', ['batch', hidden])
    return graph
  }

  /** The sum of each token's and each position's vector: [batch, sequence, hidden]. */
  private embed(ids: string): string {
    const { graph, weights } = this
    const table = (name: string, rows: number) =>
      graph.initializer(name, [rows, hidden], weights.between(rows * hidden, -0.5, 0.5))
    const tokens = graph.node('Gather', [table('embeddings.tokens', vocabulary), ids], { axis: 0 })
    const one = graph.integers('one', 1)
    const length = graph.node('Gather', [graph.node('Shape', [ids]), one], { axis: 0 })
    const numbers = graph.node('Range', [graph.integers('zero', 0), length, one])
    const positions = graph.node('Gather', [table('embeddings.positions', longestText), numbers], { axis: 0 })
    return graph.node('Add', [tokens, positions])
  }

  /** 0 for tokens that the mask keeps, -10,000 for the others, as [batch, 1, 1, sequence]. */
  private attentionPenalty(kept: string): string {
    const { graph } = this
    const spread = graph.node('Unsqueeze', [kept, 'axes.heads'])
    const hiddenTokens = graph.node('Sub', [graph.scalar('all', 1), spread])
    return graph.node('Mul', [hiddenTokens, graph.scalar('penalty', -10_000)])
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
    const split = graph.integers(`${name}.split`, [0, 0, heads, hidden / heads])
    const part = (which: string, perm: readonly number[]) => {
      const projected = this.linear(`${name}.${which}`, input, hidden, hidden)
      return graph.node('Transpose', [graph.node('Reshape', [projected, split])], { perm })
    }
    const query = part('query', [0, 2, 1, 3])
    const key = part('key', [0, 2, 3, 1])
    const value = part('value', [0, 2, 1, 3])
    const scale = graph.scalar(`${name}.scale`, Math.sqrt(hidden / heads))
    const scores = graph.node('Div', [graph.node('MatMul', [query, key]), scale])
    const shares = graph.node('Softmax', [graph.node('Add', [scores, penalty])], { axis: -1 })
    const mixed = graph.node('Transpose', [graph.node('MatMul', [shares, value])], { perm: [0, 2, 1, 3] })
    const joined = graph.node('Reshape', [mixed, graph.integers(`${name}.join`, [0, 0, hidden])])
    return this.linear(`${name}.output`, joined, hidden, hidden)
  }

  private linear(name: string, input: string, from: number, to: number): string {
    const { graph, weights } = this
    const matrix = graph.initializer(`${name}.weight`, [from, to], weights.layer(from * to, from))
    const bias = graph.initializer(`${name}.bias`, [to], weights.between(to, -0.02, 0.02))
    return graph.node('Add', [graph.node('MatMul', [input, matrix]), bias])
  }

  /** (x - mean) / sqrt(variance + epsilon) x scale + shift, over the last axis. */
  private layerNorm(name: string, input: string): string {
    const { graph, weights } = this
    const mean = (value: string) => graph.node('ReduceMean', [value], { axes: [-1], keepdims: 1 })
    const centred = graph.node('Sub', [input, mean(input)])
    const variance = mean(graph.node('Pow', [centred, this.once('two', 2)]))
    const deviation = graph.node('Sqrt', [graph.node('Add', [variance, 'epsilon'])])
    const scale = graph.initializer(`${name}.scale`, [hidden], weights.between(hidden, 0.9, 1.1))
    const shift = graph.initializer(`${name}.shift`, [hidden], weights.between(hidden, -0.1, 0.1))
    const normalised = graph.node('Div', [centred, deviation])
    return graph.node('Add', [graph.node('Mul', [normalised, scale]), shift])
  }

  /** x / 2 x (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel 2016). */
  private gelu(input: string): string {
    const { graph } = this
    const scaled = graph.node('Div', [input, this.once('root-two', Math.SQRT2)])
    const share = graph.node('Add', [graph.node('Erf', [scaled]), 'all'])
    return graph.node('Mul', [graph.node('Mul', [input, share]), this.once('half', 0.5)])
  }

  private meanOverKept(value: string, kept: string): void {
    const { graph } = this
    const weights = graph.node('Unsqueeze', [kept, 'axes.last'])
    const total = graph.node(
      'ReduceSum',
      [graph.node('Mul', [value, weights]), graph.integers('axes.tokens', [1])],
      {
        keepdims: 0,
      },
    )
    const count = graph.node('ReduceSum', [weights, 'axes.tokens'], { keepdims: 0 })
    const atLeastOne = graph.node('Max', [count, 'all'])
    graph.node('Div', [total, atLeastOne], {}, 'sentence_embedding')
  }

  private readonly scalars = new Set<string>()

  /** A scalar constant that several places share. */
  private once(name: string, value: number): string {
    if (!this.scalars.has(name)) this.graph.scalar(name, value)
    this.scalars.add(name)
    return name
  }
}
