import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { BatchscopeError, type Failure } from '../../electron/contract/failure.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { createWorkbench, type Workbench } from '../../electron/engine/workbench.ts'
import { GraphBuilder, encodeModel, externalTensor } from '../../resources/models/onnx-writer.ts'
import { zoo } from '../fixtures/zoo/index.ts'
import { hostPath, path } from './real-execution.ts'

let folder: string
let workbench: Workbench
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-dynamic-'))
  workbench = createWorkbench(
    createNodePorts({
      hostPath,
      resourcesFolder: path('resources'),
      dataFolder: join(folder, 'data'),
      batchscopeVersion: '0.0.0',
    }),
  )
})
afterAll(async () => {
  await workbench.shutdown()
  await rm(folder, { recursive: true, force: true })
})

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const where = join(folder, name)
  await writeFile(where, bytes)
  return where
}

function zooFile(name: string): Promise<string> {
  const model = zoo[name]?.()
  if (model === undefined) throw new Error(`The zoo has no ${name}.`)
  return file(`${name}.onnx`, model.bytes)
}

const free = (modelPath: string, batchAxes?: string[]): Promise<ModelDescription> =>
  workbench.commands.makeModel({
    path: modelPath,
    kind: 'dynamic',
    ...(batchAxes === undefined ? {} : { batchAxes }),
  })

async function refusal(making: Promise<unknown>): Promise<Failure> {
  try {
    await making
  } catch (error) {
    if (error instanceof BatchscopeError) return error.failure
    throw error
  }
  throw new Error('It was not refused.')
}

