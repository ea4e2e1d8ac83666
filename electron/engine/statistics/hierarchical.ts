import type { Interval } from '../../contract/interval.ts'
import { moderate, scatterOf, withinVariance, type ExecutionVariation } from './execution-variation.ts'
import { estimateMean, type MeanEstimate } from './mean-estimate.ts'
import type { Random } from './random.ts'
import { meanInterval } from './stopping.ts'
import { studentCritical } from './student.ts'

/**
 * 95 % interval of the mean over executions (fresh processes), from the samples of each, in the order they were taken.
 * Centred on the mean of all samples.
 *
 * Two levels vary: executions, and blocks of correlated samples within them (Kalibera and Jones 2013, Rigorous
 * Benchmarking in Reasonable Time). Resampling executions with replacement is far too narrow for the two to five that
 * are affordable: two give only three different resamples. So the two
 * variances are taken in closed form (blocks: the circular block bootstrap's own), and the interval is Student's t with
 * the degrees of freedom of the executions. With two executions and nothing else to go by that is honestly wide (t = 12.7).
 * `variation`, from all configurations of an experiment, makes it narrow again without making it dishonest.
 *
 * One execution cannot show how executions differ. Without `variation` its interval is that of its own mean.
 *
 * `undefined` with fewer than two samples, and for samples that are negative, not numbers, or all zero. Executions
 * without samples do not count.
 */
export function hierarchicalMeanInterval(
  executions: readonly (readonly number[])[],
  random: Random,
  variation?: ExecutionVariation,
): Interval | undefined {
  const measured = executions.filter((samples) => samples.length > 0)
  const [only] = measured
  if (measured.length === 1 && only !== undefined && variation === undefined)
    return meanInterval(only, random)
  const estimates = measured.flatMap((samples) => estimateMean(samples) ?? [])
  return estimates.length === measured.length ? executionsInterval(estimates, variation) : undefined
}

/**
 * The same from estimates already made. On the logarithmic scale, so that it stays above zero and the interval of a rate
 * is the interval of its period turned over. `undefined` with fewer than two samples, and for a single execution without `variation`.
 */
export function executionsInterval(
  estimates: readonly MeanEstimate[],
  variation?: ExecutionVariation,
): Interval | undefined {
  const scatter = moderate(scatterOf(estimates), variation, withinVariance(estimates))
  if (scatter === undefined) return undefined
  const samples = estimates.reduce((sum, estimate) => sum + estimate.samples, 0)
  if (samples < 2) return undefined
  const mean = estimates.reduce((sum, estimate) => sum + (estimate.mean * estimate.samples) / samples, 0)
  // Executions with many samples weigh more in the mean, which then rests on fewer of them (Kish's design effect).
  const concentration = estimates.reduce((sum, estimate) => sum + (estimate.samples / samples) ** 2, 0)
  const critical = studentCritical(0.05, scatter.degreesOfFreedom)
  // Executions that agree by luck must not promise more than their samples can: not less than one standard error.
  const variance = Math.max(critical ** 2 * scatter.variance, scatter.within)
  const halfWidth = Math.sqrt(variance * concentration)
  const interval: Interval = [mean * Math.exp(-halfWidth), mean * Math.exp(halfWidth)]
  return interval[0] > 0 && Number.isFinite(interval[1]) ? interval : undefined
}
