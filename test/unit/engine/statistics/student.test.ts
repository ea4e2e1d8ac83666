import { describe, expect, it } from 'vitest'
import { incompleteBeta, studentCritical } from '../../../../electron/engine/statistics/student.ts'

describe('studentCritical', () => {
  it.each([
    [1, 12.706205],
    [2, 4.302653],
    [5, 2.570582],
    [30, 2.042272],
    [Infinity, 1.959964],
  ])('for 5 %% and %d degrees of freedom is the table’s %d', (degrees, expected) => {
    expect(studentCritical(0.05, degrees)).toBeCloseTo(expected, 3)
  })

  it('takes fractions of a degree, and needs more than none', () => {
    const between = studentCritical(0.05, 1.5)
    expect(between).toBeGreaterThan(studentCritical(0.05, 2))
    expect(between).toBeLessThan(studentCritical(0.05, 1))
    expect([0, -1, Number.NaN].map((degrees) => studentCritical(0.05, degrees))).toEqual([
      Infinity,
      Infinity,
      Infinity,
    ])
  })
})

describe('incompleteBeta', () => {
  it('agrees with the polynomials that it is for whole parameters', () => {
    for (const x of [0, 0.1, 0.5, 0.73, 1]) {
      expect(incompleteBeta(x, 1, 1)).toBeCloseTo(x, 12)
      expect(incompleteBeta(x, 2, 3)).toBeCloseTo(x * x * (6 - 8 * x + 3 * x * x), 12)
    }
  })

  it('is a binomial tail: P(Binomial(10, 0.3) >= 4)', () => {
    const below = [0, 1, 2, 3].map((k) => [1, 10, 45, 120][k] ?? 0)
    const expected = 1 - below.reduce((sum, ways, k) => sum + ways * 0.3 ** k * 0.7 ** (10 - k), 0)
    expect(incompleteBeta(0.3, 4, 7)).toBeCloseTo(expected, 12)
  })
})
