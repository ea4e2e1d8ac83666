import { describe, expect, it } from 'vitest'
import type { Dimension } from '../../../../../electron/contract/model.ts'
import { GraphBuilder, tensor } from '../../../../../resources/models/onnx-writer.ts'
import { describeGraph } from '../described.ts'
import { type Build, zeros, traced, node, integers, sizesOf } from './traced.ts'

describe('the batch axis is handed on', () => {
  // The first dimension is the batch, by its place; where it ends is what the graph says.
  it.each<[string, readonly Dimension[], number, Build, number | undefined]>([
    ['by a transposition', [null, 5, 7], 3, node('Transpose', { perm: [2, 0, 1] }), 1],
    ['by a transposition without an order', [null, 5, 7], 3, node('Transpose'), 2],
    ['by new dimensions before it', [null, 5], 4, node('Unsqueeze', {}, integers('a', [0, 1])), 2],
    ['by a new dimension counted from the end', [null, 5], 3, node('Unsqueeze', {}, integers('a', [-1])), 0],
    ['by flattening', [null, 3, 4, 4], 2, node('Flatten'), 0],
    ['not by flattening it with others', [null, 3, 4], 2, node('Flatten', { axis: 2 }), undefined],
    [
      'by a product with weights',
      [null, 9, 5],
      3,
      node('MatMul', {}, (graph) => [zeros(graph, 'w', [5, 2])]),
      0,
    ],
    [
      'by a transposed product',
      [null, 5],
      2,
      node('Gemm', { transB: 1 }, (graph) => [zeros(graph, 'w', [2, 5])]),
      0,
    ],
    ['by a sum with a bias', [null, 5], 2, node('Add', {}, (graph) => [zeros(graph, 'b', [5])]), 0],
    ['by a mean over other axes', [null, 5, 6], 1, node('ReduceMean', { axes: [1, 2], keepdims: 0 }), 0],
    ['by the class with the highest score', [null, 5], 1, node('ArgMax', { axis: 1, keepdims: 0 }), 0],
    ['by the highest scores', [null, 5], 2, node('TopK', { axis: -1 }, integers('k', [2])), 0],
    ['by padding beside it', [null, 5], 2, node('Pad', {}, integers('p', [0, 1, 0, 1])), 0],
    [
      'by a slice beside it',
      [null, 5],
      2,
      (graph) =>
        graph.node('Slice', ['x', ...[0, 3, 1].map((at, index) => graph.integers(`s${index}`, [at]))]),
      0,
    ],
    ['by one of several tokens', [null, 5, 7], 2, node('Gather', { axis: 1 }, integers('i', 0)), 0],
    ['not by one of the samples', [null, 5], 1, node('Gather', { axis: 0 }, integers('i', 0)), undefined],
    [
      'by looking rows up',
      [null, 5],
      3,
      (graph) => graph.node('Gather', [zeros(graph, 'table', [90, 8]), graph.node('Cast', ['x'], { to: 7 })]),
      0,
    ],
    ['by a reshape that says -1', [null, 3, 4], 2, node('Reshape', {}, integers('s', [-1, 12])), 0],
    ['by a reshape that says 0', [null, 3, 4], 2, node('Reshape', {}, integers('s', [0, -1])), 0],
    [
      'by a reshape to its own size',
      [null, 6, 4],
      3,
      (graph) => graph.node('Reshape', ['x', sizesOf(graph, 'x', [0, 'rest', 2])]),
      0,
    ],
    [
      'by a reshape that moves it',
      [null, 6, 4],
      2,
      (graph) =>
        graph.node('Reshape', [
          graph.node('Transpose', ['x'], { perm: [1, 2, 0] }),
          graph.integers('s', [24, -1]),
        ]),
      1,
    ],
    [
      'not by a reshape that folds it',
      [null, 6, 4],
      2,
      node('Reshape', {}, integers('s', [-1, 4])),
      undefined,
    ],
    ['by a global pool', [null, 3, 8, 8], 4, node('GlobalAveragePool'), 0],
    [
      'by an expansion to its own size',
      [null, 5],
      2,
      (graph) =>
        graph.node('Expand', [
          graph.initializer('one', [1, 5], new Float32Array(5)),
          sizesOf(graph, 'x', [0, 1]),
        ]),
      0,
    ],
    [
      'by zeros made in its size',
      [null, 5],
      2,
      (graph) => graph.node('ConstantOfShape', [sizesOf(graph, 'x', [0, 1])]),
      0,
    ],
    ['by a sum of products in letters', [null, 5, 6], 3, node('Einsum', { equation: 'bij->jbi' }), 1],
  ])('%s', async (_, shape, rank, build, axis) => {
    const { inputs, outputs } = await traced(shape, rank, build)
    // Where another dimension is open, it is there that the test looks from.
    if (shape[0] === null) expect(inputs[0]?.batchAxis).toBe(0)
    expect(outputs[0]?.batchAxis).toBe(axis)
  })

  it('by a fixed size of 1 that a reshape bakes in', async () => {
    const graph = new GraphBuilder('baked')
    graph.input('x', 'float32', [1, 3, 8, 8])
    const features = graph.node('Conv', ['x', zeros(graph, 'w', [6, 3, 3, 3])])
    const pooled = graph.node('GlobalAveragePool', [features])
    const flat = graph.node('Reshape', [pooled, graph.integers('s', [1, 6])])
    graph.node('Transpose', [flat], {}, 'y')
    graph.output('y', 'float32', [6, 1])
    const { inputs, outputs } = await describeGraph(graph)
    expect(inputs[0]).toMatchObject({
      batchAxis: 0,
      batchAxisReason: 'Conv "Conv_1" counts samples along it, fixed at 1',
      batchAxisConfidence: 'likely',
    })
    expect(outputs[0]?.batchAxis).toBe(1)
  })

  it('into both branches of an If, and nowhere where they differ', async () => {
    const branch = (name: string, type: string) => {
      const graph = new GraphBuilder(name)
      graph.node(type, ['x'], {}, `${name}_y`)
      graph.output(`${name}_y`, 'float32', [null, null])
      return graph
    }
    const axis = async (second: string) => {
      const graph = new GraphBuilder('if')
      graph.input('x', 'float32', [null, null])
      graph.input('flag', 'bool', [])
      const attributes = { then_branch: branch('a', 'Relu'), else_branch: branch('b', second) }
      graph.node('If', ['flag'], attributes, 'z')
      graph.node('Identity', ['z'], {}, 'y')
      graph.output('y', 'float32', [null, 2])
      return (await describeGraph(graph)).outputs[0]
    }
    expect(await axis('Sigmoid')).toMatchObject({ batchAxis: 0, batchAxisConfidence: 'likely' })
    expect(await axis('Transpose')).toMatchObject({ batchAxis: 0, batchAxisConfidence: 'guess' })
  })

  it('through a function of the model', async () => {
    const body = new GraphBuilder('body')
    body.node('Transpose', ['a'], {}, 'b')
    const graph = new GraphBuilder('functions')
    graph.input('x', 'float32', [null, 5])
    graph.node('Turn', ['x'], {}, 'y', 'own')
    graph.output('y', 'float32', [5, null])
    const turn = { name: 'Turn', domain: 'own', inputs: ['a'], outputs: ['b'], body, opset: 17 }
    const { outputs } = await describeGraph(graph, {
      opsets: [{ domain: 'own', version: 1 }],
      functions: [turn],
    })
    expect(outputs[0]?.batchAxis).toBe(1)
  })

  it('to no output that is computed without it', async () => {
    const { outputs } = await traced([null, 5], 2, (graph) =>
      graph.node('Constant', [], { value: tensor('', [1, 3], new Float32Array(3)) }),
    )
    expect(outputs[0]).toMatchObject({ batchAxisReason: 'the batch does not reach it' })
    expect(outputs[0]?.batchAxis).toBeUndefined()
  })

  it('to no output whose size depends on the values', async () => {
    const { outputs } = await traced([null, 5], 2, node('NonZero'))
    expect(outputs[0]).toMatchObject({ sizedByValues: true })
    expect(outputs[0]?.batchAxis).toBeUndefined()
  })
})

