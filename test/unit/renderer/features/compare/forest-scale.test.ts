import { describe, expect, it } from 'vitest'
import { forestScale } from '../../../../../renderer/features/compare/forest-scale.ts'

const change = (ratio: number, ci95?: [number, number]) => ({
  ...{ ratio, verdict: 'no-difference-shown' as const, withinThreshold: false },
  ...(ci95 && { ci95 }),
})

describe('the axis of the intervals', () => {
  it('has 1 in the middle and holds every interval and the threshold', () => {
    const scale = forestScale([change(1.1, [1.02, 1.2]), change(0.95)], 0.03)
    expect(scale.percentOf(1)).toBe(50)
    for (const ratio of [0.95, 1.02, 1.2, 1.03]) expect(scale.isOutside(ratio)).toBe(false)
    expect(scale.band.from).toBeGreaterThan(0)
    expect(scale.band.from + scale.band.to).toBeCloseTo(100, 9)
    expect(scale.percentOf(1.2)).toBeCloseTo(100 - scale.percentOf(1 / 1.2), 9)
  })

  it('has few ticks, 1 among them, from left to right', () => {
    for (const reach of [1.001, 1.02, 1.1, 1.6, 3, 50]) {
      const { ticks } = forestScale([change(reach)], 0.03)
      expect(ticks.map(({ text }) => text)).toContain('1')
      expect(ticks.length).toBeGreaterThanOrEqual(3)
      expect(ticks.length).toBeLessThanOrEqual(7)
      const places = ticks.map(({ percent }) => percent)
      expect(places).toEqual(places.toSorted((one, other) => one - other))
    }
  })

  it('is not squeezed by an interval that nothing bounds', () => {
    const scale = forestScale([change(1.05, [1e-9, 1e9]), change(1.02, [1, 1.04])], 0.03)
    expect(scale.isOutside(1e9)).toBe(true)
    expect(scale.percentOf(1e9)).toBe(100)
    expect(scale.percentOf(3)).toBeCloseTo(100, 6)
  })

  it('stays an axis without anything to hold', () => {
    const scale = forestScale([], 0)
    expect(scale.ticks.every(({ percent }) => Number.isFinite(percent))).toBe(true)
  })
})
