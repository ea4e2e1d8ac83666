import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ModelDescriptionSchema } from '../../../../electron/contract/model.ts'
import { describeModel } from '../../../../electron/engine/model/describe-model.ts'
import {
  encodeMessage,
  encodeModel,
  externalTensor,
  GraphBuilder,
  tensor,
} from '../../../../resources/models/onnx-writer.ts'
import { describeBytes, describeGraph, failureOf, ocrModel } from './described.ts'
import { memoryFiles } from './memory-files.ts'

describe('a model from elsewhere', () => {
  it('is described as its file says: the PP-OCR direction classifier', async () => {
    const bytes = ocrModel('ch_ppocr_mobile_v2.0_cls')
    const model = await describeBytes(bytes)
    expect(v.parse(ModelDescriptionSchema, model)).toEqual(model)
    expect(model).toMatchObject({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      path: '/models/model.onnx',
      name: 'model.onnx',
      bytes: 578_966,
      irVersion: 8,
      opset: 9,
      graphName: 'Model from PaddlePaddle.',
      parameters: 133_665,
      parameterBytes: 534_660,
      nodes: 471,
      externalData: [],
      warnings: [],
    })
    expect(model.inputs).toMatchObject([
      {
        name: 'x',
        type: 'float32',
        shape: ['p2o.DynamicDimension.0', 3, 'p2o.DynamicDimension.1', 'p2o.DynamicDimension.2'],
        batchAxis: 0,
        batchAxisReason: 'Conv "p2o.Conv.0" counts samples along it',
        batchAxisConfidence: 'likely',
      },
    ])
    expect(model.outputs).toMatchObject([
      { name: 'softmax_0.tmp_0', type: 'float32', shape: ['p2o.DynamicDimension.3', 2], batchAxis: 0 },
    ])
    expect(model.freeDimensions).toMatchObject([
      { key: 'p2o.DynamicDimension.1', places: ['x:2'], suggested: 224 },
      { key: 'p2o.DynamicDimension.2', places: ['x:3'], suggested: 224 },
    ])
    expect(model.operators.reduce((sum, { count }) => sum + count, 0)).toBe(471)
    expect(model.operators[0]?.count).toBeGreaterThanOrEqual(model.operators[1]?.count ?? 0)
    expect(model.operators).toContainEqual({ type: 'Conv', domain: '', count: 53 })
  })

  it('keeps what is fixed out of the free dimensions: the PP-OCR recogniser, 48 pixels high', async () => {
    const model = await describeBytes(ocrModel('ch_PP-OCRv4_rec'))
    expect(model.inputs[0]?.shape).toEqual(['p2o.DynamicDimension.0', 3, 48, 'p2o.DynamicDimension.1'])
    expect(model.freeDimensions).toMatchObject([
      { key: 'p2o.DynamicDimension.1', places: ['x:3'], suggested: 320 },
    ])
    expect(model.outputs[0]?.batchAxis).toBe(0)
    expect(model.parameters).toBe(2_690_312)
  })

  it('has the opset and the size of the PP-OCR detector', async () => {
    const model = await describeBytes(ocrModel('ch_PP-OCRv4_det'))
    expect(model).toMatchObject({ opset: 11, parameters: 1_171_841, nodes: 672 })
  })
})

/** `y = Relu(x @ w)`, with a weight of `size` x `size`. */
function linearGraph(size: number): GraphBuilder {
  const graph = new GraphBuilder('linear')
  const x = graph.input('x', 'float32', ['batch', size])
  const product = graph.node('MatMul', [
    x,
    graph.initializer('w', [size, size], new Float32Array(size * size)),
  ])
  graph.node('Relu', [product], {}, 'y')
  graph.output('y', 'float32', ['batch', size])
  return graph
}

describe('reading', () => {
  it('passes over the weights', async () => {
    const files = memoryFiles({ '/model.onnx': encodeModel(linearGraph(1024)) })
    const model = await describeModel('/model.onnx', files)
    expect(model.bytes).toBeGreaterThan(4_000_000)
    expect(model.parameters).toBe(1024 * 1024)
    expect(files.piecesRead.bytes).toBeLessThan(40_000)
  })

  it('counts weights and nodes in subgraphs, constants and sparse weights', async () => {
    const branch = (name: string) => {
      const graph = new GraphBuilder(name)
      graph.node('Mul', ['x', graph.initializer(`${name}.w`, [5], new Float32Array(5))], {}, `${name}.y`)
      graph.output(`${name}.y`, 'float32', ['batch', 5])
      return graph
    }
    const graph = new GraphBuilder('branches')
    graph.input('x', 'float32', ['batch', 5])
    const yes = graph.node('Constant', [], { value: tensor('', [], Uint8Array.of(1)) })
    graph.sparseInitializer('sparse', [5, 5], Float32Array.of(1, 2, 3), BigInt64Array.of(0n, 7n, 12n))
    graph.node('If', [yes], { then_branch: branch('then'), else_branch: branch('else') }, 'y')
    graph.output('y', 'float32', ['batch', 5])
    const model = await describeGraph(graph)
    expect(model.parameters).toBe(5 + 5 + 1 + 3)
    expect(model.nodes).toBe(4)
    expect(model.operators).toEqual([
      { type: 'Mul', domain: '', count: 2 },
      { type: 'Constant', domain: '', count: 1 },
      { type: 'If', domain: '', count: 1 },
    ])
  })

  it('counts the nodes of the functions that a model brings along', async () => {
    const graph = new GraphBuilder('calls')
    graph.node('Twice', [graph.input('x', 'float32', ['batch', 2])], {}, 'y', 'own')
    graph.output('y', 'float32', ['batch', 2])
    const bytes = encodeMessage('ModelProto', {
      irVersion: 8,
      graph: graph.message(),
      opsetImport: [
        { domain: 'ai.onnx', version: 18 },
        { domain: 'own', version: 1 },
      ],
      functions: [
        { name: 'Twice', domain: 'own', node: [{ opType: 'Add', input: ['a', 'a'], output: ['b'] }] },
      ],
    })
    const model = await describeBytes(bytes)
    expect(model).toMatchObject({ nodes: 2, opset: 18 })
    expect(model.operators).toEqual([
      { type: 'Add', domain: '', count: 1 },
      { type: 'Twice', domain: 'own', count: 1 },
    ])
  })

  it('takes inputs with a value of their own for weights, as old models list them', async () => {
    const graph = linearGraph(4)
    graph.input('w', 'float32', [4, 4])
    const model = await describeGraph(graph, { irVersion: 3 })
    expect(model.inputs.map(({ name }) => name)).toEqual(['x'])
  })

  it('says which inputs cannot be fed', async () => {
    const graph = linearGraph(4)
    graph.rawInput({ name: 'boxes', type: { sequenceType: new Uint8Array() } })
    const model = await describeGraph(graph)
    expect(model.inputs[1]).toMatchObject({
      name: 'boxes',
      type: 'unknown',
      batchAxisReason: 'it is a sequence',
    })
    expect(model.warnings.map(({ code }) => code)).toEqual(['unsupported-input'])
  })
})

