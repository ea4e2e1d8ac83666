import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { compareRuns } from '../../../../electron/engine/comparison/compare.ts'
import { sideOfExperiment } from '../../../../electron/engine/comparison/side.ts'
import { publishedSchemas, schemaText } from '../../../../resources/schema/generate.ts'
import { simulatedExperiment, type SimulatedSeries } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'

const published = publishedSchemas.comparison

function side(source: string, ...series: SimulatedSeries[]) {
  const experiment = simulatedExperiment(series)
  const { model, analysis } = reportInputOf(experiment)
  return sideOfExperiment(source, experiment, model, analysis)
}

const cpu: SimulatedSeries = { executionProvider: 'cpu', batchSizes: [1, 2, 4] }
const main = side('main', cpu)
const others = {
  'a slower run': side('branch', { ...cpu, machine: { overheadMs: 3, perItemMs: 0.5 } }),
  'a run with other batch sizes, some out of memory': side('branch', {
    ...cpu,
    ...{ batchSizes: [1, 64, 128, 256] },
  }),
  'a run on another provider, with nothing in common': side('branch', {
    ...cpu,
    executionProvider: 'cuda',
  }),
  'nothing at all': side('branch'),
}

it('has a schema file that is what resources/schema/generate.ts makes of the contract', async () => {
  expect(await readFile(published.path, 'utf8')).toBe(await schemaText(published))
})

describe.each(Object.entries(others))('the document that compares with %s', async (_, other) => {
  const schema: object = JSON.parse(await readFile(published.path, 'utf8'))
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema)
  const options = { threshold: 0.03, generator: 'batchscope 0.1.0' }
  const document = JSON.parse(JSON.stringify(compareRuns(main, other, options)))

  it('follows the schema', () => {
    const valid = validate(document)
    expect(validate.errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })

  it('is refused by the schema without its answer, and with a verdict that is none', () => {
    const { answer, ...rest } = document
    expect(answer).toBeDefined()
    expect(validate(rest)).toBe(false)
    const overall = { ratio: 1, verdict: 'maybe', withinThreshold: true }
    expect(validate({ ...document, overall })).toBe(false)
  })
})
