import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { histogram } from '../../../../renderer/charts/histogram.ts'
import { tracePoints } from '../../../../renderer/charts/sample-trace-chart.ts'

describe('histogram', () => {
  it('counts every sample once: in a bin, or beyond the last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0.01, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 80 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 40 }),
        (executions, bins) => {
          const counted = histogram(executions, bins)
          const inBins = executions.reduce(
            (sum, samples, index) =>
              sum + (counted?.shares[index] ?? []).reduce((part, share) => part + share * samples.length, 0),
            0,
          )
          expect(inBins + (counted?.beyond ?? 0)).toBeCloseTo(executions.flat().length, 6)
          expect(counted?.edges.length).toBe(bins + 1)
        },
      ),
    )
  })

  it('does not let an outlier squeeze the rest into one bin', () => {
    const samples = [...Array.from({ length: 300 }, (_, index) => 10 + (index % 10) * 0.1), 900]
    const counted = histogram([samples], 20)
    expect(counted?.edges.at(-1)).toBeLessThan(12)
    expect(counted?.beyond).toBe(1)
  })

  it('gives nothing without samples', () => {
    expect(histogram([[], []], 10)).toBeUndefined()
  })
})

describe('tracePoints', () => {
  it('keeps the slowest of the samples that it merges, at its own place', () => {
    const samples = Array.from({ length: 1000 }, (_, index) => (index === 613 ? 50 : 1))
    const points = tracePoints(samples, 100)
    expect(points.length).toBe(100)
    expect(points).toContainEqual({ x: 614, y: 50 })
  })
})
