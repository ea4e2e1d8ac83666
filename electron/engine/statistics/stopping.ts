import type { Interval } from '../../contract/interval.ts'
import {
  automaticBlockLength,
  blockSeries,
  blockVarianceOfMean,
  resampledMeans,
  type BlockSeries,
} from './block-bootstrap.ts'
import type { Random } from './random.ts'
import { studentCritical } from './student.ts'

const resamples = 400

/** Blocks per resample at most: enough for the shape, and keeps the cost independent of the number of samples. */
const mostBlocks = 200

/**
 * 95 % interval of the mean latency of one execution by the circular block bootstrap, because neighbouring samples are
 * correlated. Its shape (how far up against how far down) is the percentile interval's; its width is the bootstrap's
 * standard error times Student's t with as many degrees of freedom as there are independent blocks less one: the
 * "expanded" interval of Hesterberg (2015, What Teachers Should Know About the Bootstrap, section 5.3), without which
 * few samples give intervals that are too narrow. Taken on the logarithmic scale, so that it never leaves the positive
 * numbers.
 *
 * `undefined` with fewer than two samples, and for samples that are negative, not numbers, or all zero.
 */
export function meanInterval(samplesMs: readonly number[], random: Random): Interval | undefined {
  const estimate = errorOfMean(samplesMs)
  if (estimate === undefined) return undefined
  const { series, blockLength, halfWidth } = estimate
  const coarse = Math.max(blockLength, Math.ceil(series.length / mostBlocks))
  const means = resampledMeans(series, coarse, resamples, random)
  const down = series.mean - (means[Math.floor(0.025 * resamples)] ?? series.mean)
  const up = (means[Math.ceil(0.975 * resamples) - 1] ?? series.mean) - series.mean
  const upShare = up + down > 0 ? up / (up + down) : 0.5
  const interval: Interval = [
    series.mean * Math.exp(-2 * halfWidth * (1 - upShare)),
    series.mean * Math.exp(2 * halfWidth * upShare),
  ]
  return interval[0] > 0 && Number.isFinite(interval[1]) ? interval : undefined
}

/**
 * The stopping rule of design section 3: whether the 95 % interval of the mean lies within +- `relativeHalfWidth` of it
 * (half its width counts). False while there is no interval. Resamples nothing, for only the interval's shape comes from
 * resamples: looking at the samples must not disturb the measurement.
 */
export function isNarrowEnough(samplesMs: readonly number[], relativeHalfWidth: number): boolean {
  const estimate = errorOfMean(samplesMs)
  // (high - low) / (high + low) of mean x exp(+- halfWidth), however it is shared out between up and down.
  return estimate !== undefined && Math.tanh(estimate.halfWidth) <= relativeHalfWidth
}

interface ErrorOfMean {
  readonly series: BlockSeries
  readonly blockLength: number
  /** Of the 95 % interval, on the logarithmic scale; infinite where it cannot be told. */
  readonly halfWidth: number
}

function errorOfMean(samplesMs: readonly number[]): ErrorOfMean | undefined {
  const series = blockSeries(samplesMs)
  if (series === undefined || series.length < 2 || !(series.mean > 0)) return undefined
  if (samplesMs.some((sample) => sample < 0)) return undefined
  const blockLength = automaticBlockLength(series)
  const blocks = series.length / blockLength
  const error = Math.sqrt(blockVarianceOfMean(series, blockLength)) / series.mean
  return { series, blockLength, halfWidth: studentCritical(0.05, blocks - 1) * error }
}
