import { describe, expect, it } from 'vitest'
import { decodeFloat16, encodeFloat16 } from '../../../../../electron/engine/model/precision/float16.ts'

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
