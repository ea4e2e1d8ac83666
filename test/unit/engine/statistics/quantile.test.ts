import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, quantile, sortSamples } from '../../../../electron/engine/statistics/quantile.ts'

describe('quantile', () => {
  it('interpolates as Hyndman and Fan type 7', () => {
    const four = sortSamples([4, 1, 3, 2])
    expect([0, 0.25, 0.5, 0.9, 1].map((p) => quantile(four, p))).toEqual([1, 1.75, 2.5, 3.7, 4])
    const ten = sortSamples([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(quantile(ten, 0.99)).toBeCloseTo(9.91, 12)
  })

  it('of one sample is that sample', () => {
    expect([0, 0.3, 1].map((p) => quantile(sortSamples([5]), p))).toEqual([5, 5, 5])
  })

  it('sorts by number, not by text', () => {
    expect(sortSamples([10, 9, 100])).toEqual([9, 10, 100])
  })

  it('says that it does not know instead of guessing', () => {
    expect(quantile(sortSamples([]), 0.5)).toBeUndefined()
    expect(quantile(sortSamples([1, Number.NaN, 2]), 0)).toBeUndefined()
    expect(quantile(sortSamples([1, -Infinity]), 0.9)).toBeUndefined()
    expect([-0.1, 1.1, Number.NaN].map((p) => quantile(sortSamples([1, 2]), p))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(median([])).toBeUndefined()
  })

  it('rises with p and stays within the samples', () => {
    const samples = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 })
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(samples, fraction, fraction, (values, p, q) => {
        const sorted = sortSamples(values)
        const [low, high] = [quantile(sorted, Math.min(p, q)), quantile(sorted, Math.max(p, q))]
        const margin = 1e-6
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - margin)
        expect(high).toBeLessThanOrEqual(Math.max(...values) + margin)
        expect(high).toBeGreaterThanOrEqual((low ?? 0) - margin)
      }),
    )
  })
})
