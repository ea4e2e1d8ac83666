import { describe, expect, it } from 'vitest'
import { encodeModel, GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { describeBytes, describeGraph } from '../described.ts'
import { type Build, zeros, traced, node, integers } from './traced.ts'

describe('graphs that are not what they seem', () => {
  it('with axes, orders and shapes that do not exist are described all the same', async () => {
    const odd: Build[] = [
      node('Transpose', { perm: [0, 9] }),
      node('Transpose', { perm: [-1] }),
      node('Softmax', { axis: 99 }),
      node('Gather', { axis: -9 }, integers('i', 5)),
      node('Reshape', {}, integers('s', [0, 0, 0, -1, -1])),
      node('Squeeze', {}, integers('a', [7])),
      node('Concat', { axis: 4 }),
      node('Split', { axis: 8 }),
      node('Flatten', { axis: 77 }),
      node('ReduceSum', { axes: [5], keepdims: 0 }),
      node('Conv', {}, (graph) => [zeros(graph, 'w', [1])]),
      node('Gemm', { transA: 1 }, (graph) => [zeros(graph, 'w', [2, 2, 2])]),
      node('Einsum', { equation: 'ab,cd->zz' }),
      node('Slice', {}, (graph) => [1, 0, 5, 0].map((value, index) => graph.integers(`o${index}`, [value]))),
      node('LSTM', { layout: 9 }, (graph) => [zeros(graph, 'w', [1]), zeros(graph, 'r', [1])]),
    ]
    for (const build of odd) {
      const { inputs } = await traced([null, 4], 2, build)
      expect(inputs[0]?.name).toBe('x')
    }
  })

  it('that call functions which call functions twice, over and over, end', async () => {
    const levels = 40
    const functions = Array.from({ length: levels }, (_, level) => {
      const body = new GraphBuilder(`f${level}`)
      const next = level + 1 === levels ? ['Relu', ''] : [`f${level + 1}`, 'own']
      body.node(next[0] ?? '', ['a'], {}, 'm', next[1])
      body.node(next[0] ?? '', ['m'], {}, 'b', next[1])
      return { name: `f${level}`, domain: 'own', inputs: ['a'], outputs: ['b'], body, opset: 17 }
    })
    const graph = new GraphBuilder('bomb')
    graph.input('x', 'float32', ['batch', 5])
    graph.node('f0', ['x'], {}, 'y', 'own')
    graph.output('y', 'float32', ['batch', 5])
    const began = performance.now()
    const { outputs } = await describeGraph(graph, { opsets: [{ domain: 'own', version: 1 }], functions })
    expect(outputs[0]?.batchAxis).toBe(0)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('do not make trying sizes that never fit endless', async () => {
    const functions = Array.from({ length: 3 }, (_, level) => {
      const body = new GraphBuilder(`f${level}`)
      const [next, domain] = level === 2 ? ['Relu', ''] : [`f${level + 1}`, 'own']
      let value = 'a'
      for (let i = 0; i < 50; i += 1)
        value = body.node(next ?? '', [value], {}, i === 49 ? 'b' : `m${i}`, domain)
      return { name: `f${level}`, domain: 'own', inputs: ['a'], outputs: ['b'], body, opset: 17 }
    })
    const graph = new GraphBuilder('never fits')
    graph.input('x', 'float32', ['batch', 3, null, null])
    graph.node('Add', [zeros(graph, 'a', [2, 2]), zeros(graph, 'b', [3, 3])], {}, 'sum')
    graph.node('f0', ['x'], {}, 'y', 'own')
    graph.output('y', 'float32', ['batch', 3, null, null])
    const began = performance.now()
    await describeGraph(graph, { opsets: [{ domain: 'own', version: 1 }], functions })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it.each([1e8, 1e12])('do not spread a number over %d rows', async (rows) => {
    const graph = new GraphBuilder('rows')
    graph.input('x', 'float32', ['batch', 4])
    const many = graph.node('Reshape', [graph.integers('one', [5]), graph.integers('shape', [rows])])
    const bounds = [graph.integers('start', [0]), graph.integers('end', [2]), graph.integers('axis', [0])]
    graph.node('Slice', [many, ...bounds], {}, 'z')
    graph.node('Relu', ['x'], {}, 'y')
    graph.output('y', 'float32', ['batch', 4])
    const began = performance.now()
    expect((await describeGraph(graph)).outputs[0]?.batchAxis).toBe(0)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it.each([
    ['fixed', [2, 2]],
    ['open', ['batch', null]],
  ] as const)('tell of 10,000 %s inputs in no time', async (_, shape) => {
    const graph = new GraphBuilder('many')
    for (let i = 0; i < 10_000; i += 1) {
      const [first] = shape
      graph.input(`x${i}`, 'float32', typeof first === 'number' ? [(i % 7) + 1, 2] : shape)
    }
    graph.node('Relu', ['x0'], {}, 'y')
    graph.output('y', 'float32', shape)
    const bytes = encodeModel(graph)
    const began = performance.now()
    expect((await describeBytes(bytes)).inputs).toHaveLength(10_000)
    expect(performance.now() - began).toBeLessThan(4000)
  })
})
