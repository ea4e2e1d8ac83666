import { median } from './quantile.ts'

/** Fewest samples in one window: the median of three survives one outlier. */
const minimumWindow = 3

/** Most samples in one window: keeps the check cheap when a warm-up takes hundreds of thousands of samples. */
const maximumWindow = 4096

/**
 * Whether a run has become steady (design section 3): the medians of its last two windows differ by at most
 * `tolerance`, relative to the later one.
 *
 * A window is the last quarter of the samples taken so far, and the quarter before it; at least 3 and at most 4,096
 * samples each. Windows that grow with the run look at the last half of it, so that a slow start counts for less and
 * less, and are long enough not to be fooled by a few fast calls. Medians, because warm-up is full of single slow calls.
 *
 * False with fewer than 6 samples, and for samples that are negative or not numbers.
 */
export function isSteady(samplesMs: readonly number[], tolerance: number): boolean {
  const window = Math.min(maximumWindow, Math.max(minimumWindow, Math.floor(samplesMs.length / 4)))
  if (samplesMs.length < 2 * window) return false
  const last = median(samplesMs.slice(-window))
  const before = median(samplesMs.slice(-2 * window, -window))
  if (last === undefined || before === undefined || last < 0 || before < 0) return false
  return Math.abs(last - before) <= tolerance * last
}
