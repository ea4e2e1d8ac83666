/** Batch sizes of a series that are profiled at most: every one costs a process of its own. */
export const mostProfiledSizes = 8

/** Calls of the extra run. */
export const profiledCalls = { warmups: 3, runs: 10 }

/** Its warm-ups and runs together, in ms; at least one of each is made whatever they take. */
export const mostProfiledMs = 2000

/**
 * Those of a series, ascending by batch size, that tell where its time goes: the smallest, the largest, the one with the best
 * throughput, and powers of two spread between them; others where there are not enough powers of two.
 */
export function profiledSizes<Size extends { readonly batchSize: number; readonly itemsPerSecond: number }>(
  series: readonly Size[],
): Size[] {
  if (series.length <= mostProfiledSizes) return [...series]
  const best = series.reduce((first, each) => (each.itemsPerSecond > first.itemsPerSecond ? each : first))
  const chosen = new Set([...series.slice(0, 1), ...series.slice(-1), best])
  for (const wanted of [isPowerOfTwo, () => true]) {
    const left = series.filter((each) => !chosen.has(each) && wanted(each))
    for (const each of spread(left, mostProfiledSizes - chosen.size)) chosen.add(each)
  }
  return series.filter((each) => chosen.has(each))
}

function isPowerOfTwo({ batchSize }: { readonly batchSize: number }): boolean {
  return Number.isInteger(Math.log2(batchSize))
}

/** `count` of them at even distances; all where there are no more. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all]
  const places = new Set(
    Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * all.length) / count)),
  )
  return all.filter((_, at) => places.has(at))
}
