import type { Random } from '../../../electron/engine/statistics/random.ts'
import { gaussian, lognormalFactor } from './simulated-machine.ts'

/** A kind of samples that real runs show. */
export interface LatencyGenerator {
  readonly name: string
  /** How its samples come about, in a few words. */
  readonly how: string
  /** Begins one execution: each call gives its next sample, relative to its true mean; 1 on average. */
  start(random: Random): () => number
}

/** One sample in `every` takes longer by a Pareto-distributed share with this shape: a finite variance, just. */
const tail = { every: 50, shape: 2.5, scale: 0.5 }
const tailMean = (tail.scale * tail.shape) / (tail.shape - 1) / tail.every

export const latencyGenerators: readonly LatencyGenerator[] = [
  {
    name: 'log-normal',
    how: 'deviation 20 %',
    start: (random) => () => lognormalFactor(0.2, gaussian(random)),
  },
  {
    name: 'heavy-tailed',
    how: '1 sample in 50 longer by a Pareto share, shape 2.5',
    start: (random) => () => {
      const excess =
        random.next() * tail.every < 1 ? tail.scale * (1 - random.next()) ** (-1 / tail.shape) : 0
      return (lognormalFactor(0.05, gaussian(random)) + excess) / (1 + tailMean)
    },
  },
  {
    name: 'autocorrelated',
    how: 'deviation 10 %, correlation of neighbours 0.8',
    start: (random) => {
      const next = autoregression(random, 0.8)
      return () => lognormalFactor(0.1, next())
    },
  },
  {
    name: 'bimodal',
    how: '1 sample in 5 takes 2.25 times as long as the rest',
    start: (random) => () => (random.next() < 0.2 ? 1.8 : 0.8) * lognormalFactor(0.04, gaussian(random)),
  },
  {
    name: 'quantised clock',
    how: 'deviation 5 %, ticks of 10 % of the mean',
    start: (random) => {
      const tick = 0.1
      // A clock that is read before and after: where it stands within a tick goes on from call to call.
      let phase = random.next() * tick
      return () => {
        const begin = phase
        const end = begin + lognormalFactor(0.05, gaussian(random))
        const ticks = Math.floor(end / tick)
        phase = end - ticks * tick
        return ticks * tick
      }
    },
  },
]

/** Samples with nothing special about them: the noise of the planner's rows. */
export const plainLatencies: LatencyGenerator = {
  name: 'plain',
  how: 'deviation 5 %, correlation of neighbours 0.3',
  start: (random) => {
    const next = autoregression(random, 0.3)
    return () => lognormalFactor(0.05, next())
  },
}

/** First-order autoregression of unit variance around 0. */
export function autoregression(random: Random, correlation: number): () => number {
  let state = gaussian(random)
  return () => {
    const now = state
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * gaussian(random)
    return now
  }
}
