import { describe, expect, it } from 'vitest'
import { halfTensor, GraphBuilder, tensor } from '../../../../../resources/models/onnx-writer.ts'
import { describeGraph } from '../described.ts'

/** A model whose nodes are `build`'s, from `x` to `y`. */
function model(build: (graph: GraphBuilder, x: string) => void): GraphBuilder {
  const graph = new GraphBuilder('facts')
  build(graph, graph.input('x', 'float32', ['batch', 4]))
  graph.output('y', 'float32', ['batch', 4])
  return graph
}

const relu = (graph: GraphBuilder, x: string) => void graph.node('Relu', [x], {}, 'y')
const scale = (graph: GraphBuilder) => graph.scalar('scale', 0.1)

describe('what a model says of itself', () => {
  it('is told as it stands in the file', async () => {
    const { about } = await describeGraph(model(relu), {
      ...{ domain: 'org.example', modelVersion: 3, doc: ' Doubles.\n' },
      metadata: { author: 'A. Person', empty: '' },
    })
    expect(about).toEqual({
      ...{ domain: 'org.example', version: 3, text: 'Doubles.' },
      metadata: [
        { key: 'author', value: 'A. Person' },
        { key: 'empty', value: '' },
      ],
    })
  })

  it('is absent where it says nothing', async () => {
    expect(await describeGraph(model(relu))).not.toHaveProperty('about')
  })

  it('is cut off where it is long, however long, and never within a character', async () => {
    const metadata = {
      labels: 'ä'.repeat(100_000),
      ...Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`k${n}`, 'v'])),
    }
    const { about } = await describeGraph(model(relu), { doc: '€'.repeat(50_000), metadata })
    expect(about?.text).toBe(`${'€'.repeat(3999)}…`)
    expect(about?.metadata[0]?.value).toBe(`${'ä'.repeat(999)}…`)
    expect(about?.metadata).toHaveLength(100)
  })
})

describe('weights', () => {
  it('are counted by type, most bytes first', async () => {
    const graph = model((graph, x) => {
      const weights = [
        graph.initializer('a', [4], new Float32Array(4)),
        graph.weight('b', halfTensor('b', [100], new Float32Array(100))),
        graph.initializer('c', [3], Float32Array.of(1, 2, 3)),
      ]
      graph.node('Custom', [x, ...weights], {}, 'y', 'com.microsoft')
    })
    expect(await describeGraph(graph)).toMatchObject({
      parameters: 107,
      parameterBytes: 228,
      weights: [
        { type: 'float16', parameters: 100, bytes: 200 },
        { type: 'float32', parameters: 7, bytes: 28 },
      ],
    })
  })
})

describe('quantisation', () => {
  const zero = (graph: GraphBuilder) => graph.initializer('zero', [], Uint8Array.of(0))
  const int8Weight = (graph: GraphBuilder) => graph.weight('w8', tensor('w8', [4, 4], new Uint8Array(16)))

  it.each<[string | undefined, string, (graph: GraphBuilder, x: string) => void]>([
    [undefined, 'there is none of it', relu],
    [
      'qdq',
      'nodes quantise and dequantise around an ordinary operator',
      (graph, x) => {
        const quantised = graph.node('QuantizeLinear', [x, scale(graph), zero(graph)])
        graph.node('Relu', [graph.node('DequantizeLinear', [quantised, 'scale', 'zero'])], {}, 'y')
      },
    ],
    [
      'qoperator',
      'operators compute on integers, though the ends are quantised like QDQ',
      (graph, x) => {
        const quantised = graph.node('QuantizeLinear', [x, scale(graph), zero(graph)])
        const product = graph.node('QLinearMatMul', [
          quantised,
          'scale',
          'zero',
          int8Weight(graph),
          'scale',
          'zero',
          'scale',
          'zero',
        ])
        graph.node('DequantizeLinear', [product, 'scale', 'zero'], {}, 'y')
      },
    ],
    [
      'dynamic',
      'activations are quantised as it runs',
      (graph, x) => {
        const product = graph.node('MatMulInteger', [
          graph.node('DynamicQuantizeLinear', [x]),
          int8Weight(graph),
        ])
        graph.node('Cast', [product], { to: 1 }, 'y')
      },
    ],
    [
      'weights',
      'only a weight is dequantised',
      (graph, x) => {
        const weight = graph.node('DequantizeLinear', [int8Weight(graph), scale(graph), zero(graph)])
        graph.node('MatMul', [x, weight], {}, 'y')
      },
    ],
    [
      'weights',
      'an operator keeps its weights in 4 bits',
      (graph, x) =>
        void graph.node('MatMulNBits', [x, int8Weight(graph), scale(graph)], {}, 'y', 'com.microsoft'),
    ],
    [
      undefined,
      'an input that is quantised already is dequantised',
      (graph) => {
        const bytes = graph.input('bytes', 'uint8', ['batch', 4])
        graph.node('DequantizeLinear', [bytes, scale(graph)], {}, 'y')
      },
    ],
  ])('is %s where %s', async (kind, _, build) => {
    expect((await describeGraph(model(build))).quantisation).toBe(kind)
  })
})

describe('operators that ONNX Runtime does not have', () => {
  const warnings = async (build: (graph: GraphBuilder, x: string) => void, opset = 17) =>
    (await describeGraph(model(build), { opset })).warnings.filter(({ code }) => code === 'unknown-operator')

  it('are named with their operator set', async () => {
    const found = await warnings((graph, x) => {
      const first = graph.node('Fancy', [x], {}, 'a', 'com.example')
      graph.node('Plain', [graph.node('Fancy', [first], {}, 'b', 'com.example')], {}, 'y', 'com.example')
    })
    expect(found).toEqual([
      {
        code: 'unknown-operator',
        message:
          'It uses the operators Fancy and Plain of "com.example", which ONNX Runtime runs only with a custom operator library.',
        remedy:
          'Export the model with operators of ONNX or com.microsoft; Batchscope loads no libraries of others.',
      },
    ])
  })

  it('are told when ONNX never had them, but not of operator sets newer than is known', async () => {
    const build = (graph: GraphBuilder, x: string) => void graph.node('Frobnicate', [x], {}, 'y')
    expect((await warnings(build))[0]?.message).toBe(
      "It uses the operator Frobnicate, which is not among ONNX's, so ONNX Runtime will refuse it.",
    )
    expect(await warnings(build, 99)).toEqual([])
  })

  it.each(['com.microsoft', 'ai.onnx.ml', 'com.microsoft.nchwc', 'ai.onnx.preview.training', 'ai.onnx'])(
    'are not those of %s',
    async (domain) => {
      expect(await warnings((graph, x) => void graph.node('Relu', [x], {}, 'y', domain))).toEqual([])
    },
  )
})
