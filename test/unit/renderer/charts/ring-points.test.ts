import { describe, expect, it } from 'vitest'
import type { PlotPoint } from '../../../../renderer/charts/plot.ts'
import { writeRingPoints } from '../../../../renderer/charts/ring-points.ts'
import { SampleRing } from '../../../../renderer/stores/run-ring.ts'

function ringOf(values: readonly number[], capacity = 100): SampleRing<'v'> {
  const ring = new SampleRing<'v'>(['v'], capacity)
  values.forEach((v, index) => ring.push(index * 1000, { v }))
  return ring
}

describe('writeRingPoints', () => {
  it('writes what a view shows and a row beyond each edge', () => {
    const points: PlotPoint[] = []
    writeRingPoints(
      points,
      ringOf([0, 1, 2, 3, 4, 5]),
      'v',
      { fromMs: 2000, toMs: 3000, originMs: 0 },
      { limit: 10 },
    )
    expect(points.map(({ x }) => x)).toEqual([1, 2, 3])
  })

  it('counts time in seconds from the origin and values in the unit asked for', () => {
    const points: PlotPoint[] = []
    const largest = writeRingPoints(
      points,
      ringOf([1024, 2048]),
      'v',
      { fromMs: 0, toMs: 9000, originMs: 500 },
      { limit: 10, divisor: 1024 },
    )
    expect(points).toEqual([
      { x: -0.5, y: 1 },
      { x: 0.5, y: 2 },
    ])
    expect(largest).toBe(2)
  })

  it('writes over the points of the last draw instead of making new ones', () => {
    const points: PlotPoint[] = []
    const view = { fromMs: 0, toMs: 9000, originMs: 0 }
    writeRingPoints(points, ringOf([1, 2, 3]), 'v', view, { limit: 10 })
    const first = points[0]
    writeRingPoints(points, ringOf([7]), 'v', view, { limit: 10 })
    expect(points[0]).toBe(first)
    expect(points).toEqual([{ x: 0, y: 7 }])
  })

  it('keeps the peaks when there are more rows than the limit', () => {
    const values = Array.from({ length: 100 }, (_, index) => (index === 37 ? 999 : index % 3))
    const points: PlotPoint[] = []
    const largest = writeRingPoints(
      points,
      ringOf(values),
      'v',
      { fromMs: 0, toMs: 200_000, originMs: 0 },
      { limit: 30 },
    )
    expect(points.length).toBeLessThanOrEqual(30)
    expect(largest).toBe(999)
    expect(points).toContainEqual({ x: 37, y: 999 })
  })

  it('merges the same neighbours while the ring moves on, so that curves do not flicker', () => {
    const ring = ringOf(
      Array.from({ length: 64 }, (_, index) => (index * 7) % 11),
      64,
    )
    const view = (fromMs: number) => ({ fromMs, toMs: 999_000, originMs: 0 })
    const before: PlotPoint[] = []
    writeRingPoints(before, ring, 'v', view(0), { limit: 32 })
    ring.push(64_000, { v: 5 })
    const after: PlotPoint[] = []
    writeRingPoints(after, ring, 'v', view(0), { limit: 32 })
    // All but the group that lost a row at the left edge and the newest one at the right.
    expect(after.slice(1, -1)).toEqual(before.slice(1))
  })

  it('leaves a gap where nothing was read', () => {
    const points: PlotPoint[] = []
    writeRingPoints(
      points,
      ringOf([1, Number.NaN, 3]),
      'v',
      { fromMs: 0, toMs: 9000, originMs: 0 },
      { limit: 10 },
    )
    expect(points.map(({ y }) => y)).toEqual([1, NaN, 3])
  })
})
