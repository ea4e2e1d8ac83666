import { describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../../electron/contract/failure.ts'
import type { EditableModel } from '../../../../../electron/engine/model/edit/editable-model.ts'
import { GraphBuilder, type AttributeValue } from '../../../../../resources/models/onnx-writer.ts'
import { convert, floats, nodeOf, numbers, operators, steps, weight } from './converting.ts'

type Attributes = Readonly<Record<string, AttributeValue>>

/** x [N, 32] through one node with a weight `w`. */
function product(
  type: 'MatMul' | 'Gemm',
  {
    dims = [32, 48],
    attributes = {},
    bias,
  }: { dims?: number[]; attributes?: Attributes; bias?: Float32Array } = {},
): GraphBuilder {
  const graph = new GraphBuilder('product')
  graph.input('x', 'float32', ['N', 32])
  graph.initializer('w', dims, numbers(dims.reduce((all, size) => all * size, 1)))
  const inputs = ['x', 'w', ...(bias === undefined ? [] : [graph.initializer('bias', [bias.length], bias)])]
  graph.output(graph.node(type, inputs, attributes, 'y'), 'float32', ['N', 48])
  return graph
}

function convolution(dims: number[], attributes: Attributes = {}, withBias = false): GraphBuilder {
  const graph = new GraphBuilder('convolution')
  graph.input('x', 'float32', ['N', (dims[1] ?? 1) * Number(attributes['group'] ?? 1), 8, 8])
  graph.initializer('w', dims, numbers(dims.reduce((all, size) => all * size, 1)))
  const bias = withBias ? [graph.initializer('bias', [dims[0] ?? 1], numbers(dims[0] ?? 1))] : []
  graph.output(graph.node('Conv', ['x', 'w', ...bias], attributes, 'y'), 'float32', ['N', dims[0] ?? 1, 8, 8])
  return graph
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof BatchscopeError)
      return [`${error.failure.code}: ${error.message}`, error.failure.hint ?? ''].join(' ').trim()
    throw error
  }
  return 'none'
}

/** What a dequantised weight comes to, channel by channel along the last of two dimensions or the first. */
function restored(model: EditableModel, name: string, axis: number): number[] {
  const [values, scales] = [steps(model, `${name}_int8`), floats(model, `${name}_scale`)]
  const inner = axis === 0 ? values.length / scales.length : 1
  return [...values].map((value, index) => value * (scales[Math.floor(index / inner) % scales.length] ?? NaN))
}

const furthest = (some: readonly number[], others: Float32Array) =>
  Math.max(...some.map((value, index) => Math.abs(value - (others[index] ?? NaN))))

