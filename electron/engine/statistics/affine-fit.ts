import { median } from './quantile.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** y(x) = overhead + perItem x, as latency and memory follow the batch size (design section 3). */
export interface AffineFit {
  /** In the unit of y. */
  readonly overhead: number
  /** In the unit of y per unit of x. */
  readonly perItem: number
  /** Median of |y - fit| / |y|: how far a typical point lies off the line. */
  readonly relativeError: number
  /** Whether the points follow the line: a typical point lies within 5 % of it, and y does not fall with x. */
  readonly follows: boolean
}

const followsWithin = 0.05

/**
 * Theil-Sen line through points (Theil 1950, Sen 1968): the slope is the median of all pairs' slopes, the overhead the
 * median of what is left. Up to 29 % of the points may be outliers. `undefined` with fewer than two different x, and for
 * values that are not numbers.
 */
export function fitAffine(points: readonly Point[]): AffineFit | undefined {
  const slopes: number[] = []
  points.forEach((one, index) => {
    for (const other of points.slice(index + 1)) {
      if (other.x !== one.x) slopes.push((other.y - one.y) / (other.x - one.x))
    }
  })
  const perItem = median(slopes)
  if (perItem === undefined) return undefined
  const overhead = median(points.map(({ x, y }) => y - perItem * x))
  if (overhead === undefined) return undefined
  const errors = points.map(({ x, y }) => {
    const error = Math.abs(y - overhead - perItem * x)
    return error === 0 ? 0 : Math.min(error / Math.abs(y), Number.MAX_VALUE)
  })
  const relativeError = median(errors)
  if (relativeError === undefined) return undefined
  return { overhead, perItem, relativeError, follows: relativeError <= followsWithin && perItem >= 0 }
}

/**
 * The batch size at which half of the asymptotic throughput 1 / perItem is reached: overhead / perItem. `undefined` where
 * there is no asymptote, because more items cost nothing, or where the fitted overhead is negative.
 */
export function halfSaturation(fit: AffineFit): number | undefined {
  if (!(fit.perItem > 0) || fit.overhead < 0) return undefined
  const batch = fit.overhead / fit.perItem
  return Number.isFinite(batch) ? batch : undefined
}
