import { describe, expect, it } from 'vitest'
import {
  automaticBlockLength,
  blockSeries,
  blockVarianceOfMean,
  resampledMeans,
  type BlockSeries,
} from '../../../../electron/engine/statistics/block-bootstrap.ts'
import { median } from '../../../../electron/engine/statistics/quantile.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { autoregression, gaussian } from './simulated-latencies.ts'

function seriesOf(samples: readonly number[]): BlockSeries {
  const series = blockSeries(samples)
  if (series === undefined) throw new Error('not a series')
  return series
}

describe('the circular block bootstrap', () => {
  it('has the variance that its resamples show', () => {
    const random = createRandom(5)
    const n = 200
    const b = 8
    const series = seriesOf(autoregression(random, n, 0.6, 10))
    const resamples = 20_000
    const means = resampledMeans(series, b, resamples, random)
    const observed = means.reduce((sum, mean) => sum + (mean - series.mean) ** 2, 0) / resamples
    // The closed form corrects for blocks varying around their own mean; a variance of B draws is known to sqrt(2 / B).
    const expected = blockVarianceOfMean(series, b) * (1 - b / n)
    expect(Math.abs(observed / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / resamples))
  })

  it('is the textbook variance of a mean for blocks of one', () => {
    const samples = [1, 2, 4, 8, 16]
    const mean = 6.2
    const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / 4
    expect(blockVarianceOfMean(seriesOf(samples), 1)).toBeCloseTo(variance / 5, 12)
  })

  it('sees the larger variance of a correlated mean', () => {
    const n = 20_000
    const correlation = 0.8
    const ratios = Array.from({ length: 15 }, (_, seed) => {
      const series = seriesOf(autoregression(createRandom(seed), n, correlation, 10))
      return blockVarianceOfMean(series, automaticBlockLength(series)) * n
    })
    // Of an autoregression with unit variance: (1 + r) / (1 - r) = 9. Blocks lose a little: bias 2 r / (1 - r)^2 / b.
    expect(median(ratios)).toBeGreaterThan(9 * 0.8)
    expect(median(ratios)).toBeLessThan(9 * 1.1)
  })
})

describe('automaticBlockLength', () => {
  const n = 4000
  const lengths = (correlation: number) =>
    Array.from({ length: 15 }, (_, seed) =>
      automaticBlockLength(seriesOf(autoregression(createRandom(seed), n, correlation, 10))),
    )

  it('is near the optimum of an autoregression, which is known', () => {
    // Patton, Politis and White: (6 r^2 / (1 - r^2)^2)^(1/3) n^(1/3).
    for (const r of [0.7, 0.9]) {
      const optimum = Math.cbrt((6 * r * r) / (1 - r * r) ** 2) * Math.cbrt(n)
      const typical = median(lengths(r)) ?? 0
      expect(typical).toBeGreaterThan(optimum / 1.5)
      expect(typical).toBeLessThan(optimum * 1.5)
    }
  })

  it('is the cube root of n for independent samples', () => {
    expect(median(lengths(0))).toBe(Math.floor(Math.cbrt(n)))
  })

  it('is found for long series from groups of samples', () => {
    const random = createRandom(1)
    const series = seriesOf(Array.from({ length: 100_000 }, () => 5 + gaussian(random)))
    const length = automaticBlockLength(series)
    expect(length).toBeGreaterThanOrEqual(46)
    expect(length).toBeLessThan(1000)
  })

  it('is 1 where there is nothing to see', () => {
    expect(automaticBlockLength(seriesOf([1, 2, 3]))).toBe(1)
    expect(automaticBlockLength(seriesOf([7, 7]))).toBe(1)
  })
})
