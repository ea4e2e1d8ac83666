import type { MeanEstimate } from './mean-estimate.ts'

/**
 * How much the means of executions (fresh processes) of one configuration vary, learned from all configurations of an
 * experiment together. Two executions alone say almost nothing about it; ten configurations of two executions say a lot.
 */
export interface ExecutionVariation {
  /** Variance of an execution's mean, relative to its square. */
  readonly relativeVariance: number
  /** How many degrees of freedom that is worth to a single configuration; Infinity when all vary alike. */
  readonly degreesOfFreedom: number
  /** Degrees of freedom of all configurations together: no conclusion may rest on more. */
  readonly pooledDegrees: number
}

/** The scatter of one configuration's executions. */
export interface Scatter {
  /** Variance of its executions' means, relative to their square. */
  readonly relativeVariance: number
  /** Executions less one, less what was spent on other effects; above 0. */
  readonly degreesOfFreedom: number
}

/** Scatter of executions around their mean, on the logarithmic scale; `undefined` with fewer than two. */
export function scatterOf(estimates: readonly MeanEstimate[]): Scatter | undefined {
  if (estimates.length < 2) return undefined
  const logs = estimates.map((estimate) => Math.log(estimate.mean))
  const middle = logs.reduce((sum, value) => sum + value, 0) / logs.length
  const squares = logs.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return { relativeVariance: squares / (logs.length - 1), degreesOfFreedom: logs.length - 1 }
}

/**
 * The empirical Bayes prior of Smyth (2004, Linear models and empirical Bayes methods, section 6.2), which fits a scaled
 * F distribution to the variances of many configurations: where they vary alike it pools them, where they do not it
 * leaves each its own. `undefined` without any.
 */
export function executionVariation(scatters: readonly Scatter[]): ExecutionVariation | undefined {
  const usable = scatters.filter(({ degreesOfFreedom }) => degreesOfFreedom > 0)
  const pooledDegrees = usable.reduce((sum, { degreesOfFreedom }) => sum + degreesOfFreedom, 0)
  if (!(pooledDegrees > 0)) return undefined
  const pooled =
    usable.reduce((sum, scatter) => sum + scatter.degreesOfFreedom * scatter.relativeVariance, 0) /
    pooledDegrees
  if (!Number.isFinite(pooled)) return undefined
  const alike = { relativeVariance: pooled, degreesOfFreedom: Infinity, pooledDegrees }
  if (usable.length < 2 || pooled === 0) return alike

  // A scatter of exactly zero (a coarse clock) has no logarithm.
  const least = pooled * 1e-5
  const logs = usable.map(({ relativeVariance, degreesOfFreedom }) => {
    const half = degreesOfFreedom / 2
    return Math.log(Math.max(relativeVariance, least)) - digamma(half) + Math.log(half)
  })
  const middle = logs.reduce((sum, value) => sum + value, 0) / logs.length
  const spread = logs.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (logs.length - 1)
  const expected =
    usable.reduce((sum, { degreesOfFreedom }) => sum + trigamma(degreesOfFreedom / 2), 0) / usable.length
  const excess = spread - expected
  if (!(excess > 0)) return alike
  const half = trigammaInverse(excess)
  return {
    relativeVariance: Math.exp(middle + digamma(half) - Math.log(half)),
    degreesOfFreedom: 2 * half,
    pooledDegrees,
  }
}

/**
 * A configuration's own scatter moderated by what all show (Smyth 2004, equation 3): the weighted mean of both, with the
 * degrees of freedom of both. Never below `floor`, the part that the samples within executions alone account for.
 */
export function moderate(
  own: Scatter | undefined,
  variation: ExecutionVariation | undefined,
  floor: number,
): Scatter | undefined {
  const [ownVariance, ownDegrees] = [own?.relativeVariance ?? 0, own?.degreesOfFreedom ?? 0]
  if (variation === undefined) {
    return own && { ...own, relativeVariance: Math.max(floor, ownVariance) }
  }
  const prior = variation.degreesOfFreedom
  const variance =
    prior === Infinity
      ? variation.relativeVariance
      : (prior * variation.relativeVariance + ownDegrees * ownVariance) / (prior + ownDegrees)
  return {
    relativeVariance: Math.max(floor, variance),
    degreesOfFreedom: Math.min(prior + ownDegrees, variation.pooledDegrees),
  }
}

/** Derivative of log gamma, for x > 0: recurrence up to 6, then its asymptotic series (Abramowitz and Stegun 6.3.18). */
function digamma(x: number): number {
  if (x < 6) return digamma(x + 1) - 1 / x
  const inverse = 1 / (x * x)
  return Math.log(x) - 1 / (2 * x) - inverse * (1 / 12 - inverse * (1 / 120 - inverse / 252))
}

/** Second derivative of log gamma, for x > 0: recurrence up to 6, then its asymptotic series (6.4.12). */
function trigamma(x: number): number {
  if (x < 6) return trigamma(x + 1) + 1 / (x * x)
  const inverse = 1 / (x * x)
  return 1 / x + inverse / 2 + (inverse / x) * (1 / 6 - inverse * (1 / 30 - inverse / 42))
}

/** The x > 0 at which trigamma is `y` > 0; trigamma falls all the way, so bisection on the logarithm finds it. */
function trigammaInverse(y: number): number {
  let low = Math.log(1e-8)
  let high = Math.log(1e8)
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (trigamma(Math.exp(middle)) > y) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}
