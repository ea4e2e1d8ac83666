import { describe, expect, it } from 'vitest'
import { knee } from '../../../../electron/engine/statistics/kneedle.ts'

const batches = Array.from({ length: 101 }, (_, x) => x)

describe('knee', () => {
  it('is where a saturating curve stands highest above the diagonal', () => {
    // y = x / (x + h) over [0, X] departs most at sqrt(h (h + X)) - h: for h = 5, X = 100 at 17.9.
    expect(knee(batches.map((x) => ({ x, y: x / (x + 5) })))).toBe(18)
  })

  it('is the example of the paper: y = 5 - 1 / x from 0.1 to 1', () => {
    // Its own statement: the knee of this curve is near x = 0.31 (x where the slope equals the average: 1 / x^2 = 10).
    const points = Array.from({ length: 91 }, (_, at) => 0.1 + at / 100).map((x) => ({ x, y: 5 - 1 / x }))
    expect(knee(points)).toBeCloseTo(0.316, 1)
  })

  it('comes before a fall', () => {
    const points = [1, 2, 4, 8, 16, 32].map((x) => ({ x, y: x <= 8 ? 100 * x : 800 - x }))
    expect(knee(points)).toBe(8)
  })

  it('is not seen where there is none', () => {
    expect(knee(batches.map((x) => ({ x, y: 3 * x })))).toBeUndefined()
    expect(knee(batches.map((x) => ({ x, y: x * x })))).toBeUndefined()
    expect(knee(batches.map((x) => ({ x, y: 100 - x })))).toBeUndefined()
    expect(knee(batches.map((x) => ({ x, y: 7 })))).toBeUndefined()
  })

  it('needs three points, all of them numbers', () => {
    expect(knee([])).toBeUndefined()
    expect(
      knee([
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ]),
    ).toBeUndefined()
    expect(
      knee([
        { x: 1, y: 1 },
        { x: 2, y: Number.NaN },
        { x: 3, y: 2 },
      ]),
    ).toBeUndefined()
  })
})
