import { describe, expect, it } from 'vitest'
import { judgeIntervals } from '../../../../electron/engine/verification/check-intervals.ts'
import { madeUpSweep, madeUpTrial } from './made-up.ts'

const judge = (...sweep: Parameters<typeof madeUpSweep>) =>
  judgeIntervals([madeUpSweep(...sweep)], { intervalHalfWidth: 0.1 })

describe('two-level intervals', () => {
  it('pass when every repeated batch size has one, and tell how wide they are and how the machine drifted', () => {
    const trials = [
      madeUpTrial(1),
      madeUpTrial(2, { itemsPerSecondCi95: [900, 1100] }),
      madeUpTrial(4, { executions: 1 }),
    ]
    const drift = {
      blocks: [
        { block: 1, ratio: 1 },
        { block: 2, ratio: 1.03 },
      ],
      range: 0.03,
      significant: false,
    }
    const judged = judge(trials, { drift })
    expect(judged.verdict).toBe('passed')
    expect(judged.sentence).toBe(
      'Throughput of 2 batch sizes is known to ±6.0 % in the median, ±10 % at worst (95 %, over processes); blocks differ by up to 3.0 %, no more than chance allows.',
    )
  })

  it('are for information when they are too wide to say much', () => {
    const judged = judge([madeUpTrial(1, { itemsPerSecondCi95: [500, 1500] })])
    expect(judged.verdict).toBe('information')
    expect(judged.sentence).toContain('±50 % in the median')
  })

  it('fail when one that ran in two processes has none', () => {
    const { itemsPerSecondCi95: _, ...without } = madeUpTrial(2)
    expect(judge([madeUpTrial(1), without])).toMatchObject({
      ...{ verdict: 'failed', sentence: 'resnet-50 at batch 2 ran in two processes and has no interval.' },
    })
  })

  it('are skipped when there was no time for a second block', () => {
    const judged = judge([madeUpTrial(1, { executions: 1 })])
    expect(judged).toMatchObject({ verdict: 'skipped', because: 'no-time' })
  })
})
