import { describe, expect, it } from 'vitest'
import type { ModelInput } from '../../../../../electron/contract/model.ts'
import { certaintyOf, seenAxis } from '../../../../../renderer/features/model/axis-words.ts'
import { pageWarnings } from '../../../../../renderer/features/model/page-warnings.ts'
import { plausibleFixedModel } from '../../../../fixtures/plausible-workbench.ts'

const input: ModelInput = {
  name: 'x',
  type: 'float32',
  shape: [null, 4],
  batchAxis: 0,
  batchAxisReason: 'its first dimension is open',
  batchAxisConfidence: 'guess',
}

describe('how sure a batch axis is', () => {
  it('is what the model lets one tell', () => {
    expect(certaintyOf(input, '0')).toEqual({
      level: 'guess',
      word: 'a guess',
      reason: 'its first dimension is open',
    })
  })

  it('is the user’s affair once they chose another', () => {
    expect(certaintyOf(input, '1')).toMatchObject({ level: 'chosen', reason: 'instead of axis 0' })
    expect(certaintyOf({ ...input, batchAxis: undefined }, '1')?.reason).toBe('instead of none')
  })

  it('is not claimed for models of older projects', () => {
    expect(certaintyOf({ ...input, batchAxisConfidence: undefined }, '0')).toBeUndefined()
  })
})

describe('what running showed of an output', () => {
  const output = { name: 'y', type: 'float32' as const, shape: [null, 4], batchAxis: 0 }
  const probe = { verdict: 'ignores' as const, tried: [2, 3], message: '', outputAxes: { y: 1 } }

  it('is where the batch was, or that it was nowhere', () => {
    expect(seenAxis(output, probe)).toEqual({ state: 'follows', text: 'follows at axis 1' })
    expect(seenAxis({ ...output, name: 'z' }, probe)).toMatchObject({ state: 'ignores' })
    expect(seenAxis({ ...output, name: 'z', batchAxis: undefined }, probe).state).toBe('unseen')
  })

  it('is nothing before it was run', () => {
    expect(seenAxis(output, undefined).text).toBe('–')
    expect(seenAxis(output, { ...probe, verdict: 'unknown' }).text).toBe('–')
  })
})

describe('warnings on the page', () => {
  it('are those that are not told where they can be mended', () => {
    const external = { code: 'external-data' as const, message: 'Beside it.' }
    const { warnings } = plausibleFixedModel
    expect(pageWarnings({ ...plausibleFixedModel, warnings: [...warnings, external] })).toEqual([external])
  })
})