describe('external data', () => {
  const withExternal = (external: Record<string, string>) => {
    const graph = new GraphBuilder('external')
    const x = graph.input('x', 'float32', ['batch', 8])
    graph.node('MatMul', [x, graph.weight('w', externalTensor('w', [8, 8], external))], {}, 'y')
    graph.output('y', 'float32', ['batch', 8])
    return encodeModel(graph)
  }
  const describeWith = (external: Record<string, string>, beside: Record<string, Uint8Array>) =>
    describeModel(
      '/models/model.onnx',
      memoryFiles({ '/models/model.onnx': withExternal(external), ...beside }),
    )

  it('is found beside the model, counted and pointed out', async () => {
    const external = { location: 'weights/model.data', offset: '64', length: '256' }
    const model = await describeWith(external, { '/models/weights/model.data': new Uint8Array(320) })
    expect(model.externalData).toEqual([{ path: '/models/weights/model.data', bytes: 320 }])
    expect(model.bytes).toBe(withExternal(external).length + 320)
    expect(model.parameters).toBe(64)
    expect(model.warnings).toEqual([
      {
        code: 'external-data',
        message: 'Weights of 320 B are beside the model, in "model.data".',
        remedy: 'Move or copy them together with it.',
      },
    ])
  })

  it('that is missing is named, and where to put it', async () => {
    expect(await failureOf(describeWith({ location: 'model.data' }, {}))).toEqual({
      code: 'external-data-missing',
      message: 'The weights of "model.onnx" are in a file that is not there: "model.data".',
      hint: 'Put it beside the model, in "/models".',
      owner: 'user',
    })
  })

  it('that is cut off is said, by the shape where the model gives no length', async () => {
    const failure = await failureOf(
      describeWith({ location: 'model.data', offset: '100' }, { '/models/model.data': new Uint8Array(300) }),
    )
    expect(failure).toMatchObject({
      code: 'external-data-missing',
      message: 'The weights of "model.onnx" in "model.data" are cut off: 300 B of 356 B.',
    })
  })

  it.each(['../secret', '/etc/passwd', 'a/../../secret', '.'])(
    'outside the folder is refused: "%s"',
    async (location) => {
      const beside = { '/secret': new Uint8Array(9999), '/etc/passwd': new Uint8Array(9999) }
      expect(await failureOf(describeWith({ location }, beside))).toMatchObject({
        code: 'bad-input',
        message: `"model.onnx" asks for weights outside its own folder: "${location}".`,
      })
    },
  )

  it.each([
    ['../elsewhere.data', 'leads out of the folder', false],
    ['/cache/blobs/b2', 'lies beside the model, which is a link itself', true],
  ])('that is a link to %s, which %s', async (target, _, fine) => {
    const described = describeModel(
      '/models/model.onnx',
      memoryFiles(
        {
          '/models/model.onnx': withExternal({ location: 'model.data' }),
          '/models/model.data': new Uint8Array(256),
        },
        { '/models/model.data': target, ...(fine ? { '/models/model.onnx': '/cache/blobs/a1' } : {}) },
      ),
    )
    if (fine) expect((await described).externalData).toHaveLength(1)
    else {
      expect((await failureOf(described))?.message).toBe(
        `"model.onnx" asks for weights outside its own folder: "model.data" is a link to "${target}".`,
      )
    }
  })

  it('that is in no file is damage', async () => {
    expect((await failureOf(describeWith({ location: '' }, {})))?.message).toBe(
      '"model.onnx" is damaged: its initializer "w" is in another file, but it is not said in which.',
    )
  })

  it('is looked for only under names that a file can have', async () => {
    for (const location of ['a\0b', 'a/'.repeat(4000)]) {
      expect((await failureOf(describeWith({ location }, {})))?.code).toBe('bad-input')
    }
  })

  it('at an impossible place is damage', async () => {
    const failure = await failureOf(describeWith({ location: 'model.data', offset: '-5' }, {}))
    expect(failure?.code).toBe('model-damaged')
  })
})
