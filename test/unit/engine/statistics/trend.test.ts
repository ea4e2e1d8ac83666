import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'
import { trendOf } from '../../../../electron/engine/statistics/trend.ts'
import { autoregression, fourSigma, gaussian, latencyProcesses } from './simulated-latencies.ts'

const runs = 400

/** Share of runs in which a trend at 1 % and of more than 5 % shows. */
function shareWithTrend(take: (random: Random) => number[]): number {
  const random = createRandom(1)
  let found = 0
  for (let run = 0; run < runs; run++) {
    const trend = trendOf(take(random))
    if (trend !== undefined && trend.pValue < 0.01 && Math.abs(trend.change) > 0.05) found += 1
  }
  return found / runs
}

const stationary: [string, (random: Random, count: number) => number[]][] = [
  ...latencyProcesses.map(({ name, take }): (typeof stationary)[number] => [name, take]),
  ['heavy-tailed', (random, n) => Array.from({ length: n }, () => 10 + (random.next() + 1e-9) ** (-1 / 1.5))],
  ['wide and strongly correlated', (random, n) => autoregression(random, n, 0.8, 8)],
]

describe('a trend', () => {
  it.each(stationary.flatMap(([name, take]) => [60, 400].map((count) => ({ name, take, count }))))(
    'is hardly ever seen in $count samples that go nowhere, $name',
    ({ take, count }) => {
      expect(shareWithTrend((random) => take(random, count))).toBeLessThan(0.02 + fourSigma(0.02, runs))
    },
  )

  it.each([60, 100, 1000])('of 10 %% is found under 3 %% of noise in %i samples', (count) => {
    const found = shareWithTrend((random) =>
      Array.from(
        { length: count },
        (_, at) => (1 + (0.1 * at) / (count - 1)) * (1 + 0.03 * gaussian(random)),
      ),
    )
    expect(found).toBeGreaterThan(0.9)
  })

  it('is told with its size and its direction', () => {
    const line = Array.from({ length: 200 }, (_, at) => 10 - at / 200)
    const trend = trendOf(line)
    expect(trend?.change).toBeCloseTo(-0.1, 2)
    expect(trend?.pValue).toBeLessThan(1e-6)
  })

  it('does not come from a few slow calls at one end', () => {
    const samples = Array.from({ length: 100 }, (_, at) => (at < 96 ? 10 + (at % 3) * 0.1 : 200))
    expect(trendOf(samples)?.pValue).toBeGreaterThan(0.01)
  })

  it('is not looked for where samples are too few or none, and is none where all are equal', () => {
    expect(trendOf([])).toBeUndefined()
    expect(trendOf(Array.from({ length: 19 }, (_, at) => at))).toBeUndefined()
    expect(trendOf(Array.from({ length: 50 }, () => Number.NaN))).toBeUndefined()
    expect(trendOf(Array.from({ length: 50 }, (_, at) => at - 25))).toBeUndefined()
    expect(trendOf(new Array<number>(50).fill(0))).toBeUndefined()
    expect(trendOf(new Array<number>(50).fill(7))).toEqual({ change: 0, pValue: 1 })
  })
})
