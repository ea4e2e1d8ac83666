import { mean, squaresAroundMean } from './sums.ts'
import type { MeanEstimate } from './mean-estimate.ts'
import { fisherTail } from './student.ts'

/** How much the executions (fresh processes) of one configuration differ. Variances are relative to the mean's square. */
export interface Scatter {
  /** Variance of its executions' means around their mean. */
  readonly variance: number
  /** Executions less one, less what was spent on other effects; above 0. */
  readonly degreesOfFreedom: number
  /** The part of `variance` that the samples within executions account for, on average over executions. */
  readonly within: number
}

/** Scatter of executions on the logarithmic scale; `undefined` with fewer than two. */
export function scatterOf(estimates: readonly MeanEstimate[]): Scatter | undefined {
  if (estimates.length < 2) return undefined
  const logs = estimates.map((estimate) => Math.log(estimate.mean))
  const degreesOfFreedom = logs.length - 1
  return {
    variance: squaresAroundMean(logs) / degreesOfFreedom,
    degreesOfFreedom,
    within: withinVariance(estimates),
  }
}

/** Mean over executions of the relative variance of a mean that the execution's own samples account for. */
export function withinVariance(estimates: readonly MeanEstimate[]): number {
  return mean(estimates.map((estimate) => estimate.relativeVariance ?? 0))
}

/**
 * How much executions vary, learned from all configurations of an experiment together: two executions of one say almost
 * nothing about it, two executions each of ten say a lot.
 */
export interface ExecutionVariation {
  /** Variance between executions that every configuration is expected to have, on top of what its samples account for. */
  readonly between: number
  /** The observed scatters over the expected ones, pooled; near 1. */
  readonly ratio: number
  /** Degrees of freedom of all configurations together. */
  readonly degreesOfFreedom: number
}

/**
 * The variation that all scatters show together: variance components by the method of moments, weighted by degrees of
 * freedom (Searle, Casella and McCulloch 1992, chapter 3). `undefined` without any scatter.
 */
export function executionVariation(scatters: readonly Scatter[]): ExecutionVariation | undefined {
  const usable = scatters.filter(
    (scatter) => scatter.degreesOfFreedom > 0 && Number.isFinite(scatter.variance + scatter.within),
  )
  const degreesOfFreedom = usable.reduce((sum, scatter) => sum + scatter.degreesOfFreedom, 0)
  if (!(degreesOfFreedom > 0)) return undefined
  const pool = (value: (scatter: Scatter) => number) =>
    usable.reduce((sum, scatter) => sum + scatter.degreesOfFreedom * value(scatter), 0) / degreesOfFreedom
  const between = Math.max(
    0,
    pool(({ variance, within }) => variance - within),
  )
  return { between, ratio: pool((scatter) => ratioToExpected(scatter, between)), degreesOfFreedom }
}

/**
 * What all other configurations show counts at most as much as nine executions of one's own would. More would make
 * intervals a little narrower where all configurations vary alike, and miss more of those that vary more than the rest.
 */
const mostBorrowedDegrees = 8

/**
 * A configuration that varies more than the others do, with less than this chance of it being luck, is not moderated: what
 * the others show is not about it, and counts as one execution of its own. At 1 % those that vary like the rest are hardly
 * ever concerned.
 */
const unlikeTheRest = 0.01

/**
 * A configuration's own scatter, moderated by what the other configurations of `variation` show: the mean of both,
 * weighted by their degrees of freedom, which add up (the posterior variance of Smyth 2004, Linear models and empirical
 * Bayes methods, equation 3; the prior's degrees are bounded instead of estimated, for a handful of configurations is
 * too few to estimate them from). Its own alone without a `variation`, and where it varies more than the others by an
 * F-test; `undefined` when there is nothing to go by.
 */
export function moderate(
  own: Scatter | undefined,
  variation: ExecutionVariation | undefined,
  within: number,
): Scatter | undefined {
  if (variation === undefined) return own
  const ownDegrees = own?.degreesOfFreedom ?? 0
  const ownRatio = own === undefined ? 0 : ratioToExpected(own, variation.between)
  const othersDegrees = variation.degreesOfFreedom - ownDegrees
  if (!(othersDegrees > 1e-9)) return own
  const total = variation.ratio * variation.degreesOfFreedom
  const othersRatio = Math.max(0, (total - ownRatio * ownDegrees) / othersDegrees)

  if (own !== undefined && fisherTail(ownRatio / othersRatio, ownDegrees, othersDegrees) < unlikeTheRest) {
    return { ...own, degreesOfFreedom: ownDegrees + 1 }
  }

  const borrowed = Math.min(othersDegrees, mostBorrowedDegrees)
  const degreesOfFreedom = borrowed + ownDegrees
  const ratio = (borrowed * othersRatio + ownDegrees * ownRatio) / degreesOfFreedom
  return { variance: ratio * (within + variation.between), degreesOfFreedom, within }
}

/** 1 on average; 0 where nothing varies at all. */
function ratioToExpected({ variance, within }: Scatter, between: number): number {
  return variance > 0 ? variance / Math.max(within + between, Number.MIN_VALUE) : 0
}
