import { describe, expect, it } from 'vitest'
import { judgeMemory } from '../../../../electron/engine/verification/check-memory.ts'
import { GiB, madeUpSweep, madeUpTrial, powersOfTwo } from './made-up.ts'

const tolerances = { memoryPrediction: 0.15 }
const predicted = (batchSize: number, share: number) => {
  const trial = madeUpTrial(batchSize)
  const bytes = share * (trial.memory.devicePeakBytes ?? 0)
  return madeUpTrial(batchSize, { predictedMemory: { of: 'device', bytes } })
}

describe('memory per batch', () => {
  it('passes on a line whose predictions came true, with the error of the worst', () => {
    const trials = powersOfTwo.map((size) =>
      size < 8 ? madeUpTrial(size) : predicted(size, size === 16 ? 0.9 : 1.02),
    )
    const judged = judgeMemory(madeUpSweep(trials), tolerances)
    expect(judged.verdict).toBe('passed')
    expect(judged.figures).toMatchObject({ of: 'device', predictions: 5, predictionWorstAt: 16 })
    expect(judged.figures['determination']).toBeCloseTo(1, 6)
    expect(judged.figures['predictionMedianError']).toBeCloseTo(0.02, 6)
    expect(judged.sentence).toContain('off by 2.0 % in the median, 10 % at worst (batch 16)')
  })

  it('fails where memory grows with the square of the batch', () => {
    const trials = powersOfTwo.map((size) =>
      madeUpTrial(size, { memory: { devicePeakBytes: GiB + size ** 2 * 1e6 } }),
    )
    expect(judgeMemory(madeUpSweep(trials), tolerances)).toMatchObject({ verdict: 'failed' })
  })

  it('fails where memory follows a line, but what was predicted did not come true', () => {
    const trials = powersOfTwo.map((size) => predicted(size, 1.4))
    const judged = judgeMemory(madeUpSweep(trials), tolerances)
    expect(judged.verdict).toBe('failed')
    expect(judged.sentence).toContain('off by 40 % in the median')
  })

  it('judges nothing from three batch sizes', () => {
    const judged = judgeMemory(madeUpSweep([1, 2, 4].map((size) => madeUpTrial(size))), tolerances)
    expect(judged).toMatchObject({ verdict: 'skipped', because: 'nothing-to-judge' })
  })
})
