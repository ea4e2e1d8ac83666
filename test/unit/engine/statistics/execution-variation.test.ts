import { describe, expect, it } from 'vitest'
import { executionVariation, scatterOf } from '../../../../electron/engine/statistics/execution-variation.ts'
import { executionsInterval } from '../../../../electron/engine/statistics/hierarchical.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { fourSigma, gaussian } from './simulated-latencies.ts'

/** How often the interval of the first configuration holds the truth, when all were executed `count` times. */
function coverageOfFirst(spreads: readonly number[], count: number, runs: number): number {
  let covered = 0
  for (let run = 0; run < runs; run++) {
    const random = createRandom(run)
    const configurations = spreads.map((spread) =>
      Array.from({ length: count }, () => ({
        mean: Math.exp(spread * gaussian(random)),
        samples: 100,
        relativeVariance: 1e-6,
        blocks: 50,
      })),
    )
    const variation = executionVariation(configurations.flatMap((each) => scatterOf(each) ?? []))
    const interval = executionsInterval(configurations[0] ?? [], variation)
    if (interval !== undefined && interval[0] <= 1 && interval[1] >= 1) covered += 1
  }
  return covered / runs
}

describe('what configurations learn from each other', () => {
  const alike = Array.from({ length: 8 }, () => 0.03)

  it.each([2, 3])('keeps 95 %% coverage where all vary alike, with %i executions', (count) => {
    const coverage = coverageOfFirst(alike, count, 1_500)
    expect(coverage).toBeGreaterThan(0.95 - fourSigma(0.95, 1_500))
    expect(coverage).toBeLessThan(0.97)
  })

  it('does not make one that varies ten times as much as the rest look as sure as they are', () => {
    // Without telling it apart from the rest, its interval held the truth in 60 of 100 experiments.
    const single = [0.1, ...alike.slice(1).map(() => 0.01)]
    expect(coverageOfFirst(single, 3, 600)).toBeGreaterThan(0.85)
  })
})
