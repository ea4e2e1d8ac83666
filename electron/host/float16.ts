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
