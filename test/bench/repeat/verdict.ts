import { median } from '../../../electron/engine/statistics/quantile.ts'

/** One run of one of the two ways. */
export interface RepeatedRun {
  /** null when there was no recommendation. */
  readonly batchSize: number | null
  /** Batch sizes that cannot be told apart from it, itself included; of the naive script, it alone. */
  readonly equivalent: readonly number[]
  readonly seconds: number
}

export interface RepeatScore {
  /** Runs, the first included, whose batch size is in the first run's equivalence set. */
  readonly held: number
  readonly runs: number
  /** Batch sizes with how often each was recommended, most often first; null for none. */
  readonly recommended: readonly { readonly batchSize: number | null; readonly times: number }[]
  readonly firstSet: readonly number[]
  /** Batch sizes in a run's equivalence set, median: a set of everything is never left, and says nothing. */
  readonly setSize: number
}

/** How well the first run's answer held. */
export function scoreOf(all: readonly RepeatedRun[]): RepeatScore {
  const firstSet = all[0]?.equivalent ?? []
  const sizes = [...new Set(all.map(({ batchSize }) => batchSize))]
  return {
    held: all.filter(({ batchSize }) => batchSize !== null && firstSet.includes(batchSize)).length,
    runs: all.length,
    recommended: sizes
      .map((size) => ({
        batchSize: size,
        times: all.filter(({ batchSize }) => batchSize === size).length,
      }))
      .sort((one, other) => other.times - one.times || (one.batchSize ?? 0) - (other.batchSize ?? 0)),
    firstSet,
    setSize: median(all.map(({ equivalent }) => equivalent.length)) ?? 0,
  }
}

/** `16 (7×), 24 (2×), none (1×)`. */
export function recommendedText({ recommended }: RepeatScore): string {
  return recommended.map(({ batchSize, times }) => `${batchSize ?? 'none'} (${times}×)`).join(', ')
}
