import { median } from './quantile.ts'
import { studentTail } from './student.ts'

/** How latency moved from the beginning to the end of one measured window. */
export interface Trend {
  /** End over beginning of the fitted line, less one: 0.08 for 8 % slower at the end. */
  readonly change: number
  /** Two-sided, for samples that are correlated but go nowhere. */
  readonly pValue: number
}

/** Fewer samples than this cannot tell a trend from the wander of correlated samples. */
const fewestSamples = 20

/** Longer series are averaged in this many equal stretches before they are ranked. */
const mostStretches = 128

/** The size of the change is read from the means of this many equal stretches. */
const stretchesForChange = 10

/**
 * Whether the samples of one window went up or down, as a line does. `undefined` with fewer than 20 samples, and for
 * samples that are negative or not finite.
 *
 * The test: samples (long series: means of 128 equal stretches) are replaced by their ranks, so that outliers, several
 * modes and coarse clocks do no harm. The ranks' share along the straight line is compared with their shares along the
 * next few slow shapes (cosines, made orthogonal to the line and to each other): correlated samples wander along all of
 * them alike, a trend goes along the line alone. Their ratio follows Student's t with as many degrees of freedom as
 * there are shapes. This is the fixed-smoothing series test (Mueller 2007, HEJ 10:1331; Lazarus, Lewis, Stock and Watson
 * 2018, JBES 36:541) for a slope, on ranks. Because the shapes are as slow as the line, it needs no estimate of the
 * correlation, which a few dozen samples do not give.
 *
 * The size of the change is that of the Theil-Sen line through the means of ten equal stretches. Where test and line
 * disagree on the direction there is no trend: the p-value is then 1.
 */
export function trendOf(samplesMs: readonly number[]): Trend | undefined {
  if (samplesMs.length < fewestSamples) return undefined
  if (!samplesMs.every((sample) => Number.isFinite(sample) && sample >= 0)) return undefined
  const change = lineChange(stretchMeans(samplesMs, stretchesForChange))
  if (change === undefined) return undefined
  const ranks = rank(stretchMeans(samplesMs, mostStretches))
  const t = slopeStatistic(ranks, shapesFor(samplesMs.length))
  if (Math.sign(t.value) !== Math.sign(change)) return { change, pValue: 1 }
  return { change, pValue: studentTail(t.value, t.degreesOfFreedom) }
}

/**
 * How many slow shapes the line is compared with: the fewer the samples, the fewer, because faster shapes see less of the
 * wander of correlated samples than the line does. Chosen so that series with a correlation of 0.8 between neighbours
 * are taken for a trend in 2 % of cases at most.
 */
function shapesFor(samples: number): number {
  if (samples < 60) return 3
  if (samples < 100) return 4
  return samples < 300 ? 6 : 8
}

function slopeStatistic(values: Float64Array, shapes: number): { value: number; degreesOfFreedom: number } {
  const shares = slowShapes(values.length, shapes).map((shape) => dot(shape, values))
  const [, line = 0, ...others] = shares
  let squares = 0
  for (const share of others) squares += share * share
  if (line === 0) return { value: 0, degreesOfFreedom: shapes }
  return { value: line / Math.sqrt(squares / shapes), degreesOfFreedom: shapes }
}

/** A constant, a line and `count` cosines over `length` points, orthonormal (Gram-Schmidt, twice for its rounding). */
function slowShapes(length: number, count: number): Float64Array[] {
  const shapes: Float64Array[] = []
  for (let index = 0; index < count + 2; index++) {
    const shape = Float64Array.from({ length }, (_, at) => {
      const x = (at + 0.5) / length
      return index === 0 ? 1 : index === 1 ? x : Math.cos(Math.PI * index * x)
    })
    for (const other of [...shapes, ...shapes]) {
      const share = dot(shape, other)
      for (let at = 0; at < length; at++) shape[at] = (shape[at] ?? 0) - share * (other[at] ?? 0)
    }
    const size = Math.sqrt(dot(shape, shape))
    shapes.push(shape.map((value) => value / size))
  }
  return shapes
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}

/** Ranks from 0, equal values sharing their mean rank. */
function rank(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let first = 0, last: number; first < order.length; first = last) {
    const value = values[order[first] ?? 0]
    for (last = first + 1; last < order.length && values[order[last] ?? 0] === value;) last++
    for (const at of order.slice(first, last)) ranks[at] = (first + last - 1) / 2
  }
  return ranks
}

/** Means of `count` equal stretches; the values themselves where there are no more than that. */
function stretchMeans(values: readonly number[], count: number): Float64Array {
  if (values.length <= count) return Float64Array.from(values)
  return Float64Array.from({ length: count }, (_, stretch) => {
    const from = Math.floor((stretch * values.length) / count)
    const to = Math.floor(((stretch + 1) * values.length) / count)
    let sum = 0
    for (let at = from; at < to; at++) sum += values[at] ?? 0
    return sum / (to - from)
  })
}

/** End over beginning of the Theil-Sen line through equally spaced points, less one; `undefined` at or below zero. */
function lineChange(points: Float64Array): number | undefined {
  const slopes: number[] = []
  for (let one = 0; one < points.length; one++) {
    for (let other = one + 1; other < points.length; other++) {
      slopes.push(((points[other] ?? 0) - (points[one] ?? 0)) / (other - one))
    }
  }
  const slope = median(slopes)
  const middle = median([...points])
  if (slope === undefined || middle === undefined) return undefined
  const half = (slope * points.length) / 2
  return middle - Math.abs(half) > 0 ? (middle + half) / (middle - half) - 1 : undefined
}
