import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import type { ExperimentDraft } from '../../electron/contract/experiment.ts'
import type { InputPlan } from '../../electron/contract/host-protocol.ts'
import type { TensorType } from '../../electron/contract/model.ts'
import { openEvaluator } from '../../electron/engine/host/evaluator.ts'
import { readDraft } from '../../electron/engine/experiment/draft.ts'
import { openInputFiles } from '../../electron/engine/experiment/draft-inputs.ts'
import { ownValues } from '../../electron/engine/experiment/own-values.ts'
import { ArrayFiles } from '../../electron/engine/inputs/array-files.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { planInputs } from '../../electron/engine/model/plan-inputs.ts'
import { createWorkbench, type Workbench } from '../../electron/engine/workbench.ts'
import { encodeModel, GraphBuilder } from '../../resources/models/onnx-writer.ts'
import { floats, integers, npy, npz } from '../fixtures/numpy-files.ts'
import { failureOf } from '../unit/engine/model/described.ts'
import { hostPath, launcher, path } from './real-execution.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-own-inputs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function put(name: string, content: Uint8Array): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

/** A model that gives back what it is fed. */
async function echo(type: TensorType, shape: (string | number)[]): Promise<string> {
  const graph = new GraphBuilder('echo')
  graph.node('Identity', [graph.input('x', type, shape)], {}, 'y')
  graph.output('y', type, shape)
  return put(`echo-${type}.onnx`, encodeModel(graph))
}

/** Looks three ids a sample up in a table of `10 x id`; ids from 4 on are none. */
async function lookup(): Promise<string> {
  const graph = new GraphBuilder('lookup')
  const table = graph.initializer('table', [4, 1], Float32Array.of(0, 10, 20, 30))
  graph.node('Gather', [table, graph.input('ids', 'int64', ['batch', 'sequence'])], {}, 'y')
  graph.output('y', 'float32', ['batch', 'sequence', 1])
  return put('lookup.onnx', encodeModel(graph))
}

/** What a model gives for a draft with own values, at a batch size. */
async function outputsFor(
  modelPath: string,
  inputs: string[],
  batchSize: number,
  take?: InputPlan['take'],
): Promise<unknown[]> {
  const files = createNodeFiles({ dataFolder: join(folder, 'data'), resourcesFolder: path('resources') })
  const arrays = new ArrayFiles(files)
  const model = await describeModel(modelPath, files)
  const opened = await openInputFiles(inputs, model, arrays)
  const reading = readDraft({ inputs }, model, undefined, undefined, opened)
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join(' '))
  const { factors, batchAxes } = reading.spec
  const dims = Object.fromEntries(Object.entries(factors.dims).map(([key, [size = 1]]) => [key, size]))
  const own = await ownValues(reading.spec, model, arrays)
  const plan = planInputs(model, { batchSize, executionProvider: 'cpu', dims }, batchAxes, own)
  const evaluator = await openEvaluator({ hosts: launcher, clock: nodeClock }, { modelPath })
  try {
    const taken = plan.inputs.map((input) => (take === undefined ? input : { ...input, take }))
    const { outputs } = await evaluator.evaluate(taken)
    return [...(outputs[0]?.values ?? [])]
  } finally {
    await evaluator.end()
  }
}

describe('a model fed from NumPy files', () => {
  it('gives the outputs of these values, repeated until the batch is full', async () => {
    const model = await lookup()
    const ids = await put('ids.npy', integers([2, 3], [1, 2, 3, 0, 0, 1]))
    const [first, second] = [
      [10, 20, 30],
      [0, 0, 10],
    ]
    expect(await outputsFor(model, [`ids=${ids}`], 5)).toEqual([first, second, first, second, first].flat())
    expect(await outputsFor(model, [`ids=${ids}`], 1)).toEqual(first)
    const part = { axis: 0, start: 3, count: 2 }
    expect(await outputsFor(model, [`ids=${ids}`], 5, part)).toEqual([second, first].flat())
  })

  it('takes a compressed archive in another order and byte order', async () => {
    const content = npy({
      descr: '>i8',
      shape: [2, 3],
      fortran: true,
      data: Buffer.from([1, 0, 2, 0, 3, 1].flatMap((id) => [0, 0, 0, 0, 0, 0, 0, id])),
    })
    const archive = await put('all.npz', npz([{ name: 'ids.npy', content, compressed: true }]))
    expect(await outputsFor(await lookup(), [archive], 2)).toEqual([10, 20, 30, 0, 0, 10])
  })

  it.each<[TensorType, string, ArrayBufferView, unknown[]]>([
    ['float64', '<f8', Float64Array.of(1.5, -2), [1.5, -2]],
    ['float16', '<f2', Uint16Array.of(0x3c00, 0xc000), [0x3c00, 0xc000]],
    ['bool', '|b1', Uint8Array.of(1, 0), [1, 0]],
    ['uint8', '|u1', Uint8Array.of(200, 7), [200, 7]],
    ['int8', '|i1', Int8Array.of(-3, 7), [-3, 7]],
    ['int32', '<i4', Int32Array.of(-70_000, 7), [-70_000, 7]],
    ['uint64', '<u8', BigUint64Array.of(2n ** 63n, 7n), [2n ** 63n, 7n]],
    ['string', '<U2', Uint32Array.from('ab\0\0'.split('').map((c) => c.charCodeAt(0))), ['ab', '']],
    ['string', '|S2', Buffer.from('abc\0'), ['ab', 'c']],
  ])('%s from %s comes through unchanged', async (type, descr, data, values) => {
    const file = await put('echo.npy', npy({ descr, shape: [2], data }))
    expect(await outputsFor(await echo(type, ['batch']), [file], 3)).toEqual([...values, values[0]])
  })
})

