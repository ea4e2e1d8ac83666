import { describe, expect, it } from 'vitest'
import { describeModel } from '../../../../../electron/engine/model/describe-model.ts'
import { emptyModel, modelFields } from '../../../../../electron/engine/model/reading/graph-fields.ts'
import { decodeMessage } from '../../../../../electron/engine/model/reading/message-decoder.ts'
import { readingBounds } from '../../../../../electron/engine/model/reading/message-fields.ts'
import { planInputs } from '../../../../../electron/engine/model/plan-inputs.ts'
import { createRandom } from '../../../../../electron/engine/statistics/random.ts'
import { encodeMessage, encodeModel, GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { describeBytes, failureOf, ocrModel, repositoryFile } from '../described.ts'
import { memoryFiles } from '../memory-files.ts'

const text = (content: string) => new TextEncoder().encode(content)
const latin1 = (content: string) => Uint8Array.from(content, (character) => character.charCodeAt(0))
const sample = () => repositoryFile('resources/models/text-encoder.onnx')

/** A small whole model. */
function smallModel(): Uint8Array {
  const graph = new GraphBuilder('small')
  const x = graph.input('x', 'float32', ['batch', 4])
  graph.node('MatMul', [x, graph.initializer('w', [4, 4], new Float32Array(16))], {}, 'y')
  graph.output('y', 'float32', ['batch', 4])
  return encodeModel(graph)
}

describe('a path that is no model', () => {
  it('is said to be missing', async () => {
    expect(await failureOf(describeModel('/nowhere/model.onnx', memoryFiles({})))).toMatchObject({
      code: 'not-found',
      message: 'There is no file "/nowhere/model.onnx".',
    })
  })

  it('is said to be a folder, and which model is in it', async () => {
    expect(
      await failureOf(describeModel('/models', memoryFiles({ '/models/a.onnx': smallModel() }))),
    ).toMatchObject({
      code: 'bad-input',
      message: '"/models" is a folder, not a model.',
      hint: 'Choose the ONNX file itself, for example "a.onnx" in it.',
    })
  })

  it.each<[string, Uint8Array, string, string]>([
    ['an empty file', new Uint8Array(), '"model.onnx" is empty.', 'download'],
    ['text', text('Dear reader,\nthis is no model.\n'), 'text', 'ONNX'],
    ['a picture', latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'a picture', 'ONNX'],
    ['a zip archive', latin1('PK\x03\x04\x14\0\0\0\0\0\0\0\0\0readme.txt'), 'a zip archive', 'Unpack'],
    [
      'a PyTorch checkpoint',
      latin1('PK\x03\x04\0\0\x08\x08\0\0\0\0archive/data.pkl'),
      'PyTorch',
      'torch.onnx',
    ],
    [
      'an old PyTorch checkpoint',
      latin1('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'),
      'PyTorch',
      'torch.onnx',
    ],
    [
      'a TensorFlow graph',
      latin1('\n\x14\n\x05input\x12\x0bPlaceholder\n\x02'),
      'a TensorFlow graph',
      'tf2onnx',
    ],
    [
      'a TensorFlow SavedModel',
      latin1('\x08\x01\x12\xf4\x0b\n\x20\x12\x04\n\x02v1'),
      'SavedModel',
      'tf2onnx',
    ],
    ['a Keras model', latin1('\x89HDF\r\n\x1a\n\0\0\0'), 'Keras', 'tf2onnx'],
    ['a TensorFlow Lite model', latin1('\x1c\0\0\0TFL3\0\0\0'), 'TensorFlow Lite', 'tf2onnx'],
    ['safetensors', latin1('\x40\0\0\0\0\0\0\0{"weight":{"dtype":"F32"}}'), 'safetensors', 'Export'],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:0'),
      'Git LFS',
      'git lfs pull',
    ],
    ['a web page', text('<!DOCTYPE html><html><body>404</body></html>'), 'a web page', 'download'],
    [
      'a project',
      text('{"format":"batchscope-project","formatVersion":1}\n'),
      'a Batchscope project',
      'project',
    ],
    ['zeros', new Uint8Array(5000), 'is not an ONNX model', 'ONNX'],
    ['one byte', Uint8Array.of(8), 'is not an ONNX model', 'ONNX'],
  ])('is recognised as %s', async (_, bytes, says, hint) => {
    const failure = await failureOf(describeBytes(bytes))
    expect(failure?.code).toBe('not-a-model')
    expect(failure?.message).toContain(says)
    expect(failure?.hint).toContain(hint)
  })

  it('is refused when it is random bytes', async () => {
    const random = createRandom(1)
    for (let round = 0; round < 50; round += 1) {
      const bytes = Uint8Array.from({ length: 3000 }, () => random.integer(256))
      expect(['not-a-model', 'model-damaged']).toContain((await failureOf(describeBytes(bytes)))?.code)
    }
  })
})

