import type { Interval } from '../../contract/interval.ts'
import { median } from './quantile.ts'
import { studentCritical } from './student.ts'
import { leverageAt, valueAt, weightedLine, type Point, type WeightedLine } from './weighted-line.ts'

export type { Point } from './weighted-line.ts'

/** y(x) = overhead + perItem x, as latency and memory follow the batch size (design section 3). */
export interface AffineFit {
  /** In the unit of y. */
  readonly overhead: number
  /** In the unit of y per unit of x. */
  readonly perItem: number
  /** 95 % intervals; absent with fewer than three points, from which nothing can be told of their errors. */
  readonly overheadInterval?: Interval
  readonly perItemInterval?: Interval
  /** The points that the line was fitted to, ascending by x: all but the outliers. */
  readonly points: readonly Point[]
  /** Median of |y - fit| / fit over them: how far a typical point lies off the line. */
  readonly relativeError: number
  /**
   * Whether the points follow the line: a typical point lies within 5 % of it, y does not fall with x, and there is no bend.
   */
  readonly follows: boolean
  /** What predictions are made from. */
  readonly line: WeightedLine
}

/** A line that misses a typical point by more than this is of no use for predicting. */
const followsWithin = 0.05

/** A point is an outlier when chance makes one as far off in this share of experiments. */
const outlierTail = 0.01

/** A bend is one when chance makes as clear a one in this share of experiments. */
const bendTail = 0.01

/** No more outliers than this are looked for: a quarter of the points, and in long sweeps a handful. */
const mostOutliers = 8

/**
 * Robust line through points whose errors are relative, as those of latencies and of memory are: outliers are found by the
 * generalised extreme studentised deviate test (Rosner 1983) on externally studentised residuals, so that several do not
 * hide each other, and the rest is fitted by `weightedLine`. Intervals are Student's t with what is left of the degrees
 * of freedom. Against an M-estimator (Huber 1964), which was tried: the same without outliers, half the error with a gross
 * one, and intervals that still cover. An outlier too small to be told from noise makes the intervals wide instead.
 * `undefined` with fewer than two different x, and unless every y is a number above 0.
 */
export function fitAffine(points: readonly Point[]): AffineFit | undefined {
  const line = withoutOutliers([...points].sort((one, other) => one.x - other.x))
  if (line === undefined) return undefined
  const { slope, squaresX, residuals } = line
  const overhead = valueAt(line, 0)
  const relativeError = median(residuals.map(Math.abs))
  if (relativeError === undefined || !Number.isFinite(overhead)) return undefined
  const overheadInterval = around(line, overhead, leverageAt(line, 0))
  const perItemInterval = around(line, slope, 1 / squaresX)
  // A slope that may be 0 falls by chance only.
  const falls = slope < 0 && !(perItemInterval !== undefined && perItemInterval[1] >= 0)
  const follows = relativeError <= followsWithin && !falls && !bends(line)
  return {
    overhead,
    perItem: slope,
    ...(overheadInterval && { overheadInterval }),
    ...(perItemInterval && { perItemInterval }),
    points: line.points,
    relativeError,
    follows,
    line,
  }
}

/** The line's value at x; where one more measurement there would lie, at 95 % (absent with fewer than three points). */
export function predict({ line }: AffineFit, x: number): { value: number; interval?: Interval } {
  const value = valueAt(line, x)
  // A measurement has its own relative error besides the line's.
  const interval = around(line, value, leverageAt(line, x) + value ** 2)
  return interval === undefined ? { value } : { value, interval }
}

/** A 95 % interval for a value with this variance in units of the points' relative variance. */
function around(
  { squaresOfResiduals, degreesOfFreedom }: WeightedLine,
  value: number,
  variance: number,
): Interval | undefined {
  if (degreesOfFreedom < 1) return undefined
  const half =
    studentCritical(0.05, degreesOfFreedom) * Math.sqrt((squaresOfResiduals / degreesOfFreedom) * variance)
  return Number.isFinite(half) ? [value - half, value + half] : undefined
}

