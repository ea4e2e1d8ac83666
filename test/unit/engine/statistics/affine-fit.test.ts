import { describe, expect, it } from 'vitest'
import { fitAffine, halfSaturation } from '../../../../electron/engine/statistics/affine-fit.ts'

const line = [1, 2, 4, 8, 16, 32, 64].map((x) => ({ x, y: 6 + 0.5 * x }))

describe('fitAffine', () => {
  it('finds the line', () => {
    const fit = fitAffine(line)
    expect(fit?.overhead).toBeCloseTo(6, 10)
    expect(fit?.perItem).toBeCloseTo(0.5, 10)
    expect(fit?.follows).toBe(true)
    expect(fit && halfSaturation(fit)).toBeCloseTo(12, 10)
  })

  it('is not moved by an outlier', () => {
    const fit = fitAffine(line.map((point) => (point.x === 8 ? { ...point, y: 100 } : point)))
    expect(fit?.perItem).toBeCloseTo(0.5, 10)
    expect(fit?.overhead).toBeCloseTo(6, 10)
  })

  it('says that a curve does not follow a line', () => {
    expect(fitAffine(line.map(({ x }) => ({ x, y: 1 + 0.05 * x * x })))?.follows).toBe(false)
    expect(fitAffine(line.map(({ x }) => ({ x, y: 100 - x })))?.follows).toBe(false)
  })

  it('has no asymptote where items cost nothing', () => {
    const fit = fitAffine(line.map(({ x }) => ({ x, y: 5 })))
    expect(fit).toEqual({ overhead: 5, perItem: 0, relativeError: 0, follows: true })
    expect(fit && halfSaturation(fit)).toBeUndefined()
  })

  it('needs two different batch sizes and numbers', () => {
    expect(fitAffine([])).toBeUndefined()
    expect(fitAffine([{ x: 1, y: 2 }])).toBeUndefined()
    expect(
      fitAffine([
        { x: 1, y: 2 },
        { x: 1, y: 3 },
      ]),
    ).toBeUndefined()
    expect(fitAffine([...line, { x: 3, y: Number.NaN }])).toBeUndefined()
  })
})
