import type { Interval } from '../../contract/analysis.ts'
import { moderate, scatterOf, type ExecutionVariation } from './execution-variation.ts'
import { estimateMean, type MeanEstimate } from './mean-estimate.ts'
import type { Random } from './random.ts'
import { meanInterval } from './stopping.ts'
import { studentCritical } from './student.ts'

export function hierarchicalMeanInterval(
  executions: readonly (readonly number[])[],
  random: Random,
  variation?: ExecutionVariation,
): Interval | undefined {
  const measured = executions.filter((samples) => samples.length > 0)
  const estimates = measured.flatMap((samples) => estimateMean(samples) ?? [])
  if (estimates.length < measured.length) return undefined
  const [only] = measured
  if (only !== undefined && measured.length === 1 && variation === undefined) return meanInterval(only, random)
  return executionsInterval(estimates, variation)
}

export function executionsInterval(
  estimates: readonly MeanEstimate[],
  variation?: ExecutionVariation,
): Interval | undefined {
  const samples = estimates.reduce((sum, estimate) => sum + estimate.samples, 0)
  if (samples === 0) return undefined
  const mean = estimates.reduce((sum, estimate) => sum + estimate.mean * estimate.samples, 0) / samples
  const concentration = estimates.reduce((sum, estimate) => sum + (estimate.samples / samples) ** 2, 0)
  const within = withinVariance(estimates)
  const scatter = moderate(scatterOf(estimates), variation, within)
  if (scatter === undefined) return undefined
  const halfWidth =
    studentCritical(0.05, scatter.degreesOfFreedom) * Math.sqrt(scatter.relativeVariance * concentration)
  return [mean * Math.exp(-halfWidth), mean * Math.exp(halfWidth)]
}

/** Mean over executions of the variance of an execution's mean that its own samples account for, relative. */
export function withinVariance(estimates: readonly MeanEstimate[]): number {
  const sum = estimates.reduce((total, estimate) => total + (estimate.relativeVariance ?? 0), 0)
  return estimates.length === 0 ? 0 : sum / estimates.length
}