function withoutOutliers(points: readonly Point[]): WeightedLine | undefined {
  let best = weightedLine(points)
  let current = best
  for (let removed = 1; removed <= Math.min(mostOutliers, Math.floor(points.length / 4)); removed += 1) {
    // Two degrees of freedom must be left to judge the most extreme point by the others.
    if (current === undefined || current.degreesOfFreedom < 2) break
    const { index, deviate } = mostExtreme(current)
    const critical = studentCritical(outlierTail / current.points.length, current.degreesOfFreedom - 1)
    current = weightedLine(current.points.filter((_, other) => other !== index))
    if (deviate > critical && current !== undefined) best = current
  }
  return best
}

/** The point with the largest externally studentised residual (Cook and Weisberg 1982, section 2.2). */
function mostExtreme(line: WeightedLine): { index: number; deviate: number } {
  let found = { index: 0, deviate: 0 }
  line.points.forEach(({ x }, index) => {
    const free = 1 - (line.weights[index] ?? 0) * leverageAt(line, x)
    if (!(free > 1e-9)) return
    const square = (line.residuals[index] ?? 0) ** 2 / free
    const rest = Math.max(line.squaresOfResiduals - square, 0) / (line.degreesOfFreedom - 1)
    // Others that lie on the line to the last digit must not make the rounding of this one an outlier.
    const deviate = Math.sqrt(square / Math.max(rest, 1e-12))
    if (deviate > found.deviate) found = { index, deviate }
  })
  return found
}

/**
 * Whether a line with one bend at some point fits better than chance allows, and differs from the straight one by enough
 * to matter anywhere. The bend's term enters by what the line leaves of it (Frisch and Waugh 1933); the test is Student's t
 * with Bonferroni's correction for the places tried. Takes four different x at least.
 */
function bends(line: WeightedLine): boolean {
  const { points, weights, residuals, squaresOfResiduals } = line
  const degreesOfFreedom = line.degreesOfFreedom - 1
  const knots = [...new Set(points.map(({ x }) => x))].sort((one, other) => one - other).slice(1, -1)
  if (degreesOfFreedom < 1 || knots.length < 2) return false
  const critical = studentCritical(bendTail / knots.length, degreesOfFreedom)
  return knots.some((knot) => {
    const beyond = points.map(({ x }) => Math.max(0, x - knot))
    const left = leftOf(line, beyond)
    const square = left.reduce((sum, value, index) => sum + (weights[index] ?? 0) * value ** 2, 0)
    if (!(square > 0)) return false
    // Residuals are relative; the square root of a weight makes what is left of the term so too.
    const product = left.reduce(
      (sum, value, index) => sum + Math.sqrt(weights[index] ?? 0) * value * (residuals[index] ?? 0),
      0,
    )
    const change = product / square
    const rest = Math.max(squaresOfResiduals - product * change, 0) / degreesOfFreedom
    const matters = left.some(
      (value, index) => Math.abs(change * value) * Math.sqrt(weights[index] ?? 0) > followsWithin,
    )
    return matters && change ** 2 * square > critical ** 2 * rest
  })
}

/** What a weighted line through these values, over the points' x, leaves of them. */
function leftOf({ points, weights, totalWeight, meanX, squaresX }: WeightedLine, values: readonly number[]) {
  const weighted = (valueOf: (value: number, x: number) => number) =>
    values.reduce(
      (sum, value, index) => sum + (weights[index] ?? 0) * valueOf(value, points[index]?.x ?? 0),
      0,
    )
  const mean = weighted((value) => value) / totalWeight
  const slope = weighted((value, x) => (value - mean) * (x - meanX)) / squaresX
  return values.map((value, index) => value - mean - slope * ((points[index]?.x ?? 0) - meanX))
}

/**
 * The batch size at which half of the asymptotic throughput 1 / perItem is reached: overhead / perItem. `undefined` where
 * there is no asymptote, because more items cost nothing, or where the fitted overhead is negative.
 */
export function halfSaturation(fit: Pick<AffineFit, 'overhead' | 'perItem'>): number | undefined {
  if (!(fit.perItem > 0) || fit.overhead < 0) return undefined
  const batch = fit.overhead / fit.perItem
  return Number.isFinite(batch) ? batch : undefined
}
