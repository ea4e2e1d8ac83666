import { describe, expect, it } from 'vitest'
import { constantTensor, type GraphNode } from '../../../../../electron/engine/model/reading/graph.ts'
import { readGraph, type ReadModel } from '../../../../../electron/engine/model/reading/read-graph.ts'
import {
  encodeMessage,
  encodeModel,
  GraphBuilder,
  tensor,
} from '../../../../../resources/models/onnx-writer.ts'
import { memoryFiles } from '../memory-files.ts'

const read = (bytes: Uint8Array): Promise<ReadModel> =>
  readGraph('/model.onnx', memoryFiles({ '/model.onnx': bytes }))

/** A graph whose one node takes `weights`. */
function graphWith(build: (graph: GraphBuilder) => readonly string[]): GraphBuilder {
  const graph = new GraphBuilder('small')
  const x = graph.input('x', 'float32', ['batch', 4])
  graph.node('Custom', [x, ...build(graph)], {}, 'y', 'com.microsoft')
  graph.output('y', 'float32', ['batch', 4])
  return graph
}

const valuesOf = async (build: (graph: GraphBuilder) => readonly string[]) =>
  (await read(encodeModel(graphWith(build)))).graph.initializers.map(({ values }) => values)

describe('what is kept of a graph', () => {
  it('has names of nodes, and their attributes in each kind of value', async () => {
    const graph = new GraphBuilder('attributes')
    const x = graph.input('x', 'float32', ['batch', 4])
    graph.node('Custom', [x], { whole: -3, real: { real: 0.5 }, list: [0, 2, 1], mode: 'nearest' }, 'y')
    graph.output('y', 'float32', ['batch', 4])
    const [node] = (await read(encodeModel(graph))).graph.nodes
    expect(node).toMatchObject({ name: 'Custom_1', type: 'Custom', inputs: ['x'], outputs: ['y'] })
    expect(node?.attributes).toMatchObject([
      { name: 'whole', integer: -3 },
      { name: 'real', real: 0.5 },
      { name: 'list', integers: [0, 2, 1] },
      { name: 'mode', text: 'nearest' },
    ])
  })

  it('leaves long lists and texts of attributes out, packed or not', async () => {
    const graph = new GraphBuilder('long')
    const x = graph.input('x', 'float32', ['batch', 4])
    const long = Array.from({ length: 65 }, (_, index) => index)
    graph.node('Custom', [x], { short: long.slice(1), long, text: 'x'.repeat(300) }, 'y')
    graph.output('y', 'float32', ['batch', 4])
    const [node] = (await read(encodeModel(graph))).graph.nodes
    const [short, list, text] = node?.attributes ?? []
    expect(short?.integers).toEqual(long.slice(1))
    expect(list?.integers).toBeUndefined()
    expect(text?.text).toBeUndefined()
    // As writers of proto3 do: the whole list in one field.
    const packed = (count: number) =>
      Uint8Array.from([0x0a, 1, 0x61, 0x42, count, ...Array<number>(count).fill(7)])
    const attribute = (count: number) => {
      const node = encodeMessage('NodeProto', { opType: 'Custom', input: ['x'], output: ['y'] })
      const inner = packed(count)
      return Uint8Array.from([...node, 0x2a, inner.length, ...inner])
    }
    const model = (count: number) => {
      const io = [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 4 }] } } } }]
      const rest = encodeMessage('GraphProto', { input: io, output: [{ ...io[0], name: 'y' }] })
      const node = attribute(count)
      const head = encodeMessage('ModelProto', { irVersion: 8, opsetImport: [{ version: 17 }] })
      const graphBytes = [0x0a, node.length, ...node, ...rest]
      return Uint8Array.from([...head, 0x3a, ...lengthOf(graphBytes.length), ...graphBytes])
    }
    expect((await read(model(64))).graph.nodes[0]?.attributes[0]?.integers).toHaveLength(64)
    // 100 bytes are fewer than the longest list may take, but more numbers than a list may have.
    expect((await read(model(100))).graph.nodes[0]?.attributes[0]?.integers).toBeUndefined()
  })

  it('has the values of small tensors, in whatever form they stand in the file', async () => {
    expect(
      await valuesOf((graph) => [
        graph.integers('shape', [0, -1, 224]),
        graph.integers('end', Number.MAX_SAFE_INTEGER),
        graph.initializer('scales', [2], Float32Array.of(1, 0.5)),
        graph.initializer('small', [2], Int32Array.of(-7, 7)),
        graph.initializer('bytes', [2], Uint8Array.of(0, 255)),
      ]),
    ).toEqual([[0, -1, 224], [Number.MAX_SAFE_INTEGER], [1, 0.5], [-7, 7], [0, 255]])
    const plain = (name: string, fields: Record<string, unknown>) => ({
      tensor: { name, dims: [2], ...fields },
    })
    expect(
      await valuesOf((graph) => [
        graph.weight('int64', plain('int64', { dataType: 7, int64Data: [5, -5] })),
        graph.weight('int32', plain('int32', { dataType: 6, int32Data: [5, -5] })),
        graph.weight('float', plain('float', { dataType: 1, floatData: [0.5, -0.5] })),
        // Float16 stands there as its bits, which are no values.
        graph.weight('half', plain('half', { dataType: 10, int32Data: [15360, 15360] })),
      ]),
    ).toEqual([[5, -5], [5, -5], [0.5, -0.5], undefined])
  })

  it('leaves values out that are many, lie elsewhere, or are not as many as the shape says', async () => {
    expect(
      await valuesOf((graph) => [
        graph.integers('most', Array<number>(64).fill(1)),
        graph.integers('more', Array<number>(65).fill(1)),
        graph.weight('fewer', tensor('fewer', [3], BigInt64Array.of(1n, 2n))),
      ]),
    ).toEqual([Array<number>(64).fill(1), undefined, undefined])
  })

  it('has what the file says of values between nodes', async () => {
    const graph = graphWith(() => [])
    graph.value('between', 'float16', ['batch', null, 8])
    expect((await read(encodeModel(graph))).graph.values).toEqual([
      { name: 'between', type: 'float16', shape: ['batch', null, 8], hasShape: true },
    ])
  })

  it('has functions with their parameters', async () => {
    const graph = new GraphBuilder('calls')
    graph.node('Twice', [graph.input('x', 'float32', ['batch', 2])], {}, 'y', 'own')
    graph.output('y', 'float32', ['batch', 2])
    const bytes = encodeMessage('ModelProto', {
      ...{
        irVersion: 8,
        graph: graph.message(),
        opsetImport: [{ version: 17 }, { domain: 'own', version: 1 }],
      },
      functions: [
        {
          name: 'Twice',
          domain: 'own',
          input: ['a'],
          output: ['b'],
          node: [{ opType: 'Add', input: ['a', 'a'], output: ['b'] }],
        },
      ],
    })
    expect((await read(bytes)).functions).toMatchObject([
      { name: 'Twice', domain: 'own', inputs: ['a'], outputs: ['b'], nodes: [{ type: 'Add' }] },
    ])
  })
})

