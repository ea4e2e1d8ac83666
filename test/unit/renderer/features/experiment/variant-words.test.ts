import { describe, expect, it } from 'vitest'
import { inputLines } from '../../../../../renderer/features/experiment/input-lines.ts'
import { sizeText, variantState } from '../../../../../renderer/features/experiment/variant-words.ts'
import { blankFields } from '../../../../../renderer/stores/draft-text.ts'
import { plausibleModel } from '../../../../fixtures/plausible-workbench.ts'

describe('a variant in the list', () => {
  const row = { name: 'FP16', choice: { kind: 'fp16' as const }, model: undefined, making: undefined }

  it('says how far it is', () => {
    expect(variantState(row).text).toBe('made at start')
    expect(variantState({ ...row, making: { state: 'making', sinceMs: 0 } }).state).toBe('making')
    const failure = {
      code: 'not-convertible' as const,
      message: 'No.',
      hint: 'Try.',
      owner: 'model' as const,
    }
    expect(variantState({ ...row, making: { state: 'failed', failure } })).toMatchObject({
      state: 'failed',
      about: expect.stringContaining('No.'),
    })
    expect(variantState({ ...row, choice: { name: 'a', path: '/a.onnx' } })).toMatchObject({ state: 'file' })
  })

  it('tells its size against the reference, once it is known', () => {
    expect(sizeText(undefined, 100)).toBe('–')
    expect(sizeText(50 * 1024, 100 * 1024)).toBe('50.0 KiB, 50 %')
  })
})

describe('the inputs on the Experiment page', () => {
  it('tell their axis and what they are fed with, as it was chosen', () => {
    const fields = blankFields(plausibleModel)
    expect(inputLines(plausibleModel, fields)).toEqual([
      { name: 'pixels', axis: 'axis 0 (batch)', values: 'pictures, in [0, 1]' },
      { name: 'threshold', axis: 'none', values: 'the value 1' },
    ])
    fields.batchAxes.pixels = '2'
    fields.inputs = [{ input: 'pixels', path: 'C:\\data\\all.npz', entry: ' images ' }]
    expect(inputLines(plausibleModel, fields)[0]).toEqual({
      name: 'pixels',
      axis: 'axis 2 (height)',
      values: 'all.npz, images',
    })
    fields.inputs = [{ input: null, path: '/data/all.npz', entry: '' }]
    expect(inputLines(plausibleModel, fields)[1]?.values).toBe('all.npz, by name')
  })
})
