import { automaticBlockLength, blockSeries, blockVarianceOfMean } from './block-bootstrap.ts'

/** The mean of one execution's samples, and how well these samples alone determine it. */
export interface MeanEstimate {
  /** In the unit of the samples; above 0. */
  readonly mean: number
  /** Number of samples. */
  readonly samples: number
  /**
   * Variance of the mean relative to its square, from variation between samples of the execution, by the block
   * bootstrap. Says nothing about variation between executions. Absent with one sample.
   */
  readonly relativeVariance?: number
  /** Number of independent blocks that the variance rests on. */
  readonly blocks: number
}

/**
 * `undefined` without samples, when one is negative or not a number (or too large to be squared), and when all are zero: a
 * relative variation of such a mean has no meaning.
 */
export function estimateMean(samples: readonly number[]): MeanEstimate | undefined {
  const series = blockSeries(samples)
  if (series === undefined || !(series.mean > 0)) return undefined
  if (samples.some((sample) => sample < 0)) return undefined
  if (samples.length === 1) return { mean: series.mean, samples: 1, blocks: 1 }
  const blockLength = automaticBlockLength(series)
  const relativeVariance = (Math.sqrt(blockVarianceOfMean(series, blockLength)) / series.mean) ** 2
  if (!Number.isFinite(relativeVariance)) return undefined
  return {
    mean: series.mean,
    samples: samples.length,
    relativeVariance,
    blocks: samples.length / blockLength,
  }
}
