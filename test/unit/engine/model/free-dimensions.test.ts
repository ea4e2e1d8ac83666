import { describe, expect, it } from 'vitest'
import type { Dimension, TensorType } from '../../../../electron/contract/model.ts'
import { resolveDimensionKey } from '../../../../electron/engine/model/dimensions.ts'
import { GraphBuilder } from '../../../../resources/models/onnx-writer.ts'
import { describeGraph } from './described.ts'

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
})
