import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ModelDescriptionSchema, type ModelDescription } from '../../../../electron/contract/model.ts'
import { describeModel } from '../../../../electron/engine/model/describe-model.ts'
import { corpusFiles, readableRows, refusedRows, type ReadableRow } from '../../../fixtures/corpus.ts'
import { broken } from '../../../fixtures/zoo/broken.ts'
import { zoo } from '../../../fixtures/zoo/index.ts'
import { failureOf } from './described.ts'
import { memoryFiles } from './memory-files.ts'

/** Describes a model of the corpus as if it lay in /models. */
function describeCorpusModel(model: string): Promise<ModelDescription> {
  const { file, content } = corpusFiles(model)
  const files = Object.fromEntries(Object.entries(content).map(([name, bytes]) => [`/models/${name}`, bytes]))
  return describeModel(`/models/${file}`, memoryFiles(files))
}

/** What a description says, in the words of a row; what a row leaves open is left out. */
function inWordsOf(row: ReadableRow, model: ModelDescription): Record<string, unknown> {
  const inputs = model.inputs.map(({ name, type, shape, batchAxis, batchAxisConfidence, values }, at) => ({
    name,
    type,
    shape,
    batchAxis: batchAxis ?? null,
    ...(row.inputs[at]?.confidence === undefined ? {} : { confidence: batchAxisConfidence }),
    ...(values === undefined ? {} : { values: [values.low, values.high] }),
  }))
  const free = model.freeDimensions.map(({ key, suggested }) => [
    key,
    row.free[key] === null ? null : suggested,
  ])
  return {
    model: row.model,
    inputs,
    outputs: Object.fromEntries(model.outputs.map(({ name, batchAxis }) => [name, batchAxis ?? null])),
    free: Object.fromEntries(free),
    warnings: model.warnings.map(({ code }) => code).sort(),
    opset: model.opset,
    parameters: model.parameters,
    quantisation: model.quantisation,
    subgraphs: model.subgraphs ?? 0,
    functions: (model.functions ?? []).map(({ name }) => name),
  }
}

describe('the corpus', () => {
  it('has a row for every model that is written by code, and 60 at least', () => {
    const known = [...readableRows, ...refusedRows].map(({ model }) => model)
    expect(known).toEqual([...new Set(known)])
    expect(known).toEqual(expect.arrayContaining([...Object.keys(zoo), ...Object.keys(broken)]))
    expect(known.length).toBeGreaterThanOrEqual(60)
  })

  it.each(Object.keys(zoo))('%s is written to the same bytes every time', (name) => {
    expect(zoo[name]?.()).toEqual(zoo[name]?.())
  })

  it.each(readableRows.map((row) => [row.model, row] as const))(
    '%s is described as it is',
    async (_, row) => {
      const model = await describeCorpusModel(row.model)
      expect(v.parse(ModelDescriptionSchema, model)).toEqual(model)
      const { probe: _probe, makeDynamic: _makeDynamic, ...told } = row
      expect(inWordsOf(row, model)).toEqual(told)
    },
  )

  it.each(refusedRows.map(({ model, error }) => [model, error] as const))(
    '%s is refused with the place and the cause',
    async (model, error) => {
      const failure = await failureOf(describeCorpusModel(model))
      expect(failure?.message).toBe(error)
      expect(failure?.hint ?? '').not.toBe('')
    },
  )
})
