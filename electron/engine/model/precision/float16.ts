import { bfloat16Value, float16Bits, float16Value } from '../../../contract/float16.ts'

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
