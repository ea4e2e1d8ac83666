import { relativeHalfWidthOf } from '../../../../electron/contract/interval.ts'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { isNarrowEnough, meanInterval } from '../../../../electron/engine/statistics/stopping.ts'
import { autoregression, fourSigma, gaussian, latencyProcesses } from './simulated-latencies.ts'

describe('meanInterval', () => {
  it.each(latencyProcesses)('covers the true mean of samples $name in 95 of 100 runs', ({ mean, take }) => {
    const runs = 250
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const random = createRandom(run)
      const interval = meanInterval(take(random, 1000), random)
      if (interval && interval[0] <= mean && mean <= interval[1]) covered += 1
    }
    expect(covered / runs).toBeGreaterThan(0.95 - fourSigma(0.95, runs))
  })

  it('is as wide as theory says: 1.96 standard deviations over the root of n', () => {
    const random = createRandom(2)
    const samples = autoregression(random, 10_000, 0, 20)
    const halfWidth = relativeHalfWidthOf(meanInterval(samples, random) ?? [0, 0]) ?? 0
    const expected = 1.96 / 100 / 20
    // The variance comes from n / b = 476 blocks that overlap, so it is known to sqrt(4 / 3 / 476), its root to half of that.
    expect(Math.abs(halfWidth / expected - 1)).toBeLessThan(4 * 0.5 * Math.sqrt(4 / 3 / 476))
  })

  it('reaches further up than down for samples that are skewed that way', () => {
    const upward = Array.from({ length: 20 }, (_, seed) => {
      const random = createRandom(seed)
      const samples = Array.from({ length: 60 }, () => Math.exp(gaussian(random)))
      const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
      const [low, high] = meanInterval(samples, random) ?? [0, 0]
      return high / mean > mean / low
    })
    expect(upward.filter(Boolean).length).toBeGreaterThan(16)
  })

  it('is the same for the same seed', () => {
    const samples = autoregression(createRandom(9), 100, 0.5, 10)
    expect(meanInterval(samples, createRandom(1))).toEqual(meanInterval(samples, createRandom(1)))
  })

  it('says that it does not know', () => {
    const of = (samples: number[]) => meanInterval(samples, createRandom(1))
    expect([of([]), of([1]), of([1, Number.NaN]), of([1, -2]), of([0, 0]), of([Infinity, 1])]).toEqual(
      new Array(6).fill(undefined),
    )
    expect(of([3, 3, 3])).toEqual([3, 3])
  })
})

describe('isNarrowEnough', () => {
  it('lets a quiet run end and a noisy one go on', () => {
    const quiet = autoregression(createRandom(1), 200, 0, 20)
    const noisy = quiet.map((sample) => Math.max(0, (sample - 20) * 8 + 20))
    expect(isNarrowEnough(quiet, 0.02)).toBe(true)
    expect(isNarrowEnough(noisy, 0.02)).toBe(false)
  })

  it('asks for more samples when neighbours are alike', () => {
    // In theory 0.7 % for 200 independent samples of 20 +- 1, and 3 % at a correlation of 0.9.
    const ended = (correlation: number) =>
      Array.from({ length: 20 }, (_, seed) => {
        const samples = autoregression(createRandom(seed), 200, correlation, 20)
        return isNarrowEnough(samples, 0.01)
      }).filter(Boolean).length
    expect(ended(0)).toBe(20)
    expect(ended(0.9)).toBe(0)
  })

  it('never ends on too little', () => {
    expect(isNarrowEnough([], 0.02)).toBe(false)
    expect(isNarrowEnough([1], 0.02)).toBe(false)
  })
})
