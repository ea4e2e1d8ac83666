import { describe, expect, it } from 'vitest'
import { quantileInterval } from '../../../../electron/engine/statistics/quantile-interval.ts'
import { sortSamples } from '../../../../electron/engine/statistics/quantile.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { fourSigma } from './simulated-latencies.ts'

describe('quantileInterval', () => {
  it('is that of the tables for the median of ten: second and ninth', () => {
    const ten = sortSamples([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(quantileInterval(ten, 0.5)).toEqual([2, 9])
  })

  it.each([
    [0.5, 50],
    [0.9, 100],
    [0.99, 700],
  ])('covers the %d quantile with %d samples', (p, count) => {
    const runs = 500
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const random = createRandom(run)
      const interval = quantileInterval(sortSamples(Array.from({ length: count }, () => random.next())), p)
      if (interval && interval[0] <= p && p <= interval[1]) covered += 1
    }
    expect(covered / runs).toBeGreaterThan(0.95 - fourSigma(0.95, runs))
  })

  it('needs samples beyond the quantile', () => {
    const few = sortSamples(Array.from({ length: 60 }, (_, at) => at))
    expect(quantileInterval(few, 0.99)).toBeUndefined()
    expect(quantileInterval(sortSamples([]), 0.5)).toBeUndefined()
    expect(quantileInterval(sortSamples([1]), 0.5)).toBeUndefined()
    expect(quantileInterval(few, 1)).toBeUndefined()
  })
})
