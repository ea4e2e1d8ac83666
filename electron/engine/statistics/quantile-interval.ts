import type { Interval } from '../../contract/interval.ts'
import type { SortedSamples } from './quantile.ts'
import { incompleteBeta } from './student.ts'

/**
 * 95 % interval of the p-quantile, p in (0, 1), between two order statistics: the number of samples below the quantile is
 * binomial (Hahn and Meeker 1991, section 5.2), at most 2.5 % on either side. Free of assumptions about the distribution,
 * but not about independence. `undefined` when the samples are too few to have such order statistics.
 */
export function quantileInterval(sorted: SortedSamples, p: number): Interval | undefined {
  if (!(p > 0 && p < 1)) return undefined
  const n = sorted.length
  // 1-based ranks: P(Binomial(n, p) < rank) grows with the rank.
  const fewerThan = (rank: number) =>
    rank <= 0 ? 0 : rank > n ? 1 : 1 - incompleteBeta(p, rank, n - rank + 1)
  const low = lastRank(n, (rank) => fewerThan(rank) <= 0.025)
  const high = lastRank(n, (rank) => fewerThan(rank) < 0.975) + 1
  const lowest = sorted[low - 1]
  const highest = sorted[high - 1]
  if (lowest === undefined || highest === undefined) return undefined
  if (!Number.isFinite(lowest) || !Number.isFinite(highest)) return undefined
  return [lowest, highest]
}

/** Largest rank in 0..n for which `holds`, which holds for 0 and, past some rank, no more. */
function lastRank(n: number, holds: (rank: number) => boolean): number {
  let low = 0
  let high = n + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
