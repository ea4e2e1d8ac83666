import type { ScaleOptionsByType } from 'chart.js'

/** True where sizes spread so that a logarithmic axis shows them better: mostly powers of two, or over two decades. */
export function isSpreadLogarithmically(sizes: readonly number[]): boolean {
  const distinct = [...new Set(sizes)]
  const smallest = Math.min(...distinct)
  const largest = Math.max(...distinct)
  if (distinct.length < 2 || largest / smallest < 8) return false
  const powers = distinct.filter((size) => Number.isInteger(Math.log2(size)))
  return powers.length * 2 > distinct.length || largest / smallest >= 100
}

/** Those of the sizes whose labels have room: `plotWidth` and `room` in points, first and last always among them. */
export function labelledSizes(
  sizes: readonly number[],
  logarithmic: boolean,
  plotWidth: number,
  room: number,
): number[] {
  const sorted = [...new Set(sizes)].sort((a, b) => a - b)
  const first = sorted[0]
  const last = sorted.at(-1)
  if (first === undefined || last === undefined || first === last) return sorted
  const scale = logarithmic ? Math.log : (size: number) => size
  const place = (size: number) => ((scale(size) - scale(first)) / (scale(last) - scale(first))) * plotWidth
  const kept: number[] = []
  const importance = (size: number) => {
    if (size === first || size === last) return Number.POSITIVE_INFINITY
    // On a logarithmic axis powers of two come first, as they stand at equal distances.
    return factorsOfTwo(size) + (logarithmic && Number.isInteger(Math.log2(size)) ? 64 : 0)
  }
  const byImportance = sorted.toSorted((a, b) => compare(importance(b), importance(a)))
  for (const size of byImportance) {
    if (kept.every((other) => Math.abs(place(other) - place(size)) >= room)) kept.push(size)
  }
  return kept.sort((a, b) => a - b)
}

/** How often 2 divides it: 3 for 24. The rounder a size is in binary, the sooner people look for it. */
function factorsOfTwo(size: number): number {
  let count = 0
  for (let rest = size; rest > 0 && rest % 2 === 0; rest /= 2) count += 1
  return count
}

/** For sorting; unlike a difference it takes infinities. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1
}

/** The horizontal axis of every chart: batch sizes, labelled where something was measured. */
export function batchAxis(
  sizes: readonly number[],
  plotWidth: number,
): { type: 'logarithmic' | 'linear' } & Pick<
  ScaleOptionsByType<'linear'>,
  'min' | 'max' | 'afterBuildTicks'
> {
  const logarithmic = isSpreadLogarithmically(sizes)
  const smallest = Math.min(...sizes)
  const largest = Math.max(...sizes)
  const margin = Math.max(1, largest - smallest) * 0.04
  const labelled = labelledSizes(sizes, logarithmic, plotWidth, 24)
  return {
    type: logarithmic ? 'logarithmic' : 'linear',
    min: logarithmic ? smallest * (smallest / largest) ** 0.04 : smallest - margin,
    max: logarithmic ? largest * (largest / smallest) ** 0.04 : largest + margin,
    afterBuildTicks: (axis) => {
      axis.ticks = labelled.map((value) => ({ value }))
    },
  }
}
