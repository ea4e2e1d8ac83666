import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { runDocument } from '../../../../electron/engine/report/run-document.ts'
import { publishedSchemas, schemaText } from '../../../../resources/schema/generate.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { variantReportInput } from '../../../fixtures/variant-experiment.ts'

const published = publishedSchemas.run

const experiments = {
  'a sweep that ran out of memory': simulatedExperiment([
    { executionProvider: 'cuda', batchSizes: [1, 8, 64, 128, 256] },
  ]),
  'several curves': simulatedExperiment([
    { executionProvider: 'cpu', threads: 1, batchSizes: [1, 2, 4], dims: { width: 192 } },
    { executionProvider: 'cpu', threads: 2, batchSizes: [1, 2, 4], dims: { width: 192 } },
  ]),
  'one trial of one sample': simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1] }], {
    samplesPerExecution: 1,
  }),
  'nothing that completed': simulatedExperiment([
    { executionProvider: 'cuda', batchSizes: [64], machine: { limitBytes: 1 } },
  ]),
}

describe('the schema file', () => {
  it('is what resources/schema/generate.ts makes of the contract', async () => {
    expect(await readFile(published.path, 'utf8')).toBe(await schemaText(published))
  })
})

describe.each(Object.entries(experiments))('the document of %s', async (_, experiment) => {
  const input = reportInputOf(experiment)
  const document = runDocument(input)
  const schema: object = JSON.parse(await readFile(published.path, 'utf8'))
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema)

  it('follows the schema', () => {
    const valid = validate(JSON.parse(JSON.stringify(document)))
    expect(validate.errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })

  it('leaves out what does not apply', () => {
    expect(emptyPaths(document).filter((path) => !mayBeNull.test(path))).toEqual([])
  })

  it('has one entry a trial', () => {
    expect(document.trials.map(({ id }) => id).sort()).toEqual(experiment.trials.map(({ id }) => id).sort())
  })
})

describe('the document', () => {
  const [experiment] = Object.values(experiments)
  if (experiment === undefined) throw new Error('there are experiments above')

  it('says what was measured, with what, and what came of it', () => {
    const input = reportInputOf(experiment)
    const document = runDocument(input)
    expect(document).toMatchObject({
      format: 'batchscope-run',
      formatVersion: 1,
      generator: 'batchscope 0.1.0',
      model: { sha256: input.model.sha256, opset: 17, inputs: [{ name: 'input', batchAxis: 0 }] },
      experiment: { seed: 1, constraints: { slo: { percentile: 99, milliseconds: 20 } } },
      boundary: { largestThatFits: 64, smallestThatDoesNot: 128, limitedBy: 'device' },
      answer: { headline: input.analysis.answer.headline },
    })
    expect(document.model).not.toHaveProperty('warnings')
  })

  it('tells what each execution measured, so that comparing documents is as sharp as comparing projects', () => {
    const first = runDocument(reportInputOf(experiment)).trials.find(({ outcome }) => outcome === 'completed')
    if (first?.outcome !== 'completed') throw new Error('it has a trial with numbers')
    const { perExecution = [], latencyMs, throughput, config } = first
    expect(perExecution.map(({ block, samples }) => [block, samples])).toEqual([
      [1, 60],
      [2, 60],
    ])
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(average(perExecution.map(({ meanLatencyMs }) => meanLatencyMs))).toBeCloseTo(latencyMs.mean, 9)
    const perItem = average(perExecution.map(({ itemsPerSecond }) => 1 / itemsPerSecond))
    expect(1 / perItem / throughput.itemsPerSecond).toBeCloseTo(1, 9)
    for (const { meanLatencyMs, itemsPerSecond, meanRelativeVariance, sampleBlocks } of perExecution) {
      // The window holds the samples and the little between them.
      expect((itemsPerSecond * meanLatencyMs) / 1000 / config.batchSize).toBeCloseTo(1 / 1.001, 6)
      // 60 samples that deviate by some 5 %.
      expect(Math.sqrt(meanRelativeVariance ?? 0)).toBeGreaterThan(0.001)
      expect(Math.sqrt(meanRelativeVariance ?? 1)).toBeLessThan(0.03)
      expect(sampleBlocks).toBeGreaterThan(1)
    }
  })

  it('the schema refuses one without its answer, or with a trial that claims numbers and a failure', async () => {
    const schema: object = JSON.parse(await readFile(published.path, 'utf8'))
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema)
    const { answer, ...rest } = runDocument(reportInputOf(experiment))
    expect(answer).toBeDefined()
    expect(validate(rest)).toBe(false)
    const [trial] = rest.trials
    expect(validate({ ...rest, answer, trials: [{ ...trial, outcome: 'failed' }] })).toBe(false)
  })
})

/** The places where the contract says null: nothing fits, nothing can be recommended, a nameless open dimension. */
const mayBeNull =
  /^\.boundary$|^\.boundary\.largestThatFits$|^\.recommendations\.\d+\.batchSize$|^\.model\.(in|out)puts\.\d+\.shape\.\d+$/

/** Paths at which there is null or undefined. */
function emptyPaths(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [path]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => emptyPaths(inner, `${path}.${key}`))
}

describe('the document of an experiment with variants', async () => {
  const document = runDocument(variantReportInput())
  const schema: object = JSON.parse(await readFile(published.path, 'utf8'))

  it('follows the schema, and says which model each variant is', () => {
    const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema)
    validate(JSON.parse(JSON.stringify(document)))
    expect(validate.errors ?? []).toEqual([])
    expect(document.variants).toMatchObject([
      { name: 'fp16', path: '/data/models/resnet50-v1.5-fp16.onnx', derivation: { kind: 'fp16' } },
      { name: 'int8', path: '/home/ada/models/resnet50-int8.onnx' },
    ])
  })

  it('tells how each lies beside the reference', () => {
    expect(document.variantResults?.map(({ variant, outputs }) => [variant, outputs])).toEqual([
      [undefined, 'reference'],
      ['fp16', 'close'],
      ['int8', 'apart'],
    ])
    expect(document.trials.find(({ config }) => config.variant === 'fp16')?.outputDrift).toHaveLength(1)
  })
})
