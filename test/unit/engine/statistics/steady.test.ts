import { describe, expect, it } from 'vitest'
import { isSteady } from '../../../../electron/engine/statistics/steady.ts'

describe('isSteady', () => {
  it('takes two windows of at least three samples', () => {
    expect(isSteady([1, 1, 1, 1, 1], 0.05)).toBe(false)
    expect(isSteady([1, 1, 1, 1, 1, 1], 0.05)).toBe(true)
    expect(isSteady([], 0.05)).toBe(false)
  })

  it('compares the last quarter with the one before, so that a slow start is forgotten', () => {
    const start = Array.from({ length: 50 }, (_, at) => 10 - at / 10)
    const flat = new Array<number>(50).fill(5)
    expect(isSteady([...start, ...flat], 0.05)).toBe(true)
    expect(isSteady([...flat, ...start], 0.05)).toBe(false)
  })

  it('is not disturbed by single slow calls', () => {
    expect(isSteady([1, 1, 9, 1, 40, 1], 0.05)).toBe(true)
  })

  it('holds up to the tolerance', () => {
    expect(isSteady([95, 95, 95, 100, 100, 100], 0.05)).toBe(true)
    expect(isSteady([94, 94, 94, 100, 100, 100], 0.05)).toBe(false)
  })

  it('is false for what cannot be latencies', () => {
    expect(isSteady(new Array<number>(10).fill(Number.NaN), 0.05)).toBe(false)
    expect(isSteady(new Array<number>(10).fill(-1), 0.05)).toBe(false)
  })
})
