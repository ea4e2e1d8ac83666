import { elementCount, type InputData } from './element-arrays.ts'

/** Samples of a row-major array: `size` of them along one axis, of `inner` elements each, `outer` times over. */
interface Layout {
  outer: number
  size: number
  inner: number
}

function layoutOf(shape: readonly number[], axis: number): Layout {
  return {
    outer: elementCount(shape.slice(0, axis)),
    size: shape[axis] ?? 1,
    inner: elementCount(shape.slice(axis + 1)),
  }
}

/** `count` samples from `start` on, along `axis` of an array of `shape`: a copy. */
export function takeSamples<D extends InputData>(
  data: D,
  shape: readonly number[],
  { axis, start, count }: { axis: number; start: number; count: number },
): D {
  const { outer, size, inner } = layoutOf(shape, axis)
  if (start < 0 || count < 0 || start + count > size) {
    throw new Error(`Samples ${start} to ${start + count - 1} are not among the ${size} of the input.`)
  }
  // One piece, which is the common case: the batch axis is the first.
  if (outer === 1) return data.slice(start * inner, (start + count) * inner) as D
  const taken = data.slice(0, outer * count * inner) as D
  for (let o = 0; o < outer; o += 1) {
    copyElements(data, (o * size + start) * inner, taken, o * count * inner, count * inner)
  }
  return taken
}

/**
 * Writes the samples of `data`, an array of `shape` but with `items` of them along `axis`, into `target`, an array of
 * `shape`, over and over until it is full; what is too many is left out.
 */
export function repeatSamples<D extends InputData>(
  data: D,
  target: D,
  shape: readonly number[],
  { axis, items }: { axis: number; items: number },
): void {
  const { outer, size, inner } = layoutOf(shape, axis)
  const first = Math.min(items, size)
  for (let o = 0; o < outer; o += 1) {
    const begin = o * size * inner
    copyElements(data, o * items * inner, target, begin, first * inner)
    // What is there already is copied on, in whole rounds: twice as much each time.
    for (let filled = first; filled < size; filled *= 2) {
      copyElements(target, begin, target, begin + filled * inner, Math.min(filled, size - filled) * inner)
    }
  }
}

function copyElements(
  source: InputData,
  from: number,
  target: InputData,
  to: number,
  elements: number,
): void {
  if (Array.isArray(target) || Array.isArray(source)) {
    for (let i = 0; i < elements; i += 1) target[to + i] = source[from + i] as never
    return
  }
  // Both are of one type: numbers go to numbers, bigints to bigints.
  ;(target as Uint8Array).set(source.subarray(from, from + elements) as Uint8Array, to)
}
