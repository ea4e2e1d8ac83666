import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SampleRing } from '../../../../renderer/stores/run-ring.ts'

function filled(times: readonly number[], capacity = 4): SampleRing<'a' | 'b'> {
  const ring = new SampleRing<'a' | 'b'>(['a', 'b'], capacity)
  for (const time of times) ring.push(time, { a: time * 10 })
  return ring
}

describe('SampleRing', () => {
  it('gives the newest rows in the order of time, whatever came before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 60 }), (capacity, count) => {
        const times = Array.from({ length: count }, (_, index) => index + 1)
        const ring = filled(times, capacity)
        const kept = times.slice(-capacity)
        expect(Array.from({ length: ring.length }, (_, row) => ring.timeAt(row))).toEqual(kept)
        expect(Array.from({ length: ring.length }, (_, row) => ring.valueAt('a', row))).toEqual(
          kept.map((time) => time * 10),
        )
        expect(ring.dropped).toBe(Math.max(0, count - capacity))
      }),
    )
  })

  it('finds the first row from a time on', () => {
    const ring = filled([1, 2, 4, 8, 16], 4)
    expect([0, 2, 3, 16, 17].map((time) => ring.rowFrom(time))).toEqual([0, 0, 1, 3, 4])
  })

  it('finds the row closest in time', () => {
    const ring = filled([10, 20, 40])
    expect([0, 14, 16, 35, 99].map((time) => ring.rowNearest(time))).toEqual([0, 0, 1, 2, 2])
    expect(filled([]).rowNearest(5)).toBe(-1)
  })

  it('has no value where a quantity was not read, nor outside', () => {
    const ring = filled([1])
    expect([ring.valueAt('b', 0), ring.valueAt('a', 1), ring.timeAt(-1)]).toEqual([NaN, NaN, NaN])
  })

  it('passes over a row that is not newer than the last', () => {
    const ring = filled([5, 5, 3, 6])
    expect([ring.length, ring.timeAt(0), ring.timeAt(1)]).toEqual([2, 5, 6])
  })

  it('is empty after clearing', () => {
    const ring = filled([1, 2, 3, 4, 5, 6])
    ring.clear()
    expect([ring.length, ring.dropped]).toEqual([0, 0])
    ring.push(1, { a: 1 })
    expect(ring.valueAt('a', 0)).toBe(1)
  })
})
