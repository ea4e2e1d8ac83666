import { describe, expect, it } from 'vitest'
import {
  bfloat16Value,
  decodeFloat16,
  encodeFloat16,
  float16Bits,
  float16Value,
} from '../../../electron/contract/float16.ts'

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

describe('arrays of half precision', () => {
  it('come back bit by bit, whatever the bits', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, each) => each)
    const back = encodeFloat16(decodeFloat16(bits))
    const isNaN = (each: number) => (each & 0x7fff) > 0x7c00
    const wrong = [...bits].filter((each) => (isNaN(each) ? !isNaN(back[each] ?? 0) : back[each] !== each))
    expect(wrong).toEqual([])
  })

  it('take the nearest number for all that lie between', () => {
    const bits = Uint16Array.from({ length: 0x7bff }, (_, each) => each)
    const [lower, upper] = [decodeFloat16(bits), decodeFloat16(bits.map((each) => each + 1))]
    const wrong = (part: number, expected: (each: number) => number) => {
      const between = lower.map((value, index) => value + ((upper[index] ?? 0) - value) * part)
      return encodeFloat16(between).filter((found, each) => found !== expected(each)).length
    }
    expect(wrong(0.49, (each) => each)).toBe(0)
    expect(wrong(0.51, (each) => each + 1)).toBe(0)
    expect(wrong(0.5, (each) => each + (each % 2))).toBe(0)
  })
})
