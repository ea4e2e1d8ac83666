import { describe, expect, it } from 'vitest'
import { judgeSweep } from '../../../../electron/engine/verification/check-sweep.ts'
import { endedTrial, madeUpSweep, madeUpTrial } from './made-up.ts'

const judge = (trials: Parameters<typeof madeUpSweep>[0], asked: number[]) =>
  judgeSweep(madeUpSweep(trials), asked)

describe('the sweep of a model', () => {
  it('passes when every batch size completed, and names the fastest', () => {
    const judged = judge([madeUpTrial(1), madeUpTrial(2, { itemsPerSecond: 1800 })], [1, 2])
    expect(judged).toMatchObject({ verdict: 'passed', figures: { bestBatchSize: 2 } })
    expect(judged.sentence).toBe('2 of 2 batch sizes measured, fastest at 2 with 1,800 items/s.')
  })

  it('takes running out of memory for a result', () => {
    const judged = judge(
      [madeUpTrial(1), endedTrial(2, 'out-of-memory', 'Full.'), endedTrial(4, 'skipped', 'Larger.')],
      [1, 2, 4],
    )
    expect(judged.verdict).toBe('passed')
    expect(judged.sentence).toContain('Out of memory from batch 2, which was survived.')
  })

  it.each(['failed', 'crashed', 'timed-out'] as const)('fails when a batch size %s', (outcome) => {
    const judged = judge([madeUpTrial(1), endedTrial(2, outcome, 'It broke.')], [1, 2])
    expect(judged).toMatchObject({ verdict: 'failed', sentence: `Batch 2 ended as ${outcome}: It broke.` })
  })

  it('fails when not even the smallest batch fits', () => {
    expect(judge([endedTrial(1, 'out-of-memory', 'Full.')], [1]).verdict).toBe('failed')
  })

  it('names what there was no time for', () => {
    const judged = judge([madeUpTrial(1)], [1, 2, 4])
    expect(judged).toMatchObject({ verdict: 'passed', because: 'no-time', figures: { notMeasured: [2, 4] } })
    expect(judged.sentence).toContain('Batch 2, 4 not run: no time left.')
  })

  it('is skipped when there was no time for anything', () => {
    expect(judge([], [1, 2])).toMatchObject({ verdict: 'skipped', because: 'no-time' })
  })
})