describe('a constant', () => {
  const constant = (attribute: Partial<GraphNode['attributes'][number]>): GraphNode => ({
    ...{ name: '', type: 'Constant', domain: '', inputs: [], outputs: ['c'] },
    attributes: [{ name: 'value', tensors: [], graphs: [], ...attribute }],
  })

  it.each<[string, Partial<GraphNode['attributes'][number]>, object]>([
    ['a whole number', { integer: 3 }, { dims: [], values: [3], dataType: 7 }],
    ['whole numbers', { integers: [1, 2] }, { dims: [2], values: [1, 2], dataType: 7 }],
    ['a real number', { real: 0.5 }, { dims: [], values: [0.5], dataType: 1 }],
    ['real numbers', { reals: [0.5] }, { dims: [1], values: [0.5], dataType: 1 }],
    ['a tensor', { tensors: [{ name: 't', dims: [3], dataType: 6 }] }, { name: 't', dims: [3], dataType: 6 }],
  ])('is known from %s', (_, attribute, tensor) => {
    expect(constantTensor(constant(attribute))).toMatchObject(tensor)
  })

  it('is none of another operator, nor of texts', () => {
    expect(constantTensor({ ...constant({ integer: 3 }), type: 'Cast' })).toBeUndefined()
    expect(constantTensor(constant({ text: 'a' }))).toBeUndefined()
  })
})

function lengthOf(length: number): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >>> 7]
}
