import type { Interval } from '../../contract/interval.ts'
import {
  moderate,
  scatterOf,
  withinVariance,
  type ExecutionVariation,
} from '../statistics/execution-variation.ts'
import type { MeanEstimate } from '../statistics/mean-estimate.ts'
import { supportsPercentile } from '../statistics/percentile-support.ts'
import { quantileInterval } from '../statistics/quantile-interval.ts'
import { quantile, type SortedSamples } from '../statistics/quantile.ts'
import { studentCritical } from '../statistics/student.ts'

/**
 * 95 % interval of a percentile over the executions of a trial, percentile in (0, 100).
 *
 * Two things make it uncertain. Within executions, the samples: the distances to the order statistics around it
 * (`quantileInterval`). Between executions, that each process runs faster or slower as a whole: the variation of their
 * means on the logarithmic scale, with Student's t, as for the interval of the mean (`executionsInterval`). Both are
 * independent and added as squares, upwards and downwards on their own.
 *
 * `undefined` where the samples are too few to carry the percentile, and for one execution without a `variation` known from
 * others only what its samples tell.
 */
export function percentileInterval(
  sorted: SortedSamples,
  percentile: number,
  estimates: readonly MeanEstimate[],
  variation: ExecutionVariation | undefined,
): Interval | undefined {
  if (!supportsPercentile(sorted.length, percentile)) return undefined
  const point = quantile(sorted, percentile / 100)
  const samples = quantileInterval(sorted, percentile / 100)
  if (samples === undefined || point === undefined || !(samples[0] > 0)) return undefined
  const scatter = moderate(scatterOf(estimates), variation, withinVariance(estimates))
  const between =
    scatter === undefined ? 0 : Math.max(0, scatter.variance - scatter.within) / estimates.length
  const critical = scatter === undefined ? 0 : studentCritical(0.05, scatter.degreesOfFreedom)
  const processes = between > 0 ? critical * Math.sqrt(between) : 0
  const interval: Interval = [
    point * Math.exp(-Math.hypot(processes, Math.log(point / samples[0]))),
    point * Math.exp(Math.hypot(processes, Math.log(samples[1] / point))),
  ]
  return interval[0] > 0 && Number.isFinite(interval[1]) ? interval : undefined
}
