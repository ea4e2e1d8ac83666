import type { Random } from './random.ts'

/** Samples prepared for resampling in blocks: any block's sum is one subtraction. */
export interface BlockSeries {
  readonly length: number
  readonly mean: number
  /** `prefix[i]` is the sum of the first i deviations from the mean; deviations, so that long runs lose no digits. */
  readonly prefix: Float64Array
}

/** `undefined` without samples, and when one of them is not finite. */
export function blockSeries(samples: readonly number[]): BlockSeries | undefined {
  let sum = 0
  for (const sample of samples) sum += sample
  const mean = sum / samples.length
  if (!Number.isFinite(mean)) return undefined
  const prefix = new Float64Array(samples.length + 1)
  let running = 0
  samples.forEach((sample, at) => {
    running += sample - mean
    prefix[at + 1] = running
  })
  return { length: samples.length, mean, prefix }
}

/** Sum of deviations over `length` samples from `start`, going round at the end. */
function blockSum(prefix: Float64Array, samples: number, start: number, length: number): number {
  const end = start + length
  const from = prefix[start] ?? 0
  if (end <= samples) return (prefix[end] ?? 0) - from
  return (prefix[samples] ?? 0) - from + (prefix[end - samples] ?? 0)
}

/**
 * Variance of the mean by the circular block bootstrap (Politis and Romano 1992). The bootstrap's variance has a closed
 * form, so nothing is resampled: the mean square of all n block sums, over n b. Times n / (n - b), because blocks vary
 * around their own mean, which is the n / (n - 1) of independent samples. 0 when it cannot be told (one sample).
 */
export function blockVarianceOfMean(series: BlockSeries, blockLength: number): number {
  const n = series.length
  const b = Math.max(1, Math.min(Math.floor(blockLength), n - 1))
  if (n < 2) return 0
  let squares = 0
  for (let start = 0; start < n; start++) squares += blockSum(series.prefix, n, start, b) ** 2
  return (squares / n / b / n) * (n / (n - b))
}

/**
 * `count` means of circular block resamples of the series, ascending. Costs n / blockLength steps a resample, whatever
 * the number of samples.
 */
export function resampledMeans(
  series: BlockSeries,
  blockLength: number,
  count: number,
  random: Random,
): Float64Array {
  const n = series.length
  const b = Math.max(1, Math.min(Math.floor(blockLength), n))
  const whole = Math.floor(n / b)
  const rest = n - whole * b
  const means = new Float64Array(count)
  for (let resample = 0; resample < count; resample++) {
    let sum = rest > 0 ? blockSum(series.prefix, n, random.integer(n), rest) : 0
    for (let block = 0; block < whole; block++) sum += blockSum(series.prefix, n, random.integer(n), b)
    means[resample] = series.mean + sum / n
  }
  return means.sort()
}

/** More samples than this are averaged in groups before their correlation is looked at, which bounds its cost. */
const mostForCorrelation = 4096

/**
 * Block length that suits the series' autocorrelation, for the circular block bootstrap: Politis and White (2004) with
 * the correction of Patton, Politis and White (2009). At least the cube root of the number of samples, the order at which
 * the best length grows: their estimate is 1 where correlation is not significant, which few samples never are, while
 * blocks that are a little too long cost next to nothing. 1 for too few samples to tell (under 8).
 */
export function automaticBlockLength(series: BlockSeries): number {
  const group = Math.ceil(series.length / mostForCorrelation)
  const n = Math.floor(series.length / group)
  if (n < 8) return 1
  const deviations = new Float64Array(n)
  for (let at = 0; at < n; at++) {
    deviations[at] = ((series.prefix[(at + 1) * group] ?? 0) - (series.prefix[at * group] ?? 0)) / group
  }
  return Math.max(Math.floor(Math.cbrt(series.length)), group * blockLengthOf(deviations))
}

function blockLengthOf(deviations: Float64Array): number {
  const n = deviations.length
  const insignificantRun = Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))))
  const mostLags = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + insignificantRun)
  const covariances = new Float64Array(mostLags + 1)
  for (let lag = 0; lag <= mostLags; lag++) {
    let sum = 0
    for (let at = lag; at < n; at++) sum += (deviations[at] ?? 0) * (deviations[at - lag] ?? 0)
    covariances[lag] = sum / n
  }
  const variance = covariances[0] ?? 0
  if (!(variance > 0)) return 1

  // The last lag whose correlation counts: after it, a run of lags shows none.
  const threshold = 2 * Math.sqrt(Math.log10(n) / n) * variance
  let lastLag = 0
  for (let lag = 1, run = 0; lag <= mostLags && run < insignificantRun; lag++) {
    if (Math.abs(covariances[lag] ?? 0) < threshold) {
      run += 1
    } else {
      run = 0
      lastLag = lag
    }
  }
  if (lastLag === 0) return 1

  const bandwidth = Math.min(2 * lastLag, mostLags)
  let spectrum = variance
  let curvature = 0
  for (let lag = 1; lag <= bandwidth; lag++) {
    const flatTop = Math.min(1, 2 * (1 - lag / bandwidth))
    const weighted = 2 * flatTop * (covariances[lag] ?? 0)
    spectrum += weighted
    curvature += weighted * lag
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3))
  if (!(spectrum > 0)) return 1
  const length = ((2 * curvature ** 2) / ((4 / 3) * spectrum ** 2)) ** (1 / 3) * n ** (1 / 3)
  return Math.max(1, Math.min(longest, Math.round(length)))
}
