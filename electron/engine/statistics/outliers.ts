import { quantile, sortSamples, type SortedSamples } from './quantile.ts'

/** Samples of one execution that lie far above the rest. They stay in every statistic: this only names them. */
export interface Outliers {
  readonly count: number
  /** Their sum in ms. */
  readonly totalMs: number
  /** The largest, in ms; 0 without any. */
  readonly largestMs: number
  /** What counts: samples above this, in ms. */
  readonly aboveMs: number
}

/** Fewer samples than this have no "rest" to be far from. */
const fewestSamples = 20

/** Tukey's outer fence ("far out"): of clean samples next to none is beyond it, however many there are. */
const reach = 3

/** Samples closer together than this fraction of the median count as all the same: a hair's breadth is not far out. */
const leastSpread = 0.05

/** Steps of a clock are larger than this fraction of the median; smaller ones are rounding. */
const rounding = 1e-6

/** The fence's formula was fitted to skews up to this one; two modes of like weight would push it out of sight. */
const mostSkew = 0.6

/** The skew is read from this many quantiles, which bounds its cost. */
const quantilesForSkew = 201

/**
 * Labels the samples of one execution that are far above the rest; `undefined` with fewer than 20 samples, and for
 * samples that are negative or not finite.
 *
 * The fence is the adjusted boxplot's (Hubert and Vandervieren 2008, Computational Statistics and Data Analysis 52:5186):
 * Q3 + reach x exp(3 MC) x IQR, exp(4 MC) where MC < 0, with MC the medcouple, a measure of skew that outliers do not
 * move. Latencies are skewed by nature: the plain boxplot labels the tail of every log-normal. Its reach of 1.5 is meant
 * to label 0.7 % of clean samples; here it is 3, because what matters is what interrupted a call, not the tail.
 */
export function outliersOf(samplesMs: readonly number[]): Outliers | undefined {
  if (samplesMs.length < fewestSamples) return undefined
  const sorted = sortSamples(samplesMs)
  const [low, middle, high] = [0.25, 0.5, 0.75].map((p) => quantile(sorted, p))
  if (low === undefined || middle === undefined || high === undefined || !((sorted[0] ?? -1) >= 0)) {
    return undefined
  }
  const spread = Math.max(high - low, leastSpread * middle, clockStep(sorted, middle))
  const skew = Math.max(-mostSkew, Math.min(mostSkew, medcouple(sorted)))
  const aboveMs = high + reach * Math.exp((skew < 0 ? 4 : 3) * skew) * spread
  let count = 0
  let totalMs = 0
  for (let at = sorted.length - 1; at >= 0 && (sorted[at] ?? 0) > aboveMs; at--) {
    count += 1
    totalMs += sorted[at] ?? 0
  }
  if (!Number.isFinite(aboveMs) || !Number.isFinite(totalMs)) return undefined
  return { count, totalMs, largestMs: count > 0 ? (sorted.at(-1) ?? 0) : 0, aboveMs }
}

/** The smallest step between two samples: that of a coarse clock, and next to nothing with a fine one. */
function clockStep(sorted: SortedSamples, middle: number): number {
  let step = Infinity
  for (let at = 1; at < sorted.length; at++) {
    const gap = (sorted[at] ?? 0) - (sorted[at - 1] ?? 0)
    if (gap > rounding * middle && gap < step) step = gap
  }
  return Number.isFinite(step) ? step : 0
}

/**
 * The medcouple (Brys, Hubert and Struyf 2004): median over all pairs around the median of how much farther away the
 * upper one is, from -1 to 1, 0 for symmetric samples. Of equally spaced quantiles of the samples, which changes it by
 * less than the sampling does. Pairs at the median itself count as symmetric.
 */
function medcouple(sorted: SortedSamples): number {
  const count = Math.min(quantilesForSkew, sorted.length)
  const middle = quantile(sorted, 0.5) ?? 0
  const deviations = Array.from(
    { length: count },
    (_, at) => (quantile(sorted, count > 1 ? at / (count - 1) : 0.5) ?? middle) - middle,
  )
  const below = deviations.filter((deviation) => deviation <= 0)
  const above = deviations.filter((deviation) => deviation >= 0)
  const pairs: number[] = []
  for (const upper of above) {
    for (const lower of below) {
      const distance = upper - lower
      pairs.push(distance > 0 ? (upper + lower) / distance : 0)
    }
  }
  return quantile(sortSamples(pairs), 0.5) ?? 0
}
