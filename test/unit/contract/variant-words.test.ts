import { describe, expect, it } from 'vitest'
import { tradeAxes, tradeName, tradePoints } from '../../../electron/contract/variant-trade.ts'
import {
  cosineText,
  driftClause,
  errorText,
  partSentence,
  ratioText,
  relativeText,
  speedWords,
  topOneText,
} from '../../../electron/contract/variant-words.ts'
import { variantAnalysis } from '../../fixtures/plausible-variants.ts'
import { driftOf, variantExperiment, variantReportInput } from '../../fixtures/variant-experiment.ts'

describe('the numbers of variants as text', () => {
  it('have the digits that they carry', () => {
    expect([1.8234, 0.05, 12].map(ratioText)).toEqual(['1.82', '0.0500', '12.00'])
    expect([0, 0.00311, 3.1e-8, 12.34, 51_234].map(errorText)).toEqual([
      '0',
      '0.0031',
      '3.1e-8',
      '12',
      '51,000',
    ])
    expect([undefined, 0, 0.00041, 2].map(relativeText)).toEqual(['–', '0 %', '0.041 %', '200 %'])
    expect([undefined, 1, 0.97, 0.999_999_9, 1 - 1e-12, -1].map(cosineText)).toEqual([
      '–',
      '1',
      '0.9700',
      '0.999999900',
      '1',
      '-1.0000',
    ])
  })

  it('do not round agreement up to all', () => {
    expect([1, 0.9999, 0.5].map(topOneText)).toEqual(['100 %', '99.9 %', '50.0 %'])
  })

  it('say a speed with its interval, where there is one', () => {
    expect(speedWords({ ratio: 1.8, ci95: [1.75, 1.9] })).toBe('1.80 times (1.75 to 1.90)')
    expect(speedWords({ ratio: 0.5 })).toBe('0.50 times')
  })

  it.each([
    [driftOf(0.02, { top1Agreement: undefined }), "its outputs lie 2 % off the reference's"],
    [driftOf(0), "its outputs are the reference's to the last bit"],
    [
      driftOf(0, { relative: undefined, maxAbsolute: 0.5 }),
      'its output "logits" differs by up to 0.5 where the reference\'s is zero',
    ],
    [
      driftOf(0.1, { notFinite: 2 }),
      'its output "logits" has 2 values that are not finite where the reference\'s are, or the other way round',
    ],
  ])('say how far outputs lie off', (drift, words) => {
    expect(driftClause(drift)).toBe(words)
  })

  it('say that a large output was compared in part, and nothing of others', () => {
    expect(partSentence([driftOf(0.1)])).toBeUndefined()
    expect(partSentence([driftOf(0.1), driftOf(0.1, { elements: 16e6, ofElements: 20e6 })])).toBe(
      'Outputs as large as "logits" were compared in part: 16,000,000 of 20,000,000 values.',
    )
  })
})

describe('the chart of what variants gain and lose', () => {
  const points = tradePoints(variantAnalysis)

  it('has a mark for each model at its best batch size, named with its size', () => {
    expect(points.map(tradeName)).toEqual([
      'reference, batch 64, 97.8 MiB',
      'fp16, batch 64, 48.9 MiB',
      'int8, batch 64, 24.4 MiB',
    ])
    expect(points[0]).toMatchObject({ isReference: true, speed: { ratio: 1 }, error: 0 })
    expect(points[1]?.error).toBeCloseTo(0.00041 * 1.064, 9)
  })

  it('puts what has no error at the foot of a logarithmic axis, below every error', () => {
    const { y, yOf } = tradeAxes(points)
    expect(y.ticks[0]).toEqual({ value: y.min, text: 'none' })
    expect(y.ticks.map(({ text }) => text)).toContain('1 %')
    expect(yOf({ error: 0 })).toBe(y.min)
    for (const point of points) {
      expect(yOf(point)).toBeGreaterThanOrEqual(y.min)
      expect(yOf(point)).toBeLessThanOrEqual(y.max)
      if (point.error > 0) expect(point.error).toBeGreaterThan(y.min)
    }
  })

  it('holds every speed with its interval, and room beside it', () => {
    const { x } = tradeAxes(points)
    for (const { speed } of points) {
      expect(x.min).toBeLessThan(speed.ci95?.[0] ?? speed.ratio)
      expect(x.max).toBeGreaterThan(speed.ci95?.[1] ?? speed.ratio)
    }
  })

  it('leaves out what was not compared, and stands where nothing differs', () => {
    const uncompared = variantReportInput({ ...variantExperiment(), outputDrifts: new Map() }).analysis
    expect(tradePoints(uncompared).map(({ isReference }) => isReference)).toEqual([true])
    const { y } = tradeAxes(tradePoints(uncompared))
    expect(y.min).toBeGreaterThan(0)
    expect(y.max).toBeGreaterThan(y.min)
  })
})