describe('a fixed batch is set free, and proved', () => {
  it.each([
    ['cnn-fixed-reshape', [1], 'one by one'],
    ['cnn-fixed-8', [8], 'parts of 8 give by themselves, and at 8 what its samples give one by one'],
    ['mlp-fixed-4', [4], 'one by one'],
    ['lstm-state-fixed', [1], 'one by one'],
    ['lstm-zero-state-fixed', [1], 'one by one'],
    ['transformer-fixed', [1], 'one by one'],
    ['transformer-fixed-flat', [1], 'one by one'],
    ['vit-fixed-bare-token', [1], 'one by one'],
    ['folded-fixed', [1], 'one by one'],
    ['slice-fixed', [1], 'one by one'],
    ['tile-fixed', [1], 'one by one'],
    ['yolo-fixed', [1], 'one by one'],
  ])('of %s', async (name, [fixed], shown) => {
    const made = await free(await zooFile(name))
    const original = await workbench.commands.openModel({ path: join(folder, `${name}.onnx`) })
    for (const input of made.inputs.filter(({ batchAxis }) => batchAxis !== undefined)) {
      expect(input.shape[input.batchAxis ?? 0]).toBe('batch')
      expect(original.inputs.find((each) => each.name === input.name)?.shape[input.batchAxis ?? 0]).toBe(
        fixed,
      )
    }
    expect(made.outputs.every(({ shape }) => shape.includes('batch'))).toBe(true)
    expect(made.derivation?.from).toMatchObject({ sha256: original.sha256, name: original.name })
    const checks = made.derivation?.checks.join('\n')
    expect(checks).toContain(`At batch size ${fixed}, every output is exactly that of the original`)
    expect(checks).toContain(shown)
    expect(checks).not.toContain('shows less')
  })

  it('names what was changed, and each node', async () => {
    const { derivation } = await free(await zooFile('vit-fixed-bare-token'))
    const changes = derivation?.changes.join('\n') ?? ''
    expect(changes).toContain('Input "pixel_values": dimension 0, fixed at 1, is now "batch".')
    expect(changes).toMatch(/Reshape nodes?: the fixed size of the batch became one that is worked out/)
    expect(changes).toMatch(
      /Concat node: a value that was made for the fixed batch is repeated for every sample \("Concat_\d+"\)/,
    )
  })

  it.each([
    ['batch-mean-fixed', 'Node "ReduceMean_3" (ReduceMean) works across the samples of the batch.'],
    ['split-fixed', /Node "Split_\d+" \(Split\) splits the batch\./],
    ['detection-nms-fixed', /\(NonMaxSuppression\) gives as many results as it finds in the whole batch\./],
  ])('or is refused with the node that stands in the way: %s', async (name, message) => {
    const failure = await refusal(free(await zooFile(name)))
    expect(failure.code).toBe('not-convertible')
    expect(failure.message).toMatch(message)
  })

  it('finds out by running where an operator that it does not know mixes samples', async () => {
    const graph = new GraphBuilder('mixing')
    graph.input('x', 'float32', [1, 6])
    // Distances between all samples of two batches, which are the same one here.
    graph.node('CDist', ['x', 'x'], {}, 'distances', 'com.microsoft')
    graph.node('Relu', ['distances'], {}, 'y')
    graph.output('y', 'float32', [1, 1])
    const opsets = [{ domain: 'com.microsoft', version: 1 }]
    const failure = await refusal(free(await file('mixing.onnx', encodeModel(graph, { opsets }))))
    expect(failure.code).toBe('not-convertible')
    expect(failure.message).toContain(
      'At batch size 2, output "y" of sample 1 is not what that sample gives alone',
    )
  })

  it('takes corrected batch axes', async () => {
    const graph = new GraphBuilder('time first')
    graph.input('x', 'float32', [5, 1, 4])
    graph.initializer(
      'w',
      [4, 3],
      Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    )
    graph.integers('flat', [5, 3])
    graph.node('MatMul', ['x', 'w'], {}, 'each')
    graph.node('Reshape', ['each', 'flat'], {}, 'joined')
    graph.node('Relu', ['joined'], {}, 'positive')
    graph.integers('apart', [5, 1, 3])
    graph.node('Reshape', ['positive', 'apart'], {}, 'y')
    graph.output('y', 'float32', [5, 1, 3])
    const model = await file('time-first.onnx', encodeModel(graph))
    const made = await free(model, ['x=1'])
    expect(made.inputs[0]?.shape).toEqual([5, 'batch', 4])
    expect(made.outputs[0]?.shape).toEqual([5, 'batch', 3])
    const corrected = await refusal(free(model, ['x=none']))
    expect(corrected).toMatchObject({ code: 'bad-input' })
  })

  it('makes each once, keeps it, and makes it again for other axes', async () => {
    const model = await zooFile('tile-fixed')
    const [first, second] = await Promise.all([free(model), free(model)])
    expect(second.path).toBe(first.path)
    const before = (await readdir(join(folder, 'data', 'models'))).length
    expect(await free(model)).toEqual(first)
    expect((await readdir(join(folder, 'data', 'models'))).length).toBe(before)
    // What was made for a moment is gone.
    expect((await readdir(join(first.path, '..'))).toSorted()).toEqual([
      'tile-fixed-dynamic.onnx',
      'tile-fixed-dynamic.onnx.derivation.json',
    ])
  })

  it('says that a free batch needs nothing', async () => {
    const failure = await refusal(free(await zooFile('cnn-flatten')))
    expect(failure).toMatchObject({ code: 'bad-input', message: expect.stringContaining('is free already') })
  })

  it('keeps external data beside what it makes, and beside what is saved', async () => {
    const graph = new GraphBuilder('external')
    graph.input('x', 'float32', [1, 8])
    graph.weight('w', externalTensor('w', [8, 6], { location: 'weights.bin', offset: '0', length: '192' }))
    graph.node('MatMul', ['x', 'w'], {}, 'product')
    graph.node('Relu', ['product'], {}, 'y')
    graph.output('y', 'float32', [1, 6])
    const weights = Float32Array.from({ length: 48 }, (_, i) => Math.cos(i))
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(weights.buffer))
    const made = await free(await file('external.onnx', encodeModel(graph)))
    expect(made.externalData).toHaveLength(1)

    const target = join(folder, 'saved', 'external-free.onnx')
    await workbench.commands.saveModelAs({ sourcePath: made.path, path: target })
    const saved = await workbench.commands.openModel({ path: target })
    expect(saved.inputs[0]?.shape).toEqual(['batch', 8])
    expect(await readFile(join(folder, 'saved', 'weights.bin'))).toEqual(Buffer.from(weights.buffer))

    const other = join(folder, 'other', 'external-free.onnx')
    await workbench.commands.saveModelAs({ sourcePath: made.path, path: other })
    await writeFile(join(folder, 'other', 'weights.bin'), 'something else')
    expect(
      await refusal(workbench.commands.saveModelAs({ sourcePath: made.path, path: other })),
    ).toMatchObject({ code: 'bad-input', message: expect.stringContaining('another file is there') })
  })

  it('does not overwrite the model it was made from, and saves nothing that was not made here', async () => {
    const model = await zooFile('cnn-fixed-flatten')
    const made = await free(model)
    const overwriting = workbench.commands.saveModelAs({ sourcePath: made.path, path: model })
    expect((await refusal(overwriting)).message).toContain('is the model that it was made from')
    const notMade = workbench.commands.saveModelAs({ sourcePath: model, path: join(folder, 'copy.onnx') })
    expect((await refusal(notMade)).message).toContain('is no model that Batchscope made')
  })

  it('profiles a model with a fixed batch at several batch sizes', async () => {
    const modelPath = await zooFile('residual-fixed')
    const rules = { executions: '1', minTime: '20', maxTime: '40', warmupTime: '5' }
    const draft = { batch: '1,2,4,8', ...rules }
    const { problems } = await workbench.commands.previewExperiment({ modelPath, draft })
    expect(problems[0]?.hint).toContain('--make-dynamic')
    const ended = new Promise<void>((resolve) => {
      workbench.subscribe('run', ({ progress }) => {
        if (progress !== undefined && progress.state !== 'running') resolve()
      })
    })
    const experiment = await workbench.commands.startExperiment({
      modelPath,
      draft: { ...draft, makeDynamic: 'yes' },
      scratch: true,
    })
    await ended
    const { analysis } = await workbench.commands.analyse(experiment)
    expect(analysis.trials.map(({ config, outcome }) => [config.batchSize, outcome]).toSorted()).toEqual(
      [1, 2, 4, 8].map((size) => [size, 'completed']),
    )
    expect(analysis.trials.flatMap(({ flags }) => flags.map(({ name }) => name))).not.toContain(
      'batch-ignored',
    )
    const [project] = await workbench.commands.openProjects({})
    expect(project?.models[0]?.derivation?.kind).toBe('dynamic')
  })
})
