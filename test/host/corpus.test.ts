import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { BatchscopeError } from '../../electron/contract/failure.ts'
import type { OutputValue } from '../../electron/contract/host-protocol.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { openEvaluator } from '../../electron/engine/host/evaluator.ts'
import { planInputs } from '../../electron/engine/model/plan-inputs.ts'
import type { Ports } from '../../electron/engine/ports.ts'
import { createWorkbench, type Workbench } from '../../electron/engine/workbench.ts'
import { corpusFiles, readableRows } from '../fixtures/corpus.ts'
import { hostPath, path } from './real-execution.ts'

let folder: string
let ports: Ports
let workbench: Workbench

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-corpus-'))
  const dataFolder = join(folder, 'data')
  ports = createNodePorts({
    hostPath,
    resourcesFolder: path('resources'),
    dataFolder,
    batchscopeVersion: 'test',
  })
  workbench = createWorkbench(ports)
})
afterAll(async () => {
  await workbench.shutdown()
  await rm(folder, { recursive: true, force: true })
})

/** Writes the files of a corpus model to a folder of its own; gives the model's path. */
async function onDisk(model: string): Promise<string> {
  const { file, content } = corpusFiles(model)
  const place = join(folder, model.replaceAll('/', '_'))
  await mkdir(place, { recursive: true })
  for (const [name, bytes] of Object.entries(content)) await writeFile(join(place, name), bytes)
  return join(place, file)
}

describe('run at batch sizes 2 and 3', { timeout: 60_000 }, () => {
  it.concurrent.each(readableRows.map(({ model, probe }) => [model, probe] as const))(
    '%s: %s',
    async (model, verdict) => {
      const probe = await workbench.commands.probeBatchAxes({ path: await onDisk(model) })
      expect(probe, probe.message).toMatchObject({ verdict })
      if (verdict !== 'follows') return
      const row = readableRows.find((candidate) => candidate.model === model)
      for (const [output, axis] of Object.entries(row?.outputs ?? {})) {
        if (axis !== null) expect(probe.outputAxes, output).toMatchObject({ [output]: axis })
      }
    },
  )
})

const fixed = readableRows.flatMap(({ model, makeDynamic }) =>
  makeDynamic === undefined ? [] : [[model, makeDynamic] as const],
)

describe('a fixed batch set free', { timeout: 60_000 }, () => {
  it.concurrent.each(fixed.filter(([, outcome]) => outcome === 'proved'))(
    '%s gives for a batch what its samples give one by one',
    async (model) => {
      const original = await workbench.commands.openModel({ path: await onDisk(model) })
      const made = await workbench.commands.makeModel({ path: original.path, kind: 'dynamic' })
      expect(made.derivation?.checks).not.toEqual([])
      expect(made.warnings.map(({ code }) => code)).not.toContain('fixed-batch')
      await expectSameBySample(original, made)
    },
  )

  it.concurrent.each(fixed.filter(([, outcome]) => outcome !== 'proved'))(
    '%s is refused: %s',
    async (model, message) => {
      const making = workbench.commands.makeModel({ path: await onDisk(model), kind: 'dynamic' })
      const error: unknown = await making.catch((reason: unknown) => reason)
      if (!(error instanceof BatchscopeError)) throw error
      expect(error.failure).toMatchObject({ code: 'not-convertible', message })
    },
  )
})

/** Times as many samples as the original takes at once. */
const times = 3

/** Runs both on the same samples: `made` on all at once, `original` on as many at a time as it can take. */
async function expectSameBySample(original: ModelDescription, made: ModelDescription): Promise<void> {
  const sizes = original.inputs.map(({ shape, batchAxis }) =>
    batchAxis === undefined ? 1 : shape[batchAxis],
  )
  const each = Math.max(1, ...sizes.filter((size) => typeof size === 'number'))
  const plan = planInputs(made, { batchSize: each * times, executionProvider: 'cpu', dims: {} }, {}).inputs
  const part = (start: number) =>
    plan.map((input) => {
      const axis = original.inputs.find(({ name }) => name === input.name)?.batchAxis
      return axis === undefined ? input : { ...input, take: { axis, start, count: each } }
    })
  // As they stand in the file: with open sizes ONNX Runtime joins other operators, which round otherwise.
  const [one, all] = await Promise.all([
    openEvaluator(ports, { modelPath: original.path, optimisation: 'disabled' }),
    openEvaluator(ports, { modelPath: made.path, optimisation: 'disabled' }),
  ])
  try {
    const whole = await all.evaluate(plan)
    for (let at = 0; at < times; at += 1) {
      const expected = await one.evaluate(part(at * each))
      for (const output of expected.outputs) {
        const found = whole.outputs.find(({ name }) => name === output.name)
        const axis = made.outputs.find(({ name }) => name === output.name)?.batchAxis
        if (found === undefined) throw new Error(`There is no output "${output.name}".`)
        expectClose(numbers(samples(found, axis, at * each, each)), numbers(output.values))
      }
    }
    const same = await all.evaluate(part(0))
    expect(same.outputs).toEqual((await one.evaluate(part(0))).outputs)
  } finally {
    await Promise.all([one.end(), all.end()])
  }
}

const numbers = (values: Iterable<number | bigint | string>) => Array.from(values, Number)

/** The values of `count` samples from `start` on; all values, where there is no batch axis. */
function samples(
  { shape, values }: OutputValue,
  axis: number | undefined,
  start: number,
  count: number,
): (number | bigint | string)[] {
  const list: (number | bigint | string)[] = Array.from<number | bigint | string>(values)
  if (axis === undefined) return list
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  return list.filter((_, at) => {
    const sample = Math.floor(at / inner) % (shape[axis] ?? 1)
    return sample >= start && sample < start + count
  })
}

/** Within what sums in another order make in float32. */
function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length)
  const worst = Math.max(...found.map((value, at) => Math.abs(value - (expected[at] ?? NaN))))
  expect(worst).toBeLessThan(1e-4 * Math.max(1, ...expected.map(Math.abs)))
}
