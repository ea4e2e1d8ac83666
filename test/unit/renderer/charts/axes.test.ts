import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roundCeiling, steadyCeiling } from '../../../../renderer/charts/axis-ceiling.ts'
import { batchAxis } from '../../../../renderer/charts/batch-axis.ts'
import { byteUnitFor } from '../../../../renderer/charts/byte-unit.ts'
import { decadeTicks, tickText } from '../../../../renderer/charts/plot.ts'
import { timeTicks } from '../../../../renderer/charts/time-ticks.ts'
import { timeView } from '../../../../renderer/charts/time-span.ts'

describe('batchAxis', () => {
  it('is linear up to a factor of 8', () => {
    const axis = batchAxis([8, 2, 4, 1])
    expect(axis.logarithmic).toBe(false)
    expect(axis.ticks).toEqual([1, 2, 4, 8])
    expect(axis.toX(4)).toBe(4)
  })

  it('is logarithmic to base 2 beyond, with powers of two first among the labels', () => {
    const axis = batchAxis([1, 2, 4, 8, 12, 16, 24, 32, 48, 64])
    expect(axis.logarithmic).toBe(true)
    expect(axis.ticks).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect(axis.toX(8)).toBe(3)
  })

  it('finds its way back from the axis to the batch size', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 4096 }), { minLength: 1 }), (sizes) => {
        const axis = batchAxis(sizes)
        for (const size of sizes) {
          expect(Math.round(axis.toBatch(axis.toX(size)))).toBe(size)
          expect(axis.toX(size)).toBeGreaterThan(axis.min)
          expect(axis.toX(size)).toBeLessThan(axis.max)
        }
      }),
    )
  })

  it('never labels so many sizes that they run together', () => {
    const axis = batchAxis(Array.from({ length: 64 }, (_, index) => index + 1))
    expect(axis.ticks.length).toBeLessThanOrEqual(11)
    expect(axis.ticks).toContain(1)
    expect(axis.ticks).toContain(64)
  })
})

describe('roundCeiling', () => {
  it('is the next round number', () => {
    expect([0.87, 1, 1.2, 2858, 74, 0].map(roundCeiling)).toEqual([1, 1, 1.5, 3000, 80, 1])
  })

  it('is never below the value', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (value) => {
        expect(roundCeiling(value)).toBeGreaterThanOrEqual(value * (1 - 1e-8))
        expect(roundCeiling(value)).toBeLessThanOrEqual(value * 2)
      }),
    )
  })
})

describe('steadyCeiling', () => {
  it('stays while the data fits and fills a third of it', () => {
    expect(steadyCeiling(100, 95)).toBe(100)
    expect(steadyCeiling(100, 34)).toBe(100)
  })

  it('moves when the data leaves it or shrinks far below it', () => {
    expect(steadyCeiling(100, 120)).toBe(150)
    expect(steadyCeiling(100, 20)).toBe(25)
  })
})

describe('byteUnitFor', () => {
  it('is the largest unit of which there is at least one', () => {
    expect([0, 1023, 1024, 5 * 1024 ** 2, 3 * 1024 ** 3].map((bytes) => byteUnitFor(bytes).name)).toEqual([
      'B',
      'B',
      'KiB',
      'MiB',
      'GiB',
    ])
  })
})

describe('timeTicks', () => {
  it('stands on round times', () => {
    expect(timeTicks(0, 60, 6)).toEqual([0, 10, 20, 30, 40, 50, 60])
    expect(timeTicks(95, 250, 4)).toEqual([120, 180, 240])
  })
})

describe('decadeTicks', () => {
  it('gives 1, 2 and 5 of each decade', () => {
    expect(decadeTicks(0.5, 30)).toEqual([0.5, 1, 2, 5, 10, 20])
  })

  it('gives decades only over a wide range', () => {
    expect(decadeTicks(0.1, 1000)).toEqual([0.1, 1, 10, 100, 1000])
  })
})

describe('tickText', () => {
  it('has no zeros that were not measured', () => {
    expect([5, 2.5, 15000].map(tickText)).toEqual(['5', '2.5', '15,000'])
  })
})

describe('timeView', () => {
  it('shows the whole of a running run in a span that grows by steps', () => {
    const at = (elapsedMs: number) => timeView('all', 1000, 1000 + elapsedMs, true)
    expect(at(5_000)).toEqual({ fromMs: 1000, toMs: 31_000, originMs: 1000 })
    expect(at(29_000).toMs).toBe(at(5_000).toMs)
    expect(at(31_000).toMs).toBe(61_000)
  })

  it('shows the whole of an ended run exactly', () => {
    expect(timeView('all', 1000, 48_000, false)).toEqual({ fromMs: 1000, toMs: 48_000, originMs: 1000 })
  })

  it('slides a fixed span once it is full', () => {
    expect(timeView('minute', 0, 20_000, true)).toMatchObject({ fromMs: 0, toMs: 60_000 })
    expect(timeView('minute', 0, 90_000, true)).toMatchObject({ fromMs: 30_000, toMs: 90_000 })
  })
})
