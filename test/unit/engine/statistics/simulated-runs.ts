import type { MatchedExecutions } from '../../../../electron/engine/statistics/change-test.ts'
import { estimateMean, type MeanEstimate } from '../../../../electron/engine/statistics/mean-estimate.ts'
import type { Random } from '../../../../electron/engine/statistics/random.ts'
import { gaussian, type LatencyProcess } from './simulated-latencies.ts'

/** How processes that run the same thing differ: mean 0, standard deviation 1, on the logarithmic scale. */
export const processEffects: readonly { name: string; draw: (random: Random) => number }[] = [
  { name: 'log-normal', draw: gaussian },
  { name: 'in two modes', draw: (random) => (random.next() < 0.3 ? 1.5275 : -0.6547) },
  {
    name: 'heavy-tailed',
    // Student's t with four degrees of freedom, scaled to unit variance.
    draw: (random) => {
      const chiSquared = Array.from({ length: 4 }, () => gaussian(random) ** 2).reduce((sum, x) => sum + x, 0)
      return gaussian(random) / Math.sqrt(chiSquared / 4) / Math.SQRT2
    },
  },
]

export interface SimulatedRuns {
  readonly configurations: number
  /** A side. */
  readonly executions: number
  /** Standard deviation between processes, as a fraction. */
  readonly noise: number
  /** The same by configuration, taken in turns, in place of `noise`. */
  readonly noises?: readonly number[]
  readonly draw?: (random: Random) => number
  /** True ratio of each configuration's latency. */
  readonly ratios?: readonly number[]
  /** Standard deviation of what a round's executions share. */
  readonly drift?: number
}

/** Two runs whose true ratios are known, as estimates: samples are many and vary little. */
export function simulatedRuns(random: Random, options: SimulatedRuns): MatchedExecutions[] {
  const { configurations, executions, noise, draw = gaussian, ratios = [], drift = 0 } = options
  const { noises = [noise] } = options
  const rounds = Array.from({ length: 2 * executions }, () => drift * gaussian(random))
  return Array.from({ length: configurations }, (_, index) => {
    const own = noises[index % noises.length] ?? noise
    const side = (shift: number, first: number) =>
      Array.from({ length: executions }, (_each, at) => ({
        mean: Math.exp(shift + own * draw(random) + 0.003 * gaussian(random) + (rounds[first + at] ?? 0)),
        ...{ samples: 100, relativeVariance: 9e-6, blocks: 30 },
        ...(drift > 0 && { block: at + 1 }),
      }))
    return { before: side(0, 0), after: side(Math.log(ratios[index] ?? 1), executions) }
  })
}

/** The same from samples that one of the known processes gives. */
export function sampledRuns(
  random: Random,
  process: LatencyProcess,
  { configurations, executions, noise }: SimulatedRuns,
): MatchedExecutions[] {
  const side = (): MeanEstimate[] =>
    Array.from({ length: executions }, () => {
      const speed = Math.exp(noise * gaussian(random))
      return estimateMean(process.take(random, 60).map((sample) => sample * speed)) ?? []
    }).flat()
  return Array.from({ length: configurations }, () => ({ before: side(), after: side() }))
}