describe('a damaged model', () => {
  it('that is cut off anywhere is refused', async () => {
    const whole = smallModel()
    for (let length = 1; length < whole.length; length += 1) {
      const failure = await failureOf(describeBytes(whole.subarray(0, length)))
      expect(['not-a-model', 'model-damaged'], `cut off after ${length} bytes`).toContain(failure?.code)
    }
  })

  it('that is cut off within its weights is said to be', async () => {
    const whole = ocrModel('ch_ppocr_mobile_v2.0_cls')
    expect(await failureOf(describeBytes(whole.subarray(0, 300_000)))).toEqual({
      code: 'model-damaged',
      message: '"model.onnx" is cut off: it has 293 KiB of at least 565 KiB.',
      hint: 'Copy, download or export the model again.',
      owner: 'model',
    })
  })

  const inputs = [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{}] } } } }]
  const node = [{ opType: 'Relu', input: ['x'], output: ['y'] }]
  const opsetImport = [{ domain: '', version: 17 }]
  it.each<[string, Record<string, unknown>, string, string]>([
    ['no graph', { irVersion: 8, opsetImport }, 'model-damaged', 'it has no graph'],
    ['no nodes', { irVersion: 8, opsetImport, graph: { input: inputs } }, 'model-damaged', 'no nodes'],
    [
      'no outputs',
      { irVersion: 8, opsetImport, graph: { node, input: inputs } },
      'model-damaged',
      'no outputs',
    ],
    [
      'no inputs',
      { irVersion: 8, opsetImport, graph: { node: [{ opType: 'Constant', output: ['x'] }], output: inputs } },
      'not-a-model',
      'has no inputs',
    ],
    [
      'no operator set',
      { irVersion: 8, graph: { node, input: inputs, output: inputs } },
      'model-damaged',
      'which operators',
    ],
  ])('with %s is refused', async (_, fields, code, says) => {
    const failure = await failureOf(describeBytes(encodeMessage('ModelProto', fields)))
    expect(failure?.code).toBe(code)
    expect(failure?.message).toContain(says)
  })

  /** Tag 7 (graph), then a length and nothing more, after a credible beginning. */
  const graphOfLength = (length: readonly number[]) =>
    Uint8Array.of(8, 8, 0x12, 1, 0x61, 0x3a, ...length, 0x0a, 2, 0x22)

  it.each<[string, readonly number[]]>([
    ['2 GiB', [0xff, 0xff, 0xff, 0xff, 0x07]],
    ['more than 32 bits', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a number without end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])('that announces a length of %s is refused before anything is reserved', async (_, length) => {
    const files = memoryFiles({ '/model.onnx': graphOfLength(length) })
    expect((await failureOf(describeModel('/model.onnx', files)))?.code).toMatch(
      /^(model-damaged|not-a-model)$/,
    )
    expect(files.piecesRead.bytes).toBeLessThan(1000)
  })

  it('whose subgraphs nest without end is refused', async () => {
    let graph: Record<string, unknown> = { node }
    for (let level = 0; level < 30; level += 1) {
      graph = {
        node: [{ opType: 'If', input: ['x'], output: ['y'], attribute: [{ name: 'then_branch', g: graph }] }],
      }
    }
    const nested = (levels: Record<string, unknown>) =>
      encodeMessage('ModelProto', {
        irVersion: 8,
        opsetImport,
        graph: { ...levels, input: inputs, output: inputs },
      })
    expect((await describeBytes(nested(graph))).nodes).toBe(31)
    let bomb = encodeMessage('GraphProto', graph)
    // Written by hand from here: the writer has a limit of its own.
    for (let level = 0; level < 3000; level += 1) {
      for (const tag of [0x32, 0x2a, 0x0a]) bomb = field(tag, bomb)
    }
    const bytes = Uint8Array.from([8, 8, ...field(0x3a, bomb)])
    expect(await failureOf(describeBytes(bytes))).toMatchObject({
      code: 'model-damaged',
      message: '"model.onnx" is damaged: in attribute 1 of node 1, at byte 482, parts are nested too deeply.',
    })
  })

  it('that describes parts without number is refused before they fill the memory', () => {
    const nodes = encodeMessage('GraphProto', { node: Array.from({ length: 500_000 }, () => ({})) })
    const model = emptyModel()
    const decode = () => decodeMessage(field(0x3a, nodes), model, modelFields, readingBounds(0))
    expect(decode).toThrow('it describes more parts than any model has')
    expect(model.graph?.nodes.length).toBeLessThan(500_000)
  })

  it('with a weight larger than the file is refused', async () => {
    const initializer = [
      { name: 'w', dims: [1_000_000, 1_000_000], dataType: 1, rawData: new Uint8Array(16) },
    ]
    const graph = { node, initializer, input: inputs, output: inputs }
    const failure = await failureOf(
      describeBytes(encodeMessage('ModelProto', { irVersion: 8, opsetImport, graph })),
    )
    expect(failure?.message).toBe('"model.onnx" is damaged: its initializer "w" is larger than the file.')
  })

  it('gives a clean error or a description, whatever bytes are changed', async () => {
    const random = createRandom(7)
    const whole = sample()
    // Where structure is, rather than weights: the small model entirely, the sample's beginning and end.
    const small = smallModel()
    for (let round = 0; round < 300; round += 1) {
      const mutant = Uint8Array.from(round % 10 === 0 ? whole : small)
      const changes = 1 + random.integer(4)
      for (let change = 0; change < changes; change += 1) {
        const place = round % 10 === 0 ? random.integer(4000) : random.integer(mutant.length)
        mutant[place] = random.integer(256)
      }
      const failure = await failureOf(describeAndPlan(mutant))
      if (failure === undefined) continue
      expect(['not-a-model', 'model-damaged', 'bad-input', 'external-data-missing']).toContain(failure.code)
      expect(failure.hint).toBeDefined()
    }
  })
})

async function describeAndPlan(bytes: Uint8Array): Promise<void> {
  planInputs(await describeBytes(bytes), { batchSize: 2, executionProvider: 'cpu', dims: {} }, {})
}

function field(tag: number, content: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 128) {
      length.push(rest)
      break
    }
    length.push((rest & 127) | 128)
  }
  const bytes = new Uint8Array(1 + length.length + content.length)
  bytes.set([tag, ...length])
  bytes.set(content, 1 + length.length)
  return bytes
}
