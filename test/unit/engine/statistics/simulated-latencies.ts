import type { Random } from '../../../../electron/engine/statistics/random.ts'

/** Standard normal, by Box and Muller. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** A process of latencies whose true mean is known. */
export interface LatencyProcess {
  readonly name: string
  readonly mean: number
  take(random: Random, count: number): number[]
}

const times = (count: number, take: () => number) => Array.from({ length: count }, take)

/** Kinds of samples that real runs show: skewed, correlated, in two modes, and read off a coarse clock. */
export const latencyProcesses: readonly LatencyProcess[] = [
  {
    name: 'log-normal',
    mean: 1,
    take: (random, count) => times(count, () => Math.exp(0.3 * gaussian(random) - 0.045)),
  },
  {
    name: 'autocorrelated',
    mean: Math.exp(0.005),
    take: (random, count) => {
      let state = gaussian(random)
      return times(count, () => {
        state = 0.8 * state + 0.6 * gaussian(random)
        return Math.exp(0.1 * state)
      })
    },
  },
  {
    name: 'bimodal',
    mean: 1,
    take: (random, count) => times(count, () => (random.next() < 0.2 ? 1.8 : 0.8) + 0.04 * gaussian(random)),
  },
  {
    name: 'on a coarse clock',
    mean: 1,
    // Rounded up or down at random in proportion, as a tick falls: unbiased, and seldom more than four values.
    take: (random, count) =>
      times(count, () => Math.floor((1 + 0.05 * gaussian(random)) / 0.1 + random.next()) * 0.1),
  },
]

/** First-order autoregression with unit variance around `mean`. */
export function autoregression(random: Random, count: number, correlation: number, mean: number): number[] {
  let state = gaussian(random)
  return times(count, () => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * gaussian(random)
    return mean + state
  })
}

/** Four standard deviations of a share that is seen in `runs` runs: what a correct test fails by once in 16,000. */
export function fourSigma(share: number, runs: number): number {
  return 4 * Math.sqrt((share * (1 - share)) / runs)
}