describe('operators tell the batch axis of inputs without names', () => {
  type Inputs = Record<string, readonly Dimension[]>

  async function axes(inputs: Inputs, build: (graph: GraphBuilder) => void) {
    const graph = new GraphBuilder('operators')
    for (const [name, shape] of Object.entries(inputs)) graph.input(name, 'float32', shape)
    build(graph)
    const model = await describeGraph(graph)
    return Object.fromEntries(model.inputs.map(({ name, batchAxis }) => [name, batchAxis]))
  }

  /** x, weights, recurrent weights, bias and lengths left out, and the states. */
  const lstm = (graph: GraphBuilder, layout: number, x = 'x') => {
    const weights = [zeros(graph, 'w', [1, 32, 6]), zeros(graph, 'r', [1, 32, 8])]
    graph.nodes('LSTM', [x, ...weights, '', '', 'h', 'c'], ['y', 'hn', 'cn'], { hidden_size: 8, layout })
    graph.output('y', 'float32', [null, null, null, null])
    graph.output('hn', 'float32', [null, null, 8])
  }

  it.each([[null], [1]])('recurrent layers, of states too, where it is %s', async (batch) => {
    const steps = batch === null ? null : 10
    const state = [1, batch, 8]
    expect(await axes({ x: [steps, batch, 6], h: state, c: state }, (graph) => lstm(graph, 0))).toEqual({
      x: 1,
      h: 1,
      c: 1,
    })
    const first = [batch, 1, 8]
    expect(await axes({ x: [batch, steps, 6], h: first, c: first }, (graph) => lstm(graph, 1))).toEqual({
      x: 0,
      h: 0,
      c: 0,
    })
  })

  it('recurrent layers behind a transposition', async () => {
    const state = [1, null, 8]
    const found = await axes({ x: [null, null, 6], h: state, c: state }, (graph) =>
      lstm(graph, 0, graph.node('Transpose', ['x'], { perm: [1, 0, 2] })),
    )
    expect(found).toEqual({ x: 0, h: 1, c: 1 })
  })

  it('convolutions, of pictures with the channels last that are turned first', async () => {
    const found = await axes({ x: [null, 16, 16, 3] }, (graph) => {
      const turned = graph.node('Transpose', ['x'], { perm: [0, 3, 1, 2] })
      graph.node('Conv', [turned, zeros(graph, 'w', [4, 3, 3, 3])], {}, 'y')
      graph.output('y', 'float32', [null, 4, 14, 14])
    })
    expect(found).toEqual({ x: 0 })
  })

  it('sums, of inputs that are added to one whose batch is known', async () => {
    const found = await axes({ x: ['batch', 4], offset: [null, 4], gain: [1, 4], shift: [] }, (graph) => {
      const moved = graph.node('Add', ['x', 'offset'])
      graph.node('Mul', [graph.node('Mul', [moved, 'gain']), 'shift'], {}, 'y')
      graph.output('y', 'float32', ['batch', 4])
    })
    expect(found).toEqual({ x: 0, offset: 0, gain: undefined, shift: undefined })
  })

  it('and what runs along the first dimension is no batch', async () => {
    const graph = new GraphBuilder('steps')
    graph.input('x', 'float32', [null, 8])
    const whole = graph.node('Unsqueeze', ['x', graph.integers('axis', [0])])
    const turned = graph.node('Transpose', [whole], { perm: [0, 2, 1] })
    graph.node('Conv', [turned, zeros(graph, 'w', [4, 8, 3])], {}, 'y')
    graph.output('y', 'float32', [1, 4, null])
    const { inputs, warnings } = await describeGraph(graph)
    expect(inputs[0]?.batchAxis).toBeUndefined()
    expect(inputs[0]?.batchAxisReason).toBe('its first dimension counts space for Conv "Conv_3"')
    expect(warnings.map(({ code }) => code)).toEqual(['no-batch-axis'])
  })

  it('and a name that they contradict is marked as a guess', async () => {
    const graph = new GraphBuilder('misnamed')
    graph.input('x', 'float32', ['batch', 'sequence', 6])
    graph.node(
      'RNN',
      ['x', zeros(graph, 'w', [1, 8, 6]), zeros(graph, 'r', [1, 8, 8])],
      { hidden_size: 8 },
      'y',
    )
    graph.output('y', 'float32', [null, 1, null, 8])
    const { inputs, warnings } = await describeGraph(graph)
    expect(inputs[0]).toMatchObject({ batchAxis: 0, batchAxisConfidence: 'guess' })
    expect(warnings[0]?.message).toBe(
      'The batch axis of input "x" is a guess: its name `batch` says so, but RNN "RNN_1" counts samples along axis 1.',
    )
  })

  it('and a batch that is open outside but fixed inside is pointed out', async () => {
    const graph = new GraphBuilder('lying')
    graph.input('x', 'float32', ['batch', 3, 4])
    graph.node('Reshape', ['x', graph.integers('s', [1, 12])], {}, 'y')
    graph.output('y', 'float32', ['batch', 12])
    const { warnings } = await describeGraph(graph)
    expect(warnings).toMatchObject([
      {
        code: 'fixed-batch',
        message:
          'The batch of input "x" is open, but Reshape "Reshape_1" inside the graph takes 1 and nothing else.',
      },
    ])
  })
})
