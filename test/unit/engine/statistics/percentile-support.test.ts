import { describe, expect, it } from 'vitest'
import {
  samplesNeeded,
  supportsPercentile,
  unsupportedPercentiles,
} from '../../../../electron/engine/statistics/percentile-support.ts'

describe('samplesNeeded', () => {
  it.each([
    [90, 64],
    [95, 130],
    [99, 662],
    [99.9, 6636],
  ])('to carry p%d at 99 %% confidence is %d', (percentile, samples) => {
    expect(samplesNeeded(percentile)).toBe(samples)
    expect(supportsPercentile(samples, percentile)).toBe(true)
    expect(supportsPercentile(samples - 1, percentile)).toBe(false)
  })

  it('is the same for the lower end', () => {
    expect(samplesNeeded(10)).toBe(64)
  })

  it('is not defined for the ends themselves', () => {
    expect([0, 100, -5, Number.NaN].map(samplesNeeded)).toEqual(new Array(4).fill(undefined))
    expect(supportsPercentile(1e9, 100)).toBe(false)
  })
})

describe('unsupportedPercentiles', () => {
  it('names what the samples cannot carry', () => {
    expect(unsupportedPercentiles(3)).toEqual([50, 90, 95, 99])
    expect(unsupportedPercentiles(100)).toEqual([95, 99])
    expect(unsupportedPercentiles(662)).toEqual([])
  })
})
