import { describe, expect, it } from 'vitest'
import type { ModelDescription } from '../../../../electron/contract/model.ts'
import { readDraft } from '../../../../electron/engine/experiment/draft.ts'
import { dynamicModel } from './draft-models.ts'

const [input] = dynamicModel.inputs
if (input === undefined) throw new Error('no input')

/** Models with one input whose batch is fixed at 4, or that has none. */
const fixed: ModelDescription = {
  ...dynamicModel,
  inputs: [{ ...input, name: 'x', shape: [4, 8], batchAxis: 0 }],
  freeDimensions: [],
}
const withoutBatch: ModelDescription = {
  ...fixed,
  inputs: [{ ...input, name: 'x', shape: [8], batchAxis: undefined }],
}

describe('a draft that sets the batch free', () => {
  it('takes any batch size for a model whose batch is fixed', () => {
    const reading = readDraft({ batch: '1,2,16', makeDynamic: 'yes' }, fixed)
    expect(reading).toMatchObject({
      ok: true,
      spec: { factors: { batchSizes: { kind: 'list', values: [1, 2, 16] } } },
    })
  })

  it('is recommended where it is not asked for', () => {
    for (const makeDynamic of [undefined, '', 'no']) {
      const reading = readDraft({ batch: '1,2', makeDynamic }, fixed)
      expect(reading).toMatchObject({
        ok: false,
        problems: [{ field: 'batch', hint: 'Use 4, or set the batch free in a copy (--make-dynamic).' }],
      })
    }
  })

  it('changes nothing for a model whose batch is free', () => {
    expect(readDraft({ batch: '1,2', makeDynamic: 'yes' }, dynamicModel)).toEqual(
      readDraft({ batch: '1,2' }, dynamicModel),
    )
  })

  it('sets free the axis that the user names', () => {
    const reading = readDraft({ batch: '3', makeDynamic: 'yes', batchAxes: ['x=0'] }, withoutBatch)
    expect(reading).toMatchObject({ ok: true, spec: { batchAxes: { x: 0 } } })
  })

  it('is refused where there is no batch, and where it is neither yes nor no', () => {
    expect(readDraft({ makeDynamic: 'yes' }, withoutBatch)).toMatchObject({
      ok: false,
      problems: [{ field: 'makeDynamic', message: expect.stringContaining('no batch to set free') }],
    })
    expect(readDraft({ makeDynamic: 'maybe' }, fixed)).toMatchObject({
      ok: false,
      problems: [{ field: 'makeDynamic', hint: 'Write yes or no.' }],
    })
  })
})