describe('own values through the workbench', () => {
  /** Real inference, but as short as the rules allow. */
  const brief: ExperimentDraft = {
    batch: '1,3',
    executions: '1',
    minTime: '40',
    maxTime: '80',
    warmupTime: '10',
  }
  let workbench: Workbench

  beforeEach(() => {
    workbench = createWorkbench(
      createNodePorts({
        hostPath,
        resourcesFolder: path('resources'),
        dataFolder: join(folder, 'data'),
        batchscopeVersion: 'test',
      }),
    )
  })
  afterEach(() => workbench.shutdown())

  async function measured(modelPath: string, inputs: string[]) {
    const over = new Promise<void>((resolve) => {
      const stop = workbench.subscribe('run', ({ progress }) => {
        if (progress === undefined || progress.state === 'running') return
        stop()
        resolve()
      })
    })
    const run = await workbench.commands.startExperiment({
      modelPath,
      draft: { ...brief, inputs },
      scratch: true,
    })
    await over
    return { run, ...(await workbench.commands.analyse(run)) }
  }

  it('are what every execution is fed, and are kept with the experiment', async () => {
    const model = await lookup()
    const good = await put('good.npy', integers([2, 5], [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]))
    const { spec, analysis } = await measured(model, [`ids=${good}`])
    expect(spec.inputs?.ids).toMatchObject({ path: good, shape: [2, 5], items: 2 })
    expect(analysis.trials.map(({ config, outcome }) => [config.batchSize, config.dims, outcome])).toEqual([
      [1, { sequence: 5 }, 'completed'],
      [3, { sequence: 5 }, 'completed'],
    ])

    // The second sample looks a row up that is not there: a batch of one never sees it.
    const bad = await put('bad.npy', integers([2, 5], [0, 1, 2, 3, 0, 1, 2, 3, 0, 4]))
    const { analysis: failed } = await measured(model, [`ids=${bad}`])
    expect(failed.trials.map(({ outcome }) => outcome)).toEqual(['completed', 'failed'])
  }, 60_000)

  it('must be the same when the experiment goes on', async () => {
    const model = await lookup()
    const ids = await put('changing.npy', integers([1, 3], [0, 1, 2]))
    const { run } = await measured(model, [`ids=${ids}`])
    await put('changing.npy', integers([1, 2], [0, 1]))
    const failure = await failureOf(workbench.commands.resumeExperiment(run))
    expect(failure).toMatchObject({
      code: 'bad-input',
      message: `${ids} is no longer the file that input "ids" of this experiment was fed from.`,
    })
  }, 60_000)

  it('that do not fit are refused before anything runs, each with what is wrong', async () => {
    const modelPath = await lookup()
    const problems = async (file: string) => {
      const draft = { ...brief, inputs: [`ids=${file}`] }
      const preview = await workbench.commands.previewExperiment({ modelPath, draft })
      return preview.problems.map(({ field, message, hint }) => `${field}: ${message} ${hint ?? ''}`.trim())
    }
    expect(await problems(await put('wrong.npy', floats([2, 3])))).toEqual([
      'inputs: "wrong.npy" holds float32 [2, 3], and input "ids" takes int64 [batch, sequence]. Convert it: x.astype(np.int64).',
    ])
    expect(await problems(await put('deep.npy', integers([2, 3, 4])))).toEqual([
      'inputs: "deep.npy" holds int64 [2, 3, 4], and input "ids" takes int64 [batch, sequence]. It needs 2 dimensions, or 1 for a single sample; it has 3.',
    ])
    expect(await problems(await put('text.npy', Buffer.from('1,2,3')))).toEqual([
      'inputs: "text.npy" is no NumPy file: it does not begin like one. Save the array with np.save or np.savez.',
    ])
    const [gone] = await problems(join(folder, 'gone.npy'))
    expect(gone).toContain(`gone.npy`)
  })
})
