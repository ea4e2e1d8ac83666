import { describe, expect, it } from 'vitest'
import type { OutputValue, TensorValues } from '../../../../../electron/contract/host-protocol.ts'
import { float16Bits } from '../../../../../electron/contract/float16.ts'
import { along } from '../../../../../electron/engine/model/dynamic/batch-place.ts'
import {
  comparePiece,
  compareWhole,
  samplesAlike,
} from '../../../../../electron/engine/model/dynamic/batch-differences.ts'

const value = (
  shape: number[],
  values: TensorValues,
  type: OutputValue['type'] = 'float32',
): OutputValue => ({
  name: 'y',
  type,
  shape,
  values,
})
const reals = (shape: number[], values: number[]) => value(shape, Float32Array.from(values))

describe('comparing outputs', () => {
  it('tells the largest difference as a share of the largest element', () => {
    const { relative, exact, elements } = compareWhole(reals([3], [1, -4, 2]), reals([3], [1, -4, 2.5]))
    expect({ relative, exact, elements }).toEqual({ relative: 0.125, exact: false, elements: 3 })
    expect(compareWhole(reals([2], [1, NaN]), reals([2], [1, NaN]))).toMatchObject({
      exact: true,
      relative: 0,
    })
  })

  it('knows no closeness to what is not a number, or of another shape', () => {
    expect(compareWhole(reals([2], [1, NaN]), reals([2], [1, 2])).relative).toBe(Infinity)
    expect(compareWhole(reals([2], [1, Infinity]), reals([2], [1, 2])).relative).toBe(Infinity)
    expect(compareWhole(reals([2], [0, 0]), reals([2], [0, 1])).relative).toBe(Infinity)
    expect(compareWhole(reals([1, 2], [1, 2]), reals([2], [1, 2])).relative).toBe(Infinity)
  })

  it('compares 64-bit integers to the last bit, half precision by value, and strings', () => {
    const large = 2n ** 60n
    const whole = (...values: bigint[]) => value([values.length], BigInt64Array.from(values), 'int64')
    expect(compareWhole(whole(large), whole(large + 1n)).exact).toBe(false)
    expect(compareWhole(whole(large), whole(large)).exact).toBe(true)
    const half = (...values: number[]) =>
      value([values.length], Uint16Array.from(values, float16Bits), 'float16')
    expect(compareWhole(half(2, 1), half(2, 1.5)).relative).toBe(0.25)
    expect(compareWhole(value([1], ['a'], 'string'), value([1], ['b'], 'string')).exact).toBe(false)
  })

  it('finds a sample in the batch, along any axis, merged or not', () => {
    // Two samples of [2, 3] along axis 1.
    const whole = reals([2, 2, 3], [1, 2, 3, 11, 12, 13, 4, 5, 6, 14, 15, 16])
    const second = reals([2, 1, 3], [11, 12, 13, 14, 15, 16])
    expect(comparePiece(second, whole, along(1), 1).exact).toBe(true)
    expect(comparePiece(second, whole, along(1), 0).exact).toBe(false)
    // Three samples, merged with two heads inside: [3 * 2].
    const heads = reals([6], [1, 2, 11, 12, 21, 22])
    expect(comparePiece(reals([2], [21, 22]), heads, { axis: 0, outer: 1, inner: 2 }, 2).exact).toBe(true)
    // The same, merged with two steps outside: [2 * 3].
    const steps = reals([6], [1, 11, 21, 2, 12, 22])
    expect(comparePiece(reals([2], [11, 12]), steps, { axis: 0, outer: 2, inner: 1 }, 1).exact).toBe(true)
    expect(comparePiece(reals([3], [1, 2, 3]), heads, along(0), 4).relative).toBe(Infinity)
  })

  it('sees whether samples differ at all', () => {
    expect(samplesAlike(reals([2, 2], [1, 2, 1, 2]), along(0))).toBe(true)
    expect(samplesAlike(reals([2, 2], [1, 2, 1, 3]), along(0))).toBe(false)
    expect(samplesAlike(reals([2, 2], [1, 1, 2, 2]), along(1))).toBe(true)
  })
})
