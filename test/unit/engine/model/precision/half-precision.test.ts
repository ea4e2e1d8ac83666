import { describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../../electron/contract/failure.ts'
import { decodeFloat16 } from '../../../../../electron/contract/float16.ts'
import { externalTensor, GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { convert, nodeOf, numbers, operators, weight } from './converting.ts'

/** x [N, 8] through a layer of `width`, and on to `then`. */
function layered(then: (graph: GraphBuilder, hidden: string) => string, width = 8): GraphBuilder {
  const graph = new GraphBuilder('layered')
  graph.input('x', 'float32', ['N', 8])
  graph.initializer('w', [8, width], numbers(8 * width))
  const last = then(graph, graph.node('MatMul', ['x', 'w'], {}, 'hidden'))
  graph.output(last, 'float32', ['N', width])
  return graph
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof BatchscopeError) return `${error.failure.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('a model in FP16', () => {
  it('casts once on the way in and once on the way out, and keeps fragile operators in FP32', async () => {
    const graph = layered((made, hidden) => made.node('Softmax', [made.node('Relu', [hidden])], {}, 'y'))
    const { model, changes } = await convert(graph, 'fp16')
    expect(operators(model)).toEqual(['Cast', 'MatMul', 'Relu', 'Cast', 'Softmax'])
    expect(weight(model, nodeOf(model, 'MatMul').inputs[1])).toBe('float16[8,8]')
    expect(model.graph.initializers).toHaveLength(1)
    expect(
      [...model.graph.inputs, ...model.graph.outputs].map(({ name, type }) => `${name} ${type}`),
    ).toEqual(['x float32', 'y float32'])
    expect(changes).toEqual([
      '1 MatMul and 1 lighter node around it compute in FP16, with 2 casts in between.',
      '1 Softmax stays in FP32: sums over many elements lose digits in FP16.',
      'One run with made-up inputs showed values up to 1.00 among the 3 that could be FP16, which ends at 65,504.',
      'Weights: 256 B → 128 B.',
    ])
  })

  it('rounds weights to the nearest', async () => {
    const { model } = await convert(
      layered((_, hidden) => hidden),
      'fp16',
    )
    const raw = model.graph.initializers[0]?.raw()?.slice() ?? new Uint8Array(0)
    const halves = decodeFloat16(new Uint16Array(raw.buffer))
    const off = numbers(64).filter((value, index) => Math.abs(value - (halves[index] ?? 9)) > 2 ** -12)
    expect([...off]).toEqual([])
  })

  it('leaves a value its name where it is the output of the model and read in FP16 as well', async () => {
    const graph = layered((made, hidden) => {
      made.initializer('w2', [8, 8], numbers(64, 2))
      made.output(hidden, 'float32', ['N', 8])
      return made.node('MatMul', [hidden, 'w2'], {}, 'y')
    })
    const { model } = await convert(graph, 'fp16')
    expect(nodeOf(model, 'hidden').type).toBe('Cast')
    expect(nodeOf(model, 'y').type).toBe('Cast')
    expect(operators(model)).toEqual(['Cast', 'MatMul', 'Cast', 'MatMul', 'Cast'])
  })

  it('gives graphs inside nodes what they read in FP32', async () => {
    const branch = (name: string, type: string) => {
      const inside = new GraphBuilder(name)
      inside.output(inside.node(type, ['hidden'], {}, `${name}_out`), 'float32', ['N', 8])
      return inside
    }
    const graph = layered((made) => {
      made.input('flag', 'bool', [])
      const attributes = { then_branch: branch('then', 'Neg'), else_branch: branch('else', 'Abs') }
      return made.node('If', ['flag'], attributes, 'y')
    })
    const { model, changes } = await convert(graph, 'fp16')
    expect(nodeOf(model, 'hidden').type).toBe('Cast')
    expect(nodeOf(model, 'If').subgraphs.map((inside) => inside.nodes[0]?.inputs)).toEqual([
      ['hidden'],
      ['hidden'],
    ])
    expect(changes).toContain('1 If stays in FP32: graphs inside nodes are left as they are.')
  })

  it('keeps a weight in both forms where both are needed', async () => {
    const graph = layered((made, hidden) => {
      made.node('ReduceSum', ['w'], { keepdims: 0 }, 'sum')
      return made.node('Add', [made.node('Pow', [hidden, 'sum']), made.node('Log', ['w'])], {}, 'y')
    })
    const { model } = await convert(graph, 'fp16')
    expect(weight(model, 'w')).toBe('float32[8,8]')
    expect(weight(model, nodeOf(model, 'MatMul').inputs[1])).toBe('float16[8,8]')
  })

  it('keeps a node in FP32 whose weights leave the range of FP16', async () => {
    const graph = layered((made, hidden) => {
      made.initializer(
        'large',
        [8, 8],
        numbers(64).map((value) => value * 1e6),
      )
      return made.node('MatMul', [hidden, 'large'], {}, 'y')
    })
    const { model, changes } = await convert(graph, 'fp16')
    expect(weight(model, nodeOf(model, 'y').inputs[1])).toBe('float32[8,8]')
    expect(changes).toContain(
      '1 MatMul stays in FP32: a weight lies beyond 65,504, the largest number of FP16.',
    )
  })

  it('keeps what was seen to leave the range of FP16 in FP32, on either side of the value', async () => {
    const graph = layered((made, hidden) => {
      made.initializer('w2', [8, 8], numbers(64, 2))
      made.initializer('w3', [8, 8], numbers(64, 3))
      return made.node('MatMul', [made.node('MatMul', [hidden, 'w2'], {}, 'large'), 'w3'], {}, 'y')
    })
    const { model, changes } = await convert(graph, 'fp16', { largest: { large: 20_000 } })
    const types = ['w', 'w2', 'w3'].map(
      (name) =>
        model.graph.initializers.find((each) => each.name === name || each.name === `${name}_fp16`)?.type,
    )
    expect(types).toEqual(['float16', 'float32', 'float32'])
    expect(changes).toContain(
      '2 MatMul stay in FP32: values there go beyond 16,376, a quarter of what FP16 holds.',
    )
  })

  it('removes what it wrote to measure, and says so when it could not', async () => {
    const graph = layered((_, hidden) => hidden)
    const { files } = await convert(graph, 'fp16')
    expect(await files.list('/scratch')).toEqual([])
    const { changes } = await convert(graph, 'fp16', { failing: 'Something is off' })
    expect(changes.find((change) => change.startsWith('How large'))).toMatch(
      /^How large values become could not be measured: /,
    )
  })

  it('does not compute with epsilons that vanish', async () => {
    const graph = layered((made, hidden) => {
      const guarded = made.node(
        'Add',
        [made.node('Abs', [hidden]), made.scalar('epsilon', 1e-6)],
        {},
        'guarded',
      )
      return made.node('Div', [hidden, guarded], {}, 'y')
    })
    const { model, changes } = await convert(graph, 'fp16')
    expect(nodeOf(model, 'guarded').inputs).toContain('epsilon')
    expect(changes).toContain('1 Add stays in FP32: a constant is too small for FP16.')
  })

  it('brings bounds of Clip beyond the range to its end', async () => {
    const graph = layered((made, hidden) =>
      made.node('Clip', [hidden, made.scalar('low', 0), made.scalar('high', 3.4e38)], {}, 'y'),
    )
    const { model } = await convert(graph, 'fp16')
    const raw = model.graph.initializers
      .find(({ name }) => name === 'high_fp16')
      ?.raw()
      ?.slice()
    expect([...decodeFloat16(new Uint16Array((raw ?? new Uint8Array(0)).buffer))]).toEqual([65_504])
  })

  it('keeps masks of huge negative numbers in FP32', async () => {
    const graph = layered((made, hidden) => {
      made.input('mask', 'bool', ['N', 8])
      const masked = made.node('Where', ['mask', hidden, made.scalar('lowest', -3.4e38)], {}, 'masked')
      return made.node('Softmax', [masked], {}, 'y')
    })
    const { model } = await convert(graph, 'fp16')
    expect(nodeOf(model, 'masked').inputs).toEqual(['mask', 'hidden', 'lowest'])
    expect(operators(model)).toEqual(['Cast', 'MatMul', 'Cast', 'Where', 'Softmax'])
  })

  it('keeps a norm that is written out in FP32 as a whole', async () => {
    const graph = layered((made, hidden) => {
      const axes = { axes: [-1] }
      made.initializer('scale', [8], numbers(8))
      made.initializer('shift', [8], numbers(8, 2))
      const centred = made.node('Sub', [hidden, made.node('ReduceMean', [hidden], axes)], {}, 'centred')
      const variance = made.node('ReduceMean', [made.node('Pow', [centred, made.scalar('two', 2)])], axes)
      const deviation = made.node('Sqrt', [made.node('Add', [variance, made.scalar('epsilon', 1e-5)])])
      const normal = made.node('Div', [centred, deviation], {}, 'normal')
      const shifted = made.node(
        'Add',
        [made.node('Mul', [normal, 'scale'], {}, 'scaled'), 'shift'],
        {},
        'shifted',
      )
      made.initializer('w2', [8, 8], numbers(64, 2))
      made.output(hidden, 'float32', ['N', 8])
      return made.node('MatMul', [shifted, 'w2'], {}, 'y')
    })
    const { model } = await convert(graph, 'fp16')
    expect(nodeOf(model, 'normal').inputs[0]).toBe('centred')
    expect(nodeOf(model, 'scaled').inputs).toEqual(['normal', 'scale'])
    expect(nodeOf(model, 'shifted').inputs).toEqual(['scaled', 'shift'])
  })

  it('looks tables up in FP16, and leaves the places as they are', async () => {
    const graph = new GraphBuilder('table')
    graph.input('ids', 'int64', ['N', 4])
    graph.initializer('table', [4096, 8], numbers(4096 * 8))
    const rows = graph.node('Gather', ['table', 'ids'], {}, 'rows')
    graph.output(graph.node('LayerNormalization', [rows, graph.scalar('s', 1)], {}, 'y'), 'float32', [
      'N',
      4,
      8,
    ])
    const { model, changes } = await convert(graph, 'fp16')
    expect(weight(model, nodeOf(model, 'Gather').inputs[0])).toBe('float16[4096,8]')
    expect(nodeOf(model, 'Gather').inputs[1]).toBe('ids')
    expect(changes[0]).toBe('1 node computes in FP16, with 1 cast in between.')
  })

  it('leaves sizes and scales of Resize as they are, and reads shapes in either form', async () => {
    const graph = new GraphBuilder('resize')
    graph.input('x', 'float32', ['N', 4, 8, 8])
    graph.initializer('w', [4, 4, 1, 1], numbers(16))
    const hidden = graph.node('Conv', ['x', 'w'], {}, 'hidden')
    graph.initializer('scales', [4], Float32Array.of(1, 1, 2, 2))
    graph.output(graph.node('Resize', [hidden, '', 'scales'], {}, 'y'), 'float32', ['N', 4, 16, 16])
    graph.output(graph.node('Shape', [hidden], {}, 'shape'), 'int64', [4])
    const { model } = await convert(graph, 'fp16')
    expect(nodeOf(model, 'Resize').inputs).toEqual(['hidden_fp16', '', 'scales'])
    expect(nodeOf(model, 'Shape').inputs).toEqual(['hidden_fp16'])
    expect(operators(model)).toEqual(['Cast', 'Conv', 'Resize', 'Cast', 'Shape'])
  })

  it('takes weights out of the inputs where old files list them', async () => {
    const graph = layered((_, hidden) => hidden)
    graph.input('w', 'float32', [8, 8])
    for (const irVersion of [3, 8]) {
      const { model } = await convert(graph, 'fp16', { irVersion, opset: 9 })
      expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x'])
      expect(model.irVersion).toBe(Math.max(4, irVersion))
      expect(weight(model, nodeOf(model, 'MatMul').inputs[1])).toBe('float16[8,8]')
    }
  })

  it('leaves a setting with a default an input', async () => {
    const graph = layered((made, hidden) => {
      made.input('gain', 'float32', [])
      made.scalar('gain', 2)
      return made.node('Mul', [hidden, 'gain'], {}, 'y')
    })
    const { model } = await convert(graph, 'fp16')
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x', 'gain'])
    expect(weight(model, 'gain')).toBe('float32[]')
  })

  it('takes weights from other files into the model', async () => {
    const graph = new GraphBuilder('external')
    graph.input('x', 'float32', ['N', 8])
    const place = (offset: number) => ({ location: 'w.data', offset: String(offset), length: '256' })
    graph.weight('w', externalTensor('w', [8, 8], place(0)))
    graph.weight('v', externalTensor('v', [8, 8], place(256)))
    const hidden = graph.node('MatMul', ['x', 'w'])
    graph.output(graph.node('Pow', [hidden, 'v'], {}, 'y'), 'float32', ['N', 8])
    const data = new Uint8Array(numbers(128).buffer)
    const { model, files } = await convert(graph, 'fp16', { beside: { 'w.data': data } })
    expect(weight(model, nodeOf(model, 'MatMul').inputs[1])).toBe('float16[8,8]')
    const left = model.graph.initializers.find(({ name }) => name === 'v')
    expect(left?.external).toBeUndefined()
    expect(left?.raw()).toEqual(data.slice(256))
    expect(await files.list('/scratch')).toEqual([])
  })

  it('says why a model cannot become FP16', async () => {
    const plain = layered((_, hidden) => hidden)
    const sums = new GraphBuilder('sums')
    sums.input('x', 'float32', ['N', 8])
    sums.output(sums.node('ReduceSum', ['x'], {}, 'y'), 'float32', [1, 1])
    const trained = layered((made, hidden) => {
      const statistics = ['s', 'b', 'm', 'v'].map((name) => made.initializer(name, [8], numbers(8)))
      return made.node('BatchNormalization', [hidden, ...statistics], { training_mode: 1 }, 'y')
    })
    expect([
      await failureOf(convert(sums, 'fp16')),
      await failureOf(convert(plain, 'fp16', { opset: 5 })),
      await failureOf(convert(plain, 'fp16', { description: { quantisation: 'qdq' } })),
      await failureOf(convert(trained, 'fp16')),
      await failureOf(convert(plain, 'fp16', { signal: AbortSignal.abort() })),
    ]).toEqual([
      'not-convertible: There is no convolution, matrix product or recurrent layer in FP32 that could compute in FP16.',
      'not-convertible: The model is written in operator set 5; FP16 needs 6 or newer.',
      'not-convertible: The model computes on integers of few bits already.',
      'not-convertible: Node "BatchNormalization_2" (BatchNormalization) trains the model as it runs.',
      'cancelled: Cancelled.',
    ])
  })

  it('is refused where it is FP16 already', async () => {
    const graph = new GraphBuilder('half')
    graph.input('x', 'float16', ['N', 8])
    graph.weight('w', { tensor: { name: 'w', dims: [8, 8], dataType: 10, rawData: new Uint8Array(128) } })
    graph.output(graph.node('MatMul', ['x', 'w'], {}, 'y'), 'float16', ['N', 8])
    expect(await failureOf(convert(graph, 'fp16'))).toBe(
      'not-convertible: The model computes in FP16 already.',
    )
  })
})
