import { describe, expect, it } from 'vitest'
import {
  asUnsigned,
  quantiseWeight,
  transposed,
} from '../../../../../electron/engine/model/precision/quantise.ts'
import { numbers } from './converting.ts'

async function quantised(weights: Float32Array, dims: number[], axis: number) {
  const result = await quantiseWeight(weights, dims, axis)
  if (result === undefined) throw new Error('It has numbers that are not finite.')
  return result
}

describe('a weight in 8 bits', () => {
  it('gives each channel the scale that its largest weight asks for', async () => {
    const weights = Float32Array.of(1.27, -0.01, 0.5, -254, 2, 127)
    const { values, scales } = await quantised(weights, [2, 3], 0)
    expect([...scales]).toEqual([Math.fround(Math.fround(1.27) / 127), 2])
    expect([...values]).toEqual([127, -1, 50, -127, 1, 64])
  })

  it('counts channels along any axis', async () => {
    const { values, scales } = await quantised(Float32Array.of(127, 1.27, -127, 1.27), [2, 2], 1)
    expect([...scales].map((scale) => scale.toFixed(4))).toEqual(['1.0000', '0.0100'])
    expect([...values]).toEqual([127, 127, -127, 127])
    const inside = await quantised(numbers(24), [2, 3, 4], 1)
    expect(inside.scales).toHaveLength(3)
  })

  it.each([
    [[64, 32], 0],
    [[64, 32], 1],
    [[8, 16, 3, 5], 0],
    [[8, 16, 3, 5], 1],
  ])('moves no weight of %j by more than half the scale of its channel, axis %i', async (dims, axis) => {
    const count = dims.reduce((product, size) => product * size, 1)
    const weights = numbers(count).map((value, index) => value * 2 ** (index % 7))
    const { values, scales } = await quantised(weights, dims, axis)
    const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1)
    const tooFar = weights.filter((weight, index) => {
      const scale = scales[Math.floor(index / inner) % (dims[axis] ?? 1)] ?? 0
      return Math.abs(weight - (values[index] ?? 0) * scale) > scale * 0.500001
    })
    expect([...tooFar]).toEqual([])
  })

  it('goes through large weights in pieces without losing its place', async () => {
    const [rows, columns] = [1100, 1001]
    const weights = Float32Array.from({ length: rows * columns }, (_, index) => (index % columns) + 1)
    const seen: number[] = []
    const result = await quantiseWeight(weights, [rows, columns], 1, async (count) => void seen.push(count))
    expect(result?.values.every((value) => value === 127)).toBe(true)
    expect(result?.relativeError).toBeLessThan(1e-7)
    expect(seen.length).toBeGreaterThan(2)
  })

  it('rounds ties to even, both ways alike', async () => {
    const { values } = await quantised(Float32Array.of(127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5), [1, 7], 0)
    expect([...values].map((value) => value + 0)).toEqual([127, 0, 2, 2, 0, -2, -2])
  })

  it('tells what was lost', async () => {
    const { relativeError } = await quantised(Float32Array.of(127, 0.25), [1, 2], 0)
    expect(relativeError).toBeCloseTo(0.25 / Math.hypot(127, 0.25), 8)
    expect((await quantised(Float32Array.of(127, -254), [2, 1], 0)).relativeError).toBe(0)
  })

  it('leaves channels of zeros zero', async () => {
    const { values, scales, relativeError } = await quantised(new Float32Array(4), [2, 2], 0)
    expect([...values, ...scales, relativeError]).toEqual([0, 0, 0, 0, 1, 1, 0])
  })

  it.each([NaN, Infinity, -Infinity])('does not take %d', async (value) => {
    expect(await quantiseWeight(Float32Array.of(1, value), [2, 1], 0)).toBeUndefined()
  })
})

describe('8-bit steps', () => {
  it('are turned and counted from 128', () => {
    expect([...transposed(Int8Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6])
    expect([...asUnsigned(Int8Array.of(-127, 0, 127))]).toEqual([1, 128, 255])
  })
})
