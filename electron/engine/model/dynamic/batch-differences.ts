import type { OutputValue } from '../../../contract/host-protocol.ts'
import { isWide, outputNumbers } from '../../statistics/output-numbers.ts'
import { product, type BatchPlace } from './batch-place.ts'

/** How two outputs that should be alike differ. */
export interface OutputDifference {
  /** Elements compared. */
  elements: number
  /** Largest difference of two elements over the largest element of the reference; 0 where all are equal. */
  relative: number
  /** True where no element differs. */
  exact: boolean
}

/** Two outputs of one run each: same type, same shape, same elements. */
export function compareWhole(reference: OutputValue, value: OutputValue): OutputDifference {
  if (reference.type !== value.type || reference.shape.join() !== value.shape.join()) return incomparable
  return compare(reference, value, [{ from: 0, at: 0, count: Infinity }])
}

/**
 * A piece of a batch against the same samples in the whole batch: `piece` holds samples `start` and following ones.
 * Where the output is so large that only its beginning came back, what there is.
 */
export function comparePiece(
  piece: OutputValue,
  whole: OutputValue,
  place: BatchPlace,
  start: number,
): OutputDifference {
  const { axis, outer, inner } = place
  const samplesIn = ({ shape }: OutputValue) => (shape[axis] ?? 0) / (outer * inner)
  const [few, all] = [samplesIn(piece), samplesIn(whole)]
  const same = (shape: readonly number[]) => shape.with(axis, 0).join()
  if (piece.type !== whole.type || piece.shape.length !== whole.shape.length) return incomparable
  if (same(piece.shape) !== same(whole.shape) || !Number.isInteger(few) || start + few > all) {
    return incomparable
  }
  const sample = inner * product(piece.shape.slice(axis + 1))
  const blocks = outer * product(piece.shape.slice(0, axis))
  return compare(
    piece,
    whole,
    Array.from({ length: blocks }, (_, block) => ({
      from: block * few * sample,
      at: (block * all + start) * sample,
      count: few * sample,
    })),
  )
}

/** True where the output holds the same for sample 0 and sample 1 of a batch: then it shows nothing. */
export function samplesAlike(whole: OutputValue, place: BatchPlace): boolean {
  const { axis, outer, inner } = place
  const all = (whole.shape[axis] ?? 0) / (outer * inner)
  const sample = inner * product(whole.shape.slice(axis + 1))
  const blocks = outer * product(whole.shape.slice(0, axis))
  return Array.from({ length: blocks }, (_, block) => block).every((block) => {
    const { exact } = compare(whole, whole, [
      { from: block * all * sample, at: (block * all + 1) * sample, count: sample },
    ])
    return exact
  })
}

const incomparable: OutputDifference = { elements: 0, relative: Infinity, exact: false }

interface Stretch {
  from: number
  at: number
  count: number
}

function compare(a: OutputValue, b: OutputValue, stretches: readonly Stretch[]): OutputDifference {
  const { length, size, distance } = measureOf(a, b)
  let scale = 0
  let largest = 0
  let elements = 0
  for (const { from, at, count } of stretches) {
    const end = Math.min(count, length[0] - from, length[1] - at)
    for (let i = 0; i < end; i += 1) {
      elements += 1
      const own = size(from + i)
      if (own > scale && own < Infinity) scale = own
      const apart = distance(from + i, at + i)
      if (apart > largest) largest = apart
    }
  }
  const relative = largest === 0 ? 0 : scale === 0 ? Infinity : largest / scale
  return { elements, relative, exact: largest === 0 }
}

interface Measure {
  /** Elements of the reference, and of the other. */
  length: [number, number]
  /** How far an element of the reference is from zero. */
  size(index: number): number
  /** How far an element of the reference is from one of the other; infinite where only one of them is a number. */
  distance(index: number, other: number): number
}

function measureOf(reference: OutputValue, other: OutputValue): Measure {
  const [strings, otherStrings] = [reference.values, other.values]
  if (Array.isArray(strings) || Array.isArray(otherStrings)) {
    return {
      length: [strings.length, otherStrings.length],
      size: () => 1,
      distance: (i, j) => (strings[i] === otherStrings[j] ? 0 : Infinity),
    }
  }
  const [a, b] = [outputNumbers(reference), outputNumbers(other)]
  const length: Measure['length'] = [a.length, b.length]
  if (isWide(a) && isWide(b)) {
    return {
      length,
      size: (i) => Math.abs(Number(a[i] ?? 0n)),
      distance: (i, j) => Math.abs(Number((a[i] ?? 0n) - (b[j] ?? 0n))),
    }
  }
  return {
    length,
    size: (i) => Math.abs(Number(a[i] ?? NaN)),
    distance(i, j) {
      const [x, y] = [Number(a[i] ?? NaN), Number(b[j] ?? NaN)]
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return 0
      const apart = Math.abs(x - y)
      return Number.isNaN(apart) ? Infinity : apart
    },
  }
}
