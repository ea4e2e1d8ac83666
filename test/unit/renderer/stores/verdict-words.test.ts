import { describe, expect, it } from 'vitest'
import type { BatchProbe } from '../../../../electron/contract/batch-probe.ts'
import { verdictOf } from '../../../../renderer/stores/verdict-words.ts'

const probed = (verdict: BatchProbe['verdict'], hasFixedBatch = false) =>
  verdictOf({
    probe: {
      state: 'known',
      probe: { verdict, tried: [2, 3], message: 'What was seen.', hint: 'What to do.', outputAxes: {} },
    },
    making: undefined,
    hasFixedBatch,
  })

describe('what the page says about a batch', () => {
  it('is what was seen, and what to do about it', () => {
    expect(probed('follows')).toMatchObject({ tone: 'good', text: 'What was seen.', remedy: 'What to do.' })
    expect(probed('ignores').tone).toBe('caution')
    expect(probed('refuses')).toMatchObject({ tone: 'bad', text: 'What was seen.' })
    expect(probed('unknown')).toMatchObject({ tone: 'neutral', offer: 'again' })
  })

  it('offers to set free only a batch that is there and fixed', () => {
    expect(probed('fixed', true)).toMatchObject({ title: 'The batch is fixed', offer: 'set-free' })
    expect(probed('fixed', false)).toMatchObject({ title: 'No batch axis' })
    expect(probed('fixed', false)).not.toHaveProperty('offer')
    expect(probed('refuses', true).offer).toBe('set-free')
    expect(probed('refuses', false)).not.toHaveProperty('offer')
  })

  it('does not call axes verified that do not work, where others do', () => {
    const probe: BatchProbe = {
      verdict: 'follows',
      tried: [2, 3],
      message: 'It works with h=1.',
      hint: 'Use --batch-axis h=1.',
      outputAxes: {},
      batchAxes: ['h=1'],
    }
    const verdict = verdictOf({ probe: { state: 'known', probe }, making: undefined, hasFixedBatch: false })
    expect(verdict).toEqual({
      tone: 'caution',
      title: 'Other batch axes work',
      text: 'It works with h=1.',
      offer: 'use-axes',
    })
  })

  it('never speaks of options of the command line', () => {
    for (const verdict of [probed('fixed', true), probed('fixed', false)]) {
      expect(verdict.remedy).not.toContain('--')
    }
  })
})