describe('weights in 8 bits', () => {
  it.each([
    ['MatMul', product('MatMul'), 1, 48],
    ['Gemm', product('Gemm'), 1, 48],
    ['Gemm', product('Gemm', { dims: [48, 32], attributes: { transB: 1 } }), 0, 48],
    ['Conv', convolution([48, 32, 1, 1]), 0, 48],
  ])('of %s have a scale for each output channel', async (type, graph, axis, channels) => {
    const { model, changes } = await convert(graph, 'int8-weights', { opset: 13 })
    expect(operators(model)).toEqual(['DequantizeLinear', type])
    expect(nodeOf(model, 'DequantizeLinear').integer('axis')).toBe(axis)
    expect(weight(model, 'w_scale')).toBe(`float32[${channels}]`)
    expect(weight(model, 'w')).toBe('no weight "w"')
    expect(furthest(restored(model, 'w', axis), numbers(48 * 32))).toBeLessThan(0.5 / 127)
    expect(changes[0]).toBe(
      `1 ${type} holds its weights in 8 bits, with a scale for each channel, and computes in FP32.`,
    )
    expect(changes.at(-1)).toBe('Weights: 6.00 KiB → 1.69 KiB.')
  })

  it.each([
    [12, ['DequantizeLinear', 'Mul', 'MatMul']],
    [9, ['Cast', 'Mul', 'MatMul']],
  ])('get by with what operator set %i has', async (opset, expected) => {
    const { model } = await convert(product('MatMul'), 'int8-weights', { opset })
    expect(operators(model)).toEqual(expected)
    expect(model.opset).toBe(opset)
    expect(weight(model, 'w_scale')).toBe('float32[1,48]')
    expect(weight(model, 'w_int8')).toBe('int8[32,48]')
  })

  it('are shared by those who share the weight', async () => {
    const graph = product('MatMul')
    graph.output(graph.node('MatMul', ['x', 'w'], {}, 'z'), 'float32', ['N', 48])
    const { model } = await convert(graph, 'int8-weights')
    expect(operators(model)).toEqual(['DequantizeLinear', 'MatMul', 'MatMul'])
    expect(nodeOf(model, 'y').inputs).toEqual(nodeOf(model, 'z').inputs)
  })

  it('are looked up row by row in tables', async () => {
    const graph = new GraphBuilder('table')
    graph.input('ids', 'int64', ['N', 4])
    graph.initializer('table', [100, 16], numbers(1600))
    graph.output(graph.node('Gather', ['table', 'ids'], {}, 'y'), 'float32', ['N', 4, 16])
    const { model } = await convert(graph, 'int8-weights')
    expect(operators(model)).toEqual(['Gather', 'Cast', 'Gather', 'Mul'])
    expect([weight(model, 'table_int8'), weight(model, 'table_scale')]).toEqual([
      'int8[100,16]',
      'float32[100,1]',
    ])
    expect(nodeOf(model, 'y').type).toBe('Mul')
    expect(furthest(restored(model, 'table', 0), numbers(1600))).toBeLessThan(0.5 / 127)
  })

  it('are left alone where something else reads the weight', async () => {
    const graph = product('MatMul')
    graph.output(graph.node('ReduceSum', ['w'], {}, 'sum'), 'float32', [1, 1])
    expect(await failureOf(convert(graph, 'int8-weights'))).toBe(
      'not-convertible: There is no convolution or matrix product in FP32 with a constant weight that could be held in 8 bits. 1 MatMul stays in FP32: something else needs the weights in FP32.',
    )
  })

  it('are left alone where a few large ones would coarsen the others', async () => {
    const graph = new GraphBuilder('outliers')
    graph.input('x', 'float32', ['N', 4096])
    // 4,095 weights of a channel lie between -0.5 and 0.5, and one of 30 makes steps of 0.24.
    const weights = numbers(4096 * 4).map((value, index) => (index < 4 ? 30 : value * 0.5))
    graph.initializer('w', [4096, 4], weights)
    graph.initializer('w2', [4, 4096], numbers(4 * 4096))
    const hidden = graph.node('MatMul', ['x', 'w'])
    graph.output(graph.node('MatMul', [hidden, 'w2'], {}, 'y'), 'float32', ['N', 4096])
    const { model, changes } = await convert(graph, 'int8-weights')
    expect([weight(model, 'w'), weight(model, 'w2_int8')]).toEqual(['float32[4096,4]', 'int8[4,4096]'])
    expect(changes[1]).toBe(
      '1 MatMul stays in FP32: a few large weights would leave too few steps for the others.',
    )
  })
})

