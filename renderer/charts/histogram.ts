/** Samples of several executions counted in the same bins. */
export interface Histogram {
  /** One more than there are bins, ascending. In ms. */
  edges: number[]
  /** Per execution and bin, the share of that execution's samples, from 0 to 1. */
  shares: number[][]
  /** Samples above the last edge, over all executions. */
  beyond: number
}

/** Slower samples than this quantile are outliers that would squeeze everything else together. */
const covered = 0.99

/** Room to the right of that quantile, relative to the width up to it. */
const margin = 0.15

/** Counts the latencies of each execution (in ms) in `bins` equal bins; undefined without samples. */
export function histogram(executions: readonly (readonly number[])[], bins: number): Histogram | undefined {
  const sorted = executions.flat().sort((a, b) => a - b)
  const low = sorted[0]
  const slowest = sorted.at(-1)
  if (low === undefined || slowest === undefined) return undefined
  const bulk = sorted[Math.floor((sorted.length - 1) * covered)] ?? slowest
  const high = Math.min(slowest, bulk + (bulk - low) * margin)
  const width = high > low ? (high - low) / bins : Math.max(low * 0.01, 1e-6)
  const edges = Array.from({ length: bins + 1 }, (_, index) => low + index * width)
  let beyond = 0
  const shares = executions.map((samples) => {
    const counts = new Array<number>(bins).fill(0)
    for (const sample of samples) {
      // The last bin has both its ends.
      const bin = sample === high ? bins - 1 : Math.floor((sample - low) / width)
      const count = counts[bin]
      if (count === undefined) beyond += 1
      else counts[bin] = count + 1
    }
    return counts.map((count) => count / Math.max(1, samples.length))
  })
  return { edges, shares, beyond }
}
