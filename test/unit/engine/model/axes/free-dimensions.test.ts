import { describe, expect, it } from 'vitest'
import type { Dimension, TensorType } from '../../../../../electron/contract/model.ts'
import { resolveDimensionKey } from '../../../../../electron/engine/model/axes/dimensions.ts'
import { GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { describeGraph } from '../described.ts'

type Inputs = Record<string, readonly [TensorType, readonly Dimension[]]>

async function described(inputs: Inputs, build: (graph: GraphBuilder) => string = () => 'x') {
  const graph = new GraphBuilder('free')
  for (const [name, [type, shape]] of Object.entries(inputs)) graph.input(name, type, shape)
  graph.node('Identity', [build(graph)], {}, 'y')
  graph.output('y', 'float32', [null])
  return describeGraph(graph)
}

async function suggested(inputs: Inputs, build?: (graph: GraphBuilder) => string) {
  const { freeDimensions } = await described(inputs, build)
  return Object.fromEntries(freeDimensions.map((dimension) => [dimension.key, dimension.suggested]))
}

describe('free dimensions', () => {
  it('are known by their name, or by their place where they have none', async () => {
    const model = await described({
      x: ['int64', ['batch', 'sequence']],
      mask: ['int64', ['batch', 'sequence']],
      z: ['float32', ['batch', null, 3]],
    })
    expect(model.freeDimensions.map(({ key, places }) => [key, places])).toEqual([
      ['sequence', ['x:1', 'mask:1']],
      ['z:1', ['z:1']],
    ])
    expect(resolveDimensionKey(model, 'sequence')?.key).toBe('sequence')
    expect(resolveDimensionKey(model, 'mask:1')?.key).toBe('sequence')
    expect(resolveDimensionKey(model, 'z:1')?.key).toBe('z:1')
    for (const key of ['batch', 'x:0', 'z:2', 'x:9', 'nothing'])
      expect(resolveDimensionKey(model, key)).toBeUndefined()
  })

  it('that share a placeholder for a name stay apart', async () => {
    expect(Object.keys(await suggested({ x: ['float32', ['None', 3, 'None', 'None']] }))).toEqual([
      'x:2',
      'x:3',
    ])
  })

  it('without names are one where the graph takes them for one', async () => {
    const { freeDimensions } = await described(
      {
        a: ['float32', ['batch', null, 4]],
        b: ['float32', ['batch', null, 4]],
        c: ['float32', ['batch', null]],
      },
      (graph) => graph.node('Add', ['a', 'b']),
    )
    expect(freeDimensions.map(({ key, places }) => [key, places])).toEqual([
      ['a:1', ['a:1', 'b:1']],
      ['c:1', ['c:1']],
    ])
  })
})

describe('suggestions', () => {
  it.each<[string, TensorType, readonly Dimension[], Record<string, number>]>([
    ['pictures', 'float32', ['N', 3, null, null], { 'x:2': 224, 'x:3': 224 }],
    ['pictures of open depth', 'float32', ['N', null, null, null], { 'x:1': 3, 'x:2': 224, 'x:3': 224 }],
    ['pictures with the channels last', 'float32', ['N', 'h', 'w', 3], { h: 224, w: 224 }],
    ['unnamed pictures with the channels last', 'uint8', ['N', null, null, 3], { 'x:1': 224, 'x:2': 224 }],
    ['lines of text', 'float32', ['N', 3, 48, null], { 'x:3': 320 }],
    ['square pictures', 'float32', ['N', 3, 640, null], { 'x:3': 640 }],
    ['token ids', 'int64', ['batch', 'seq_len'], { seq_len: 128 }],
    ['unnamed token ids', 'int64', ['batch', null], { 'x:1': 128 }],
    ['sound', 'float32', ['batch', 'num_samples'], { num_samples: 16_000 }],
    ['spectrograms', 'float32', ['batch', 80, 'time'], { time: 128 }],
  ])('for %s', async (_, type, shape, sizes) => {
    expect(await suggested({ x: [type, shape] })).toEqual(sizes)
  })

  it('add up where a dimension is a sum of others', async () => {
    const sizes = await suggested({
      x: ['int64', ['batch', 'sequence']],
      past: ['float32', ['batch', 4, 'past', 8]],
      mask: ['int64', ['batch', 'past + sequence']],
    })
    expect(sizes['past + sequence']).toBe((sizes['past'] ?? 0) + (sizes['sequence'] ?? 0))
  })

  it('fit the weights that the input meets first', async () => {
    const linear = (graph: GraphBuilder) =>
      graph.node('MatMul', ['x', graph.initializer('w', [784, 10], new Float32Array(7840))])
    expect(await suggested({ x: ['float32', ['batch', null]] }, linear)).toEqual({ 'x:1': 784 })
    const convolution = (graph: GraphBuilder) =>
      graph.node('Conv', ['x', graph.initializer('w', [8, 2, 3, 3], new Float32Array(144))], { group: 3 })
    expect(await suggested({ x: ['float32', ['batch', null, 32, 32]] }, convolution)).toEqual({ 'x:1': 6 })
  })

  const weights = (graph: GraphBuilder, name: string, dims: readonly number[]) =>
    graph.initializer(name, dims, new Float32Array(dims.reduce((product, size) => product * size, 1)))

  it('fit the weights that they meet later', async () => {
    const flat = (graph: GraphBuilder) => {
      const features = graph.node('Relu', [
        graph.node('Flatten', [graph.node('Unsqueeze', ['x', graph.integers('a', [1])])]),
      ])
      return graph.node('Gemm', [features, weights(graph, 'w', [60, 4])])
    }
    expect(await described({ x: ['float32', ['batch', null]] }, flat)).toMatchObject({
      freeDimensions: [{ suggested: 60, reason: 'Gemm "Gemm_4" takes 60 and nothing else' }],
    })
  })

  it('are pictures that the network can end with', async () => {
    const digits = (graph: GraphBuilder) => {
      const features = graph.node('Conv', ['x', weights(graph, 'w', [8, 1, 3, 3])], { pads: [1, 1, 1, 1] })
      const small = graph.node('MaxPool', [features], { kernel_shape: [2, 2], strides: [2, 2] })
      return graph.node('Gemm', [graph.node('Flatten', [small]), weights(graph, 'v', [8 * 14 * 14, 10])])
    }
    const { freeDimensions } = await described({ x: ['float32', ['batch', 1, 'height', 'width']] }, digits)
    expect(freeDimensions.map(({ suggested, reason }) => [suggested, reason])).toEqual([
      [28, 'the usual 224 does not fit Gemm "Gemm_4"'],
      [28, 'the usual 224 does not fit Gemm "Gemm_4"'],
    ])
  })

  it.each<[string, (graph: GraphBuilder, table: string) => string]>([
    [
      'cut to their length',
      (graph, table) => {
        const length = graph.node('Gather', [graph.node('Shape', ['x']), graph.integers('one', 1)], {
          axis: 0,
        })
        const cut = ['Unsqueeze', 'first'] as const
        const end = graph.node(cut[0], [length, graph.integers(cut[1], [0])])
        return graph.node('Slice', [table, graph.integers('zero', [0]), end])
      },
    ],
    [
      'looked up by a range',
      (graph, table) => {
        const length = graph.node('Gather', [graph.node('Shape', ['x']), graph.integers('one', 1)], {
          axis: 0,
        })
        const range = graph.node('Range', [graph.integers('from', 0), length, graph.integers('by', 1)])
        return graph.node('Gather', [table, range], { axis: 0 })
      },
    ],
    [
      'looked up by a running sum',
      (graph, table) => {
        const sum = graph.node('CumSum', [graph.node('Cast', ['x'], { to: 7 }), graph.integers('axis', 1)])
        return graph.node('Gather', [table, sum], { axis: 0 })
      },
    ],
  ])('are no longer than a table of positions, %s', async (_, build) => {
    const tokens = (graph: GraphBuilder) => {
      const vectors = graph.node('Gather', [weights(graph, 'words', [90, 8]), 'x'], { axis: 0 })
      return graph.node('Add', [vectors, build(graph, weights(graph, 'positions', [77, 8]))])
    }
    const { freeDimensions } = await described({ x: ['int64', ['batch', 'sequence']] }, tokens)
    expect(freeDimensions).toMatchObject([{ key: 'sequence', suggested: 77 }])
    expect(freeDimensions[0]?.reason).toContain('has a table of 77 positions')
  })

  it('are what operators take them for', async () => {
    const recurrent = (graph: GraphBuilder) =>
      graph.node('RNN', ['x', weights(graph, 'w', [1, 8, 6]), weights(graph, 'r', [1, 8, 8])], {
        hidden_size: 8,
      })
    expect(await described({ x: ['float32', [null, null, null]] }, recurrent)).toMatchObject({
      freeDimensions: [
        { key: 'x:0', suggested: 128, reason: 'RNN "RNN_1" takes it for steps' },
        { key: 'x:2', suggested: 6, reason: 'RNN "RNN_1" takes 6 and nothing else' },
      ],
    })
    const listening = (graph: GraphBuilder) => {
      const channel = graph.node('Unsqueeze', ['x', graph.integers('a', [1])])
      return graph.node('Conv', [channel, weights(graph, 'w', [4, 1, 400])], { strides: [160] })
    }
    expect(await suggested({ x: ['float32', ['batch', null]] }, listening)).toEqual({ 'x:1': 16_000 })
  })

  it('are told apart by where channels stand', async () => {
    const last = (graph: GraphBuilder) => {
      const turned = graph.node('Transpose', ['x'], { perm: [0, 3, 1, 2] })
      return graph.node('Conv', [turned, weights(graph, 'w', [4, 2, 3, 3])])
    }
    expect(await suggested({ x: ['float32', ['batch', null, null, null]] }, last)).toEqual({
      'x:1': 224,
      'x:2': 224,
      'x:3': 2,
    })
  })

  it('each say why', async () => {
    const { freeDimensions } = await described({
      x: ['int64', ['batch', 'seq']],
      image: ['float32', ['batch', 3, 'height', null]],
      z: ['float32', ['batch', 'd1']],
    })
    expect(freeDimensions.map(({ key, reason }) => [key, reason])).toEqual([
      ['seq', 'its name says tokens'],
      ['height', 'its name says height of a picture'],
      ['image:3', 'the width of a picture'],
      ['d1', 'nothing says what it counts'],
    ])
  })
})
