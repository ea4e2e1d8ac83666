export interface Point {
  readonly x: number
  readonly y: number
}

/** Least squares with weights that make errors relative: each point counts as if known to the same percentage. */
export interface WeightedLine {
  readonly points: readonly Point[]
  /** Of each point: 1 / fitted value squared. */
  readonly weights: readonly number[]
  readonly totalWeight: number
  readonly meanX: number
  /** Fitted value at `meanX`. */
  readonly meanY: number
  readonly slope: number
  /** Weighted sum of squares of x around `meanX`. */
  readonly squaresX: number
  /** Of each point: (y - fitted value) / fitted value. */
  readonly residuals: readonly number[]
  readonly squaresOfResiduals: number
  /** Points less the two parameters. */
  readonly degreesOfFreedom: number
}

/** Reweighting settles within a few rounds, because relative errors are small where a line is of any use. */
const rounds = 6

/**
 * The line whose relative errors have the least squares: weighted least squares, with the weights from the fitted values
 * (iteratively reweighted, Carroll and Ruppert 1988, chapter 2), so that a point that is too high by chance is not trusted
 * less for it. `undefined` with fewer than two different x, and unless every y is a number above 0 that can be squared.
 */
export function weightedLine(points: readonly Point[]): WeightedLine | undefined {
  const largest = Math.max(...points.map(({ y }) => y))
  if (!points.every(({ x, y }) => Number.isFinite(x) && y > 0 && Number.isFinite(y))) return undefined
  // Relative to the largest, so that bytes and milliseconds alike are far from what a float cannot hold.
  let fitted = points.map(({ y }) => y / largest)
  let line: WeightedLine | undefined
  for (let round = 0; round < rounds; round += 1) {
    line = solve(points, largest, fitted)
    if (line === undefined) return undefined
    const { meanX, meanY, slope } = line
    // No fitted value may fall so far below its point that this one counts for everything.
    fitted = points.map(({ x, y }) => Math.max((meanY + slope * (x - meanX)) / largest, y / largest / 4))
  }
  return line
}

function solve(points: readonly Point[], scale: number, fitted: readonly number[]): WeightedLine | undefined {
  const weights = fitted.map((value) => 1 / value ** 2)
  const sum = (valueOf: (point: Point, weight: number) => number) =>
    points.reduce((total, point, index) => total + valueOf(point, weights[index] ?? 0), 0)
  const totalWeight = sum((_, weight) => weight)
  const meanX = sum(({ x }, weight) => weight * x) / totalWeight
  const meanY = sum(({ y }, weight) => weight * y) / totalWeight
  const squaresX = sum(({ x }, weight) => weight * (x - meanX) ** 2)
  const slope = sum(({ x, y }, weight) => weight * (x - meanX) * (y - meanY)) / squaresX
  const residuals = points.map(
    ({ x, y }, index) => (y - meanY - slope * (x - meanX)) / scale / (fitted[index] ?? 1),
  )
  const squaresOfResiduals = residuals.reduce((total, residual) => total + residual ** 2, 0)
  // Weights are relative to the scale; from here on they are those of y itself.
  const own = 1 / scale ** 2
  const line = {
    points,
    weights: weights.map((weight) => weight * own),
    totalWeight: totalWeight * own,
    meanX,
    meanY,
    slope,
    squaresX: squaresX * own,
    residuals,
    squaresOfResiduals,
    degreesOfFreedom: points.length - 2,
  }
  const numbers = [line.totalWeight, meanX, meanY, slope, line.squaresX, squaresOfResiduals]
  return squaresX > 0 && numbers.every(Number.isFinite) ? line : undefined
}

/** The line's value at x. */
export function valueAt({ meanX, meanY, slope }: WeightedLine, x: number): number {
  return meanY + slope * (x - meanX)
}

/** Variance of the line's value at x, in units of the points' relative variance. */
export function leverageAt({ meanX, totalWeight, squaresX }: WeightedLine, x: number): number {
  return 1 / totalWeight + (x - meanX) ** 2 / squaresX
}
