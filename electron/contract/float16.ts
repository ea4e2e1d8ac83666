const float = new Float32Array(1)
const bitsOfFloat = new Uint32Array(float.buffer)

/** The IEEE 754 half-precision bits nearest to a number (ties to even); beyond 65,504 it is an infinity. */
export function float16Bits(value: number): number {
  float[0] = value
  const bits = bitsOfFloat[0] ?? 0
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fff_ffff
  if (magnitude > 0x7f80_0000) return sign | 0x7e00
  // From 65,520 up, rounding leaves the range.
  if (magnitude >= 0x477f_f000) return sign | 0x7c00
  if (magnitude < 0x3880_0000) {
    // Subnormal: a multiple of 2^-24. `Math.round` rounds ties up, so ties are corrected to even.
    const scaled = Math.abs(value) * 2 ** 24
    const rounded = Math.round(scaled)
    return sign | (rounded - scaled === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded)
  }
  const rebased = magnitude - 0x3800_0000
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13)
}

/** The value of IEEE 754 half-precision bits, exactly. */
export function float16Value(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction * 2 ** -10) * 2 ** (exponent - 15)
}

/** The value of bfloat16 bits, exactly: they are the upper half of a float32. */
export function bfloat16Value(bits: number): number {
  bitsOfFloat[0] = bits << 16
  return float[0] ?? NaN
}

/** Every half-precision value by its bits: looking up is several times as fast as working out. Built when first needed. */
let table: Float32Array | undefined

/** The values of half-precision bits, exactly. */
export function decodeFloat16(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, each) => float16Value(each))
  const values = new Float32Array(bits.length)
  for (let index = 0; index < bits.length; index += 1) values[index] = table[bits[index] ?? 0] ?? NaN
  return values
}

/** The half-precision bits nearest to each value (ties to even); beyond 65,504 they are an infinity. */
export function encodeFloat16(values: Float32Array | Float64Array): Uint16Array {
  const bits = new Uint16Array(values.length)
  for (let index = 0; index < values.length; index += 1) bits[index] = float16Bits(values[index] ?? NaN)
  return bits
}

/** The values of bfloat16 bits, exactly. */
export function decodeBfloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  for (let index = 0; index < bits.length; index += 1) values[index] = bfloat16Value(bits[index] ?? 0)
  return values
}
