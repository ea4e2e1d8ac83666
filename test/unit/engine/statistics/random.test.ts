import { describe, expect, it } from 'vitest'
import { createRandom, deriveSeed } from '../../../../electron/engine/statistics/random.ts'

const take = (seed: number, count: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => random.next())
}

describe('createRandom', () => {
  it('gives the same stream for the same seed, and another for another', () => {
    expect(take(42, 100)).toEqual(take(42, 100))
    expect(take(42, 100)).not.toEqual(take(43, 100))
  })

  it('stays in [0, 1), whatever the seed', () => {
    for (const seed of [0, -1, 1.5, 1e300, Number.NaN, Infinity]) {
      expect(take(seed, 1000).every((value) => value >= 0 && value < 1)).toBe(true)
    }
  })

  it('is uniform: 64 cells differ by no more than chance allows', () => {
    const draws = 64_000
    const random = createRandom(7)
    const cells = new Array<number>(64).fill(0)
    for (let draw = 0; draw < draws; draw++) {
      const cell = random.integer(64)
      cells[cell] = (cells[cell] ?? 0) + 1
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    // 63 degrees of freedom: mean 63, standard deviation sqrt(126).
    expect(chiSquare).toBeLessThan(63 + 4 * Math.sqrt(126))
    expect(chiSquare).toBeGreaterThan(63 - 4 * Math.sqrt(126))
  })

  it('has no integer below 1', () => {
    expect([0, -3, Number.NaN].map((below) => createRandom(1).integer(below))).toEqual([0, 0, 0])
  })

  it('shuffles a copy into every order', () => {
    const items = ['a', 'b', 'c']
    const random = createRandom(3)
    const orders = new Set(Array.from({ length: 200 }, () => random.shuffle(items).join('')))
    expect([...orders].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
    expect(items).toEqual(['a', 'b', 'c'])
  })

  it('derives different seeds for different names', () => {
    expect(deriveSeed(1, 'trial-1')).toBe(deriveSeed(1, 'trial-1'))
    expect(new Set(['a', 'b', 'ab', ''].map((name) => deriveSeed(1, name))).size).toBe(4)
  })
})