describe('computing on 8-bit integers', () => {
  it('quantises an input once for all who read it', async () => {
    const graph = product('MatMul')
    graph.initializer('v', [32, 48], numbers(32 * 48, 2))
    graph.output(graph.node('MatMul', ['x', 'v'], {}, 'z'), 'float32', ['N', 48])
    const { model, changes } = await convert(graph, 'int8')
    expect(operators(model)).toEqual([
      ...['DynamicQuantizeLinear', 'MatMulInteger', 'Cast', 'Mul', 'Mul'],
      ...['MatMulInteger', 'Cast', 'Mul', 'Mul'],
    ])
    expect([weight(model, 'w_int8'), weight(model, 'w_scale')]).toEqual(['int8[32,48]', 'float32[48]'])
    expect(nodeOf(model, 'y').type).toBe('Mul')
    expect(changes[0]).toMatch(/^2 MatMul compute on 8-bit integers: /)
  })

  it('folds what Gemm does besides into its scales and its bias', async () => {
    const bias = Float32Array.from({ length: 48 }, (_, index) => index)
    const attributes = { transB: 1, alpha: { real: 0.5 }, beta: { real: 2 } }
    const { model } = await convert(product('Gemm', { dims: [48, 32], attributes, bias }), 'int8')
    const plain = await convert(product('Gemm', { dims: [48, 32], attributes: { transB: 1 } }), 'int8')
    expect(operators(model)).toEqual(['DynamicQuantizeLinear', 'MatMulInteger', 'Cast', 'Mul', 'Mul', 'Add'])
    expect(weight(model, 'w_int8')).toBe('int8[32,48]')
    const scales = floats(plain.model, 'w_scale')
    expect(floats(model, 'w_scale')).toEqual(scales.map((scale) => scale * 0.5))
    expect(floats(model, 'bias_bias')).toEqual([...bias].map((value) => value * 2))
    const turned = [...steps(model, 'w_int8')].map((value, index) => value * (scales[index % 48] ?? NaN))
    const expected = Float32Array.from({ length: 1536 }, (_, index) => {
      return numbers(1536)[(index % 48) * 32 + Math.floor(index / 48)] ?? NaN
    })
    expect(furthest(turned, expected)).toBeLessThan(0.5 / 127)
  })

  it('convolves with unsigned weights, and pads as before', async () => {
    const { model } = await convert(convolution([16, 16, 3, 3], { pads: [1, 1, 1, 1] }, true), 'int8')
    const node = nodeOf(model, 'ConvInteger')
    expect(node.integers('pads')).toEqual([1, 1, 1, 1])
    expect(weight(model, node.inputs[1])).toBe('uint8[16,16,3,3]')
    expect(weight(model, node.inputs[3])).toBe('uint8[]')
    expect([weight(model, 'w_scale'), weight(model, 'bias_bias')]).toEqual([
      'float32[1,16,1,1]',
      'float32[1,16,1,1]',
    ])
    expect(model.graph.initializers.map(({ name }) => name).includes('bias')).toBe(false)
  })

  it.each([
    [convolution([512, 3, 1, 1]), "1 Conv stays in FP32: the first convolution reads the model's input."],
    [
      convolution([64, 16, 3, 3], { group: 2 }),
      '1 Conv stays in FP32: convolutions in groups lose more than they gain.',
    ],
    [convolution([8, 8, 1, 1]), '1 Conv stays in FP32: too few weights to gain by it.'],
    [
      product('Gemm', { attributes: { transA: 1 } }),
      '1 Gemm stays in FP32: the input would have to be transposed first.',
    ],
  ])('leaves alone what would lose by it', async (graph, hint) => {
    expect(await failureOf(convert(graph, 'int8'))).toBe(
      `not-convertible: There is no convolution or matrix product in FP32 with a constant weight that could compute on 8 bits. ${hint}`,
    )
  })

  it('is written in a newer operator set where that means the same', async () => {
    const graph = product('MatMul')
    graph.output(graph.node('Clip', ['y'], { min: { real: -1 }, max: { real: 6 } }, 'clipped'), 'float32', [
      'N',
      48,
    ])
    graph.output(graph.node('Pad', ['y'], { pads: [0, 1, 0, 2], value: { real: 3 } }, 'padded'), 'float32', [
      'N',
      51,
    ])
    graph.output(graph.node('Slice', ['y'], { starts: [1], ends: [9], axes: [1] }, 'sliced'), 'float32', [
      'N',
      8,
    ])
    const { model, changes } = await convert(graph, 'int8', { opset: 9 })
    expect(model.opset).toBe(11)
    expect(changes).toContain('Operator set: 9 → 11.')
    const integers = (name: string) => model.graph.initializers.find((each) => each.name === name)?.integers()
    const clip = nodeOf(model, 'Clip')
    expect([clip.attributes, ...clip.inputs.slice(1).map((name) => floats(model, name))]).toEqual([
      [],
      [-1],
      [6],
    ])
    const pad = nodeOf(model, 'Pad')
    expect([pad.attributes, integers(pad.inputs[1] ?? ''), floats(model, pad.inputs[2])]).toEqual([
      ...[[], [0, 1, 0, 2], [3]],
    ])
    const slice = nodeOf(model, 'Slice')
    expect([slice.attributes, ...slice.inputs.slice(1).map(integers)]).toEqual([[], [1], [9], [1]])
  })

  it('is refused where a newer operator set would mean something else', async () => {
    const graph = product('MatMul')
    graph.output(graph.node('Upsample', ['y', graph.scalar('s', 2)], {}, 'z'), 'float32', ['N', 96])
    expect(await failureOf(convert(graph, 'int8', { opset: 9 }))).toBe(
      'not-convertible: The model is written in operator set 9; computing on integers needs 11 and Upsample changed since. Export the model with a newer operator set.',
    )
    expect(await failureOf(convert(product('MatMul'), 'int8', { opset: 6 }))).toBe(
      'not-convertible: The model is written in operator set 6; computing on integers needs 11. Export the model with a newer operator set.',
    )
  })

  it('is refused where the model is quantised already', async () => {
    const graph = new GraphBuilder('integers')
    graph.input('x', 'uint8', ['N', 32])
    graph.initializer('w', [32, 48], new Uint8Array(32 * 48))
    graph.output(graph.node('MatMulInteger', ['x', 'w'], {}, 'y'), 'int32', ['N', 48])
    expect(await failureOf(convert(graph, 'int8', { description: { quantisation: 'dynamic' } }))).toBe(
      'not-convertible: The model is quantised already.',
    )
  })
})
