/** A weight in 8 bits: each channel's elements are multiples of the channel's own scale, from -127 to 127 times. */
export interface QuantisedWeight {
  values: Int8Array
  /** One a channel; above zero. */
  scales: Float32Array
  /** Euclidean norm of what was lost over that of the weight. */
  relativeError: number
}

/** Symmetric: -128 stays unused, so that zero is zero and a weight and its negative are equally far from it. */
const largestStep = 127

/**
 * Rounds a weight to 8 bits, symmetrically and channel by channel: scale_c = max|w_c| / 127, q = round(w / scale_c) to
 * the nearest, ties to even. (Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", 2018, with zero points of zero.) `axis` counts channels. No element moves by more
 * than half its scale. Undefined where an element is not finite.
 */
export async function quantiseWeight(
  weights: Float32Array,
  dims: readonly number[],
  axis: number,
  rest: Rest = noRest,
): Promise<QuantisedWeight | undefined> {
  const channels = dims[axis] ?? 1
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1)
  const largest = new Float64Array(channels)
  for (let from = 0; from < weights.length; from += blockLength) {
    const block = weights.subarray(from, from + blockLength)
    takeLargest(block, from, inner, largest)
    await rest(block.length)
  }
  if (!largest.every((magnitude) => Number.isFinite(magnitude))) return undefined
  // A channel of zeros takes any scale.
  const scales = Float32Array.from(largest, (magnitude) => Math.fround(magnitude / largestStep) || 1)
  const values = new Int8Array(weights.length)
  let [lost, whole] = [0, 0]
  for (let from = 0; from < weights.length; from += blockLength) {
    const block = weights.subarray(from, from + blockLength)
    const squares = round(block, from, inner, scales, values.subarray(from, from + blockLength))
    lost += squares.lost
    whole += squares.whole
    await rest(block.length)
  }
  return { values, scales, relativeError: whole === 0 ? 0 : Math.sqrt(lost / whole) }
}

/** Told how many elements were worked on, so that other work can have its turn. */
export type Rest = (elements: number) => Promise<void>
const noRest: Rest = () => Promise.resolve()

/** Elements that are worked on in one go. */
const blockLength = 1 << 20

/** Raises the largest magnitude of each channel to what a block holds that begins at element `from`. */
function takeLargest(block: Float32Array, from: number, inner: number, largest: Float64Array): void {
  let channel = Math.floor(from / inner) % largest.length
  let left = inner - (from % inner)
  for (let index = 0; index < block.length; index += 1) {
    const magnitude = Math.abs(block[index] ?? 0)
    // Also true for what is no number.
    if (!(magnitude <= (largest[channel] ?? 0))) largest[channel] = magnitude
    left -= 1
    if (left > 0) continue
    left = inner
    channel = channel + 1 === largest.length ? 0 : channel + 1
  }
}

/** Rounds a block that begins at element `from` into `values`; gives the sums of squares of what is lost and of all. */
function round(
  block: Float32Array,
  from: number,
  inner: number,
  scales: Float32Array,
  values: Int8Array,
): { lost: number; whole: number } {
  let [lost, whole] = [0, 0]
  let channel = Math.floor(from / inner) % scales.length
  let left = inner - (from % inner)
  for (let index = 0; index < block.length; index += 1) {
    const weight = block[index] ?? 0
    const scale = scales[channel] ?? 1
    const value = Math.max(-largestStep, Math.min(largestStep, nearest(weight / scale)))
    values[index] = value
    const difference = weight - value * scale
    lost += difference * difference
    whole += weight * weight
    left -= 1
    if (left > 0) continue
    left = inner
    channel = channel + 1 === scales.length ? 0 : channel + 1
  }
  return { lost, whole }
}

/** Adding and taking away 1.5 x 2^52 leaves no fraction, rounded to the nearest, ties to even. */
const fractionEnd = 1.5 * 2 ** 52
function nearest(value: number): number {
  return value + fractionEnd - fractionEnd
}

/** Rows for columns. */
export function transposed(values: Int8Array, rows: number, columns: number): Int8Array {
  const turned = new Int8Array(values.length)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = values[row * columns + column] ?? 0
  }
  return turned
}

/** The zero point of `asUnsigned`. */
export const unsignedZero = 128

/** The same steps counted from 128: ONNX Runtime's integer convolution takes unsigned weights. */
export function asUnsigned(values: Int8Array): Uint8Array {
  const unsigned = new Uint8Array(values.length)
  for (let index = 0; index < values.length; index += 1) unsigned[index] = (values[index] ?? 0) + unsignedZero
  return unsigned
}
