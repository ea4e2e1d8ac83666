import { describe, expect, it } from 'vitest'
import { EditableModel } from '../../../../../electron/engine/model/edit/editable-model.ts'
import { EditableNode } from '../../../../../electron/engine/model/edit/editable-node.ts'
import { EditableTensor } from '../../../../../electron/engine/model/edit/editable-tensor.ts'
import { EditableValue } from '../../../../../electron/engine/model/edit/editable-value.ts'
import { MalformedMessage } from '../../../../../electron/engine/model/reading/message-fields.ts'
import { encodeMessage, encodeModel, GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { describeBytes, ocrModel, repositoryFile } from '../described.ts'

function encoded(model: EditableModel): Uint8Array {
  return Uint8Array.from(Buffer.concat([...model.chunks()]))
}

function smallModel(): EditableModel {
  const graph = new GraphBuilder('small')
  const x = graph.input('x', 'float32', [1, 6])
  const shape = graph.integers('shape', [1, 2, 3])
  graph.node('Reshape', [x, shape], { allowzero: 0 }, 'reshaped')
  graph.node('Transpose', ['reshaped'], { perm: [0, 2, 1] }, 'y')
  graph.output('y', 'float32', [1, 3, 2])
  return EditableModel.open(encodeModel(graph))
}

/** A tensor whose elements lie in other fields than the raw ones. */
function tensorOf(fields: Record<string, unknown>): EditableTensor {
  const graph = encodeMessage('ModelProto', {
    irVersion: 8,
    graph: { initializer: [{ name: 't', ...fields }] },
  })
  const tensor = EditableModel.open(graph).graph.initializers[0]
  if (tensor === undefined) throw new Error('no tensor')
  return tensor
}

describe('a model that is changed', () => {
  it.each([
    ['a classifier', () => repositoryFile('resources/models/cnn-classifier.onnx')],
    ['a text encoder', () => repositoryFile('resources/models/text-encoder.onnx')],
    ['an exported recogniser', () => ocrModel('ch_ppocr_mobile_v2.0_cls')],
  ])('keeps the bytes of %s when all of it is read and nothing changed', (_what, bytes) => {
    const model = EditableModel.open(bytes())
    const { nodes, initializers, inputs, outputs, valueInfo } = model.graph
    for (const node of nodes) void [node.type, node.inputs, node.attributes, node.subgraphs]
    for (const tensor of initializers) void [tensor.name, tensor.dims, tensor.raw()]
    for (const value of [...inputs, ...outputs, ...valueInfo]) void [value.name, value.dims]
    model.graph.nodes = nodes
    model.graph.initializers = initializers
    expect(Buffer.compare(encoded(model), bytes())).toBe(0)
  })

  it('reads nodes, attributes, weights, inputs and outputs', () => {
    const { graph, opset } = smallModel()
    expect(opset).toBe(17)
    expect(graph.nodes.map(({ type, name, inputs, outputs }) => ({ type, name, inputs, outputs }))).toEqual([
      { type: 'Reshape', name: 'Reshape_1', inputs: ['x', 'shape'], outputs: ['reshaped'] },
      { type: 'Transpose', name: 'Transpose_2', inputs: ['reshaped'], outputs: ['y'] },
    ])
    expect(graph.nodes[0]?.integer('allowzero')).toBe(0)
    expect(graph.nodes[1]?.integers('perm')).toEqual([0, 2, 1])
    expect(graph.nodes[1]?.integer('axis')).toBeUndefined()
    expect(graph.initializers[0]?.integers()).toEqual([1, 2, 3])
    expect(graph.inputs[0]).toMatchObject({ name: 'x', type: 'float32', dims: [1, 6] })
    expect(graph.outputs[0]?.dims).toEqual([1, 3, 2])
  })

  it('gives changed nodes, weights and dimensions back from its bytes', async () => {
    const model = smallModel()
    const { graph } = model
    const [reshape, transpose] = graph.nodes
    if (reshape === undefined || transpose === undefined) throw new Error('no nodes')
    graph.initializers[0]?.setIntegers([-1, 2, 3])
    graph.inputs[0]?.setDim(0, 'batch')
    graph.outputs[0]?.setDim(0, 'batch')
    const relu = EditableNode.make('Relu', ['reshaped'], ['positive'], 'relu')
    graph.nodes = [reshape, relu, transpose]
    transpose.setInput(0, 'positive')
    transpose.setIntegers('perm', [0, 1, 2])
    reshape.removeAttribute('allowzero')
    graph.initializers = [...graph.initializers, EditableTensor.integers('axes', [1, 2])]
    graph.valueInfo = [EditableValue.named('positive')]

    const read = EditableModel.open(encoded(model)).graph
    expect(read.nodes.map(({ type }) => type)).toEqual(['Reshape', 'Relu', 'Transpose'])
    expect(read.nodes[2]?.inputs).toEqual(['positive'])
    expect(read.nodes[2]?.integers('perm')).toEqual([0, 1, 2])
    expect(read.nodes[0]?.attributes).toEqual([])
    expect(read.initializers.map((tensor) => tensor.integers())).toEqual([
      [-1, 2, 3],
      [1, 2],
    ])
    expect(read.valueInfo.map(({ name, dims }) => [name, dims])).toEqual([['positive', undefined]])
    const description = await describeBytes(encoded(model))
    expect(description.inputs[0]?.shape).toEqual(['batch', 6])
    expect(description.outputs[0]?.shape).toEqual(['batch', 3, 2])
  })

  it('sets every kind of attribute, and replaces one that was there', () => {
    const node = EditableNode.make('Any', [], [], 'any')
    node.setInteger('i', -3)
    node.setTensor('t', EditableTensor.integers('', 4))
    node.setIntegers('i', [1, 2])
    expect(node.attributes).toEqual(['i', 't'])
    expect(node.integers('i')).toEqual([1, 2])
    expect(node.integer('i')).toBeUndefined()
    expect(node.tensor('t')?.integers()).toEqual([4])
    expect(node.tensor('t')?.dims).toEqual([])
  })

  it('changes graphs inside nodes in place', () => {
    const inner = new GraphBuilder('then')
    inner.node('Relu', ['x'], {}, 'inside')
    inner.output('inside', 'float32', [1])
    const graph = new GraphBuilder('outer')
    graph.input('x', 'float32', [1])
    graph.node('If', ['c'], { then_branch: inner }, 'y')
    const model = EditableModel.open(encodeModel(graph))
    const branch = model.graph.nodes[0]?.subgraphs[0]
    branch?.outputs[0]?.setDim(0, 'batch')
    const read = EditableModel.open(encoded(model)).graph.nodes[0]?.subgraphs[0]
    expect(read?.nodes.map(({ type }) => type)).toEqual(['Relu'])
    expect(read?.outputs[0]?.dims).toEqual(['batch'])
  })

  it.each([
    ['raw bytes', { dims: [2], dataType: 7, rawData: new Uint8Array(new BigInt64Array([5n, -6n]).buffer) }],
    ['64-bit numbers', { dims: [2], dataType: 7, int64Data: [5, -6] }],
    ['32-bit numbers', { dims: [2], dataType: 6, int32Data: [5, -6] }],
    ['32-bit numbers that stand for 8-bit ones', { dims: [2], dataType: 3, int32Data: [5, -6] }],
  ])('reads whole numbers from %s', (_where, fields) => {
    expect(tensorOf(fields).integers()).toEqual([5, -6])
  })

  it('gives raw weights as views of the file', () => {
    const bytes = repositoryFile('resources/models/cnn-classifier.onnx')
    const { initializers } = EditableModel.open(bytes).graph
    expect(initializers.length).toBeGreaterThan(0)
    for (const tensor of initializers) expect(tensor.raw()?.buffer).toBe(bytes.buffer)
  })

  it('gives the bytes of reals from their own field, and puts others in their place', () => {
    const tensor = tensorOf({ dims: [3], dataType: 1, floatData: [1, 2, 3] })
    const raw = tensor.raw()
    expect(raw).toEqual(new Uint8Array(Float32Array.of(1, 2, 3).buffer))
    tensor.setRaw(new Uint8Array(Uint16Array.of(1, 2, 3).buffer), 10)
    expect(tensor.type).toBe('float16')
    expect(tensor.raw()).toEqual(new Uint8Array(Uint16Array.of(1, 2, 3).buffer))
  })

  it('reads half-precision bits from 32-bit numbers', () => {
    const tensor = tensorOf({ dims: [2], dataType: 10, int32Data: [0x3c00, 0xbc00] })
    expect(tensor.raw()).toEqual(new Uint8Array(Uint16Array.of(0x3c00, 0xbc00).buffer))
  })

  it('knows weights in another file, and forgets where they were when they are given', () => {
    const tensor = tensorOf({
      dims: [2],
      dataType: 1,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: 'weights.bin' },
        { key: 'offset', value: '64' },
        { key: 'length', value: '8' },
      ],
    })
    expect(tensor.external).toEqual({ location: 'weights.bin', offset: 64, length: 8 })
    expect(tensor.raw()).toBeUndefined()
    tensor.setRaw(new Uint8Array(8))
    expect(tensor.external).toBeUndefined()
    expect(tensor.raw()).toHaveLength(8)
  })

  it('refuses weights with fewer elements than their shape says', () => {
    expect(() => tensorOf({ dims: [1000, 1000, 1000], dataType: 7, int64Data: [1] }).raw()).toThrow(
      MalformedMessage,
    )
  })

  it('finds names that nothing in the model has, subgraphs included', () => {
    const model = smallModel()
    expect(model.freeName('shape')).toBe('shape_1')
    expect(model.freeName('shape')).toBe('shape_2')
    expect(model.freeName('new')).toBe('new')
  })

  it('imports sets of operators', () => {
    const model = smallModel()
    model.setOpset('', 18)
    model.setOpset('com.microsoft', 1)
    expect([...EditableModel.open(encoded(model)).opsets]).toEqual([
      ['', 18],
      ['com.microsoft', 1],
    ])
  })
})
