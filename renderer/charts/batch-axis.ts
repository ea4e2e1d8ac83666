/** Where batch sizes stand on a chart's x axis. */
export interface BatchAxis {
  /** True when equal distances are equal factors. */
  logarithmic: boolean
  /** From a batch size to the axis' own numbers. */
  toX(batchSize: number): number
  /** Back again, for the pointer. */
  toBatch(x: number): number
  /** Batch sizes that get a label, ascending. */
  ticks: number[]
  min: number
  max: number
}

const spanOfLinearAxis = 8
const mostTicks = 10

/** The x axis for these batch sizes: logarithmic to base 2 when they span more than a factor of 8, else linear. */
export function batchAxis(batchSizes: readonly number[]): BatchAxis {
  const sizes = [...new Set(batchSizes)].sort((a, b) => a - b)
  const smallest = sizes[0] ?? 1
  const largest = sizes.at(-1) ?? 1
  const logarithmic = largest / smallest > spanOfLinearAxis
  const toX = logarithmic ? Math.log2 : (batch: number) => batch
  const toBatch = logarithmic ? (x: number) => 2 ** x : (x: number) => x
  const span = toX(largest) - toX(smallest)
  const margin = span === 0 ? 1 : span * 0.04
  return {
    logarithmic,
    toX,
    toBatch,
    ticks: spreadTicks(sizes, toX, logarithmic),
    min: toX(smallest) - margin,
    max: toX(largest) + margin,
  }
}

/** The batch sizes themselves, powers of two first, leaving out those that would stand too close to be read. */
function spreadTicks(sizes: number[], toX: (batch: number) => number, logarithmic: boolean): number[] {
  const first = sizes[0]
  const last = sizes.at(-1)
  if (first === undefined || last === undefined) return []
  const closest = (toX(last) - toX(first)) / mostTicks
  const chosen: number[] = []
  const isPower = (size: number) => Number.isInteger(Math.log2(size))
  const byImportance = [first, last, ...(logarithmic ? sizes.filter(isPower) : []), ...sizes]
  for (const size of byImportance) {
    if (chosen.every((other) => Math.abs(toX(other) - toX(size)) > closest)) chosen.push(size)
  }
  return chosen.sort((a, b) => a - b)
}
