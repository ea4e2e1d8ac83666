import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import { breakdownOf } from '../../electron/engine/experiment/time-breakdown.ts'
import { readProfile } from '../../electron/engine/experiment/read-profile.ts'
import { HostSession } from '../../electron/engine/host/host-session.ts'
import { openEvaluator } from '../../electron/engine/host/evaluator.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { verificationPlan } from '../../electron/engine/verification/plan.ts'
import { VariedInputs } from '../../electron/engine/verification/varied-inputs.ts'
import { bertBase } from '../../resources/verification/bert-base.ts'
import { resnet50 } from '../../resources/verification/resnet-50.ts'
import { skipChain } from '../../resources/verification/skip-chain.ts'
import { launcher, path } from './real-execution.ts'

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-verification-models-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

const plan = verificationPlan({
  ...{ provider: 'cuda', timeBudgetMs: 1, resourcesFolder: path('resources'), python: 'python3', join },
})
const models = [...plan.models, ...(plan.boundary.own ? [plan.boundary.own] : [])]
const items = 3
const ports = { clock: nodeClock, hosts: launcher }

/** A model of the plan, and inputs for three items. */
async function atHand(name: string) {
  const model = models.find((each) => each.name === name)
  if (model === undefined) throw new Error(`The plan has no ${name}.`)
  const files = createNodeFiles({ dataFolder, resourcesFolder: path('resources') })
  const inputs = new VariedInputs(await describeModel(model.path, files), model.fills, { items, files })
  return { model, files, plans: await inputs.at({ batchSize: items, executionProvider: 'cpu', dims: {} }) }
}

it.each([
  ['resnet-50', resnet50],
  ['bert-base', bertBase],
  ['skip-chain', skipChain],
])('the file of %s is what its generator writes, and small', async (name, generate) => {
  const file = await readFile(path(`resources/verification/${name}.onnx`))
  expect(Buffer.compare(generate(), file)).toBe(0)
  expect(file.length).toBeLessThan(300_000)
})

describe.each([
  // What ONNX Runtime makes of each on the CPU; the operators that grow the weights are not among it.
  [
    'resnet-50',
    1000,
    ['Conv', 'Flatten', 'Gemm', 'GlobalAveragePool', 'MaxPool', 'ReorderInput', 'ReorderOutput'],
  ],
  ['bert-base', 768, ['MatMul', 'BiasGelu', 'SkipLayerNormalization', 'Transpose', 'FusedMatMul', 'Softmax']],
])('%s, whose weights the graph makes', (name, width, operators) => {
  it('computes the weights when the session is created, and never again', async () => {
    const { model, files, plans } = await atHand(name)
    const session = new HostSession(launcher.launch({}), nodeClock)
    const profiled = await session.profile({
      ...{
        modelPath: model.path,
        executionProvider: 'cpu',
        inputs: plans,
        seed: 1,
        freeDimensionOverrides: {},
      },
      ...{ warmups: 1, runs: 1, maximumMs: 10_000, profilePrefix: join(dataFolder, 'profile') },
    })
    await session.end()
    const [profile = ''] = (await readdir(dataFolder)).filter((file) => file.startsWith('profile'))
    const file = await files.openForReading(join(dataFolder, profile))
    const calls = await readProfile(file, profiled.runs)
    await file.close()
    const ran = new Set(calls.flatMap(({ nodes }) => nodes.map(({ operator }) => operator)))
    expect([...ran].filter((operator) => ['Sin', 'Range'].includes(operator))).toEqual([])
    const most = breakdownOf(calls, { ...profiled, executionProvider: 'cpu' })?.operators ?? []
    expect(operators).toContain(most[0]?.operator)
    if (name === 'resnet-50') expect([...ran].filter((operator) => !operators.includes(operator))).toEqual([])
  }, 60_000)

  it('gives outputs that are finite, neither saturated nor alike, and tell samples apart', async () => {
    const { model, plans } = await atHand(name)
    const evaluator = await openEvaluator(ports, { modelPath: model.path })
    try {
      const [output] = (await evaluator.evaluate(plans, { batchSize: items })).outputs
      expect(output?.shape).toEqual([items, width])
      const values = Float32Array.from(output?.values as Float32Array)
      expect(values.every(Number.isFinite)).toBe(true)
      const item = (index: number) => values.slice(index * width, (index + 1) * width)
      const norm = (of: Float32Array) => Math.sqrt(of.reduce((sum, value) => sum + value ** 2, 0))
      const spread = norm(item(0)) / Math.sqrt(width)
      expect(spread).toBeGreaterThan(0.1)
      expect(spread).toBeLessThan(10)
      const apart = norm(item(0).map((value, index) => value - (item(1)[index] ?? 0))) / norm(item(0))
      expect(apart).toBeGreaterThan(0.1)
    } finally {
      await evaluator.end()
    }
  }, 60_000)
})

describe('skip-chain, which fills memory', () => {
  /** The most memory that a process with one call at this batch size ever had, in MiB. */
  const peakAt = (batchSize: number) => {
    const program = `
      const { InferenceSession, Tensor } = require('onnxruntime-node')
      InferenceSession.create(process.argv[1]).then(async (session) => {
        const size = Number(process.argv[2])
        const image = new Tensor('float32', new Float32Array(size * 128 * 128).fill(1), [size, 1, 128, 128])
        await session.run({ image })
        console.log(process.resourceUsage().maxRSS / 1024)
      })`
    const args = ['-e', program, path('resources/verification/skip-chain.onnx'), String(batchSize)]
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: path('.') }))
  }

  it('needs at least 256 MiB an item, in tensors of 4 MiB', () => {
    const anItem = (peakAt(3) - peakAt(1)) / 2
    expect(anItem).toBeGreaterThan(250)
    expect(anItem).toBeLessThan(320)
    expect(plan.boundary).toMatchObject({ model: 'skip-chain', largestTensorElements: 2 ** 20 })
  }, 60_000)

  it('gives finite outputs that tell samples apart', async () => {
    const { model, plans } = await atHand('skip-chain')
    const evaluator = await openEvaluator(ports, { modelPath: model.path })
    try {
      const [output] = (await evaluator.evaluate(plans, { batchSize: items })).outputs
      expect(output?.shape).toEqual([items, 64])
      const values = [...(output?.values as Float32Array)]
      expect(values.every(Number.isFinite)).toBe(true)
      const apart = values.slice(0, 64).map((value, index) => Math.abs(value - (values[64 + index] ?? 0)))
      expect(Math.max(...apart)).toBeGreaterThan(1)
    } finally {
      await evaluator.end()
    }
  }, 60_000)
})
