import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  pixelsFromLeft,
  pixelsFromTop,
  valueFromLeft,
  valueFromTop,
  type PlotGeometry,
} from '../../../../renderer/charts/plot-geometry.ts'

function geometry(logarithmic: boolean): PlotGeometry {
  return {
    left: 58,
    top: 6,
    width: 400,
    height: 200,
    x: { min: 0, max: 60, logarithmic: false },
    y: { min: 1, max: 100, logarithmic },
  }
}

describe('plot geometry', () => {
  it('places the ends of the axes at the edges', () => {
    const linear = geometry(false)
    expect([pixelsFromLeft(linear, 0), pixelsFromLeft(linear, 60)]).toEqual([0, 400])
    expect([pixelsFromTop(linear, 100), pixelsFromTop(linear, 1)]).toEqual([0, 200])
  })

  it('places a power of the middle in the middle of a logarithmic axis', () => {
    expect(pixelsFromTop(geometry(true), 10)).toBeCloseTo(100, 9)
  })

  it('finds back to the value, on either kind of axis', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.double({ min: 1, max: 100, noNaN: true }), (logarithmic, value) => {
        const plot = geometry(logarithmic)
        expect(valueFromTop(plot, pixelsFromTop(plot, value))).toBeCloseTo(value, 6)
      }),
    )
  })

  it('gives the edge for what is dragged beyond it', () => {
    const plot = geometry(true)
    expect(valueFromTop(plot, -50)).toBeCloseTo(100, 9)
    expect(valueFromTop(plot, 900)).toBeCloseTo(1, 9)
    expect(valueFromLeft(plot, -5)).toBe(0)
  })
})
