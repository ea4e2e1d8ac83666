import { describe, expect, it } from 'vitest'
import { bfloat16Value, float16Bits, float16Value } from '../../../electron/contract/float16.ts'

/** The value of half-precision bits, by the definition of the format. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

describe('half precision', () => {
  it('gives back every value that it can hold', () => {
    const wrong = Array.from({ length: 0x10000 }, (_, bits) => bits)
      .filter((bits) => !Number.isNaN(valueOf(bits)))
      .filter((bits) => float16Bits(valueOf(bits)) !== bits)
    expect(wrong).toEqual([])
  })

  it.each([
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2],
    [65519.9, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    [NaN, 0x7e00],
  ])('rounds %d to the nearest, ties to even', (value, bits) => {
    expect(float16Bits(value)).toBe(bits)
  })

  it('reads every value by the definition of the format', () => {
    const wrong = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => !Object.is(float16Value(bits), valueOf(bits)),
    )
    expect(wrong).toEqual([])
  })
})

describe('bfloat16', () => {
  it.each([
    [0x3f80, 1],
    [0xc049, -3.140625],
    [0x0080, 2 ** -126],
    [0x7f80, Infinity],
    [0x7fc0, NaN],
  ])('reads %i', (bits, value) => {
    expect(bfloat16Value(bits)).toBe(value)
  })
})
