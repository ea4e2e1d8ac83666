import { describe, expect, it } from 'vitest'
import { percentileInterval } from '../../../../electron/engine/recommendation/percentile-interval.ts'
import { executionVariation, scatterOf } from '../../../../electron/engine/statistics/execution-variation.ts'
import { estimateMean } from '../../../../electron/engine/statistics/mean-estimate.ts'
import { sortSamples } from '../../../../electron/engine/statistics/quantile.ts'
import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'
import { fourSigma, gaussian } from '../statistics/simulated-latencies.ts'

/** Log-normal samples, median 10 ms, of processes that differ by `processes`. */
function executions(count: number, samples: number, processes: number, random: Random): number[][] {
  return Array.from({ length: count }, () => {
    const level = 10 * Math.exp(processes * gaussian(random))
    return Array.from({ length: samples }, () => level * Math.exp(0.1 * gaussian(random)))
  })
}

const estimatesOf = (runs: readonly number[][]) => runs.flatMap((samples) => estimateMean(samples) ?? [])

describe('percentileInterval', () => {
  it.each([
    [50, 0],
    [90, 1.2815515655446004],
  ])(
    'covers the true p%i of a trial whose processes differ, in 93 to 98 of 100 experiments',
    (percentile, z) => {
      const truth = 10 * Math.exp(0.1 * z)
      const runs = 600
      let covered = 0
      for (let run = 0; run < runs; run++) {
        const random = createRandom(run)
        const trials = Array.from({ length: 5 }, () => executions(3, 120, 0.03, random))
        const variation = executionVariation(trials.flatMap((trial) => scatterOf(estimatesOf(trial)) ?? []))
        const [trial = []] = trials
        const interval = percentileInterval(
          sortSamples(trial.flat()),
          percentile,
          estimatesOf(trial),
          variation,
        )
        if (interval !== undefined && interval[0] <= truth && truth <= interval[1]) covered += 1
      }
      expect(covered / runs).toBeGreaterThan(0.95 - fourSigma(0.95, runs))
      expect(covered / runs).toBeLessThan(0.99)
    },
  )

  it('is wider where processes differ, and leaves the sample’s own interval where nothing else is known', () => {
    const steady = executions(3, 200, 0.0001, createRandom(1))
    const differing = executions(3, 200, 0.1, createRandom(1))
    const width = (runs: number[][]) => {
      const [low, high] = percentileInterval(sortSamples(runs.flat()), 90, estimatesOf(runs), undefined) ?? [
        0, 0,
      ]
      return high / low
    }
    expect(width(differing)).toBeGreaterThan(1.2 * width(steady))
    const single = steady.slice(0, 1)
    expect(percentileInterval(sortSamples(single.flat()), 90, estimatesOf(single), undefined)).toBeDefined()
  })

  it('has none where the samples do not carry the percentile', () => {
    const runs = executions(2, 100, 0.01, createRandom(2))
    expect(percentileInterval(sortSamples(runs.flat()), 99, estimatesOf(runs), undefined)).toBeUndefined()
    expect(percentileInterval(sortSamples([]), 50, [], undefined)).toBeUndefined()
    expect(percentileInterval(sortSamples([0, 0, 0, 0, 0, 0, 0, 0]), 50, [], undefined)).toBeUndefined()
  })
})
