/** Percentiles that a report shows. */
export const reportedPercentiles = [50, 90, 95, 99] as const

const confidence = 0.99

/**
 * Samples needed to carry a percentile, in (0, 100): with 99 % confidence at least two of them lie beyond it, so that
 * the estimate does not rest on a single extreme. With q = percentile / 100, the smallest n for which
 * 1 - q^n - n (1 - q) q^(n-1) >= 0.99 (Wilks 1941, tolerance limit of second order; upper half, by symmetry the lower).
 * p90 needs 64, p95 130, p99 662, p99.9 6,636. `undefined` outside (0, 100).
 */
export function samplesNeeded(percentile: number): number | undefined {
  if (!(percentile > 0 && percentile < 100)) return undefined
  const inside = Math.max(percentile, 100 - percentile) / 100
  const enough = (n: number) =>
    1 - inside ** n - n * (1 - inside) * inside ** (n - 1) >= confidence - Number.EPSILON
  let high = 2
  while (!enough(high) && high < Number.MAX_SAFE_INTEGER / 2) high *= 2
  let low = high / 2
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (enough(middle)) high = middle
    else low = middle
  }
  return high
}

/** Whether `samples` samples carry the percentile. */
export function supportsPercentile(samples: number, percentile: number): boolean {
  const needed = samplesNeeded(percentile)
  return needed !== undefined && samples >= needed
}

/** The reported percentiles that `samples` samples are too few to carry. */
export function unsupportedPercentiles(samples: number): number[] {
  return reportedPercentiles.filter((percentile) => !supportsPercentile(samples, percentile))
}
