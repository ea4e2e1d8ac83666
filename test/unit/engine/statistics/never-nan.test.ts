import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitAffine } from '../../../../electron/engine/statistics/affine-fit.ts'
import { fitStretch } from '../../../../electron/engine/statistics/affine-stretch.ts'
import { bestSet } from '../../../../electron/engine/statistics/best-set.ts'
import { executionVariation, scatterOf } from '../../../../electron/engine/statistics/execution-variation.ts'
import { hierarchicalMeanInterval } from '../../../../electron/engine/statistics/hierarchical.ts'
import { knee } from '../../../../electron/engine/statistics/kneedle.ts'
import { estimateMean } from '../../../../electron/engine/statistics/mean-estimate.ts'
import { outliersOf } from '../../../../electron/engine/statistics/outliers.ts'
import { quantileInterval } from '../../../../electron/engine/statistics/quantile-interval.ts'
import { median, sortSamples } from '../../../../electron/engine/statistics/quantile.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { isSteady } from '../../../../electron/engine/statistics/steady.ts'
import { isNarrowEnough, meanInterval } from '../../../../electron/engine/statistics/stopping.ts'
import { trendOf } from '../../../../electron/engine/statistics/trend.ts'

/** Everything that a broken clock could give, and what a good one does. */
const anySample = fc.oneof(
  fc.double(),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.constantFrom(0, 1, 1e-300, 1e300, -1, Number.NaN, Infinity, -Infinity),
)
const anySamples = fc.array(anySample, { maxLength: 40 })
const goodSamples = fc.array(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 40 })

/** Numbers anywhere in a result. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersIn)
}

describe('statistics of whatever was measured', () => {
  it('are numbers or absent, never NaN, and never an exception', () => {
    fc.assert(
      fc.property(fc.array(anySamples, { maxLength: 4 }), fc.double(), (executions, p) => {
        const random = createRandom(1)
        const samples = executions.flat()
        const estimates = executions.map((each) => estimateMean(each))
        const usable = estimates.flatMap((each) => each ?? [])
        const variation = executionVariation(
          [scatterOf(usable) ?? [], scatterOf(usable.slice(1)) ?? []].flat(),
        )
        const points = samples.map((y, x) => ({ x, y }))
        const results = [
          median(samples),
          trendOf(samples),
          outliersOf(samples),
          estimates,
          variation,
          meanInterval(samples, random),
          hierarchicalMeanInterval(executions, random),
          hierarchicalMeanInterval(executions, random, variation),
          quantileInterval(sortSamples(samples), p),
          fitAffine(points),
          fitStretch(points, 'anywhere'),
          fitStretch(points, 'to-largest'),
          knee(points),
          bestSet(
            usable.map((estimate, key) => ({
              key,
              executions: [{ block: key % 2, value: 1 / estimate.mean, estimate }],
            })),
          ),
        ]
        for (const number of numbersIn(results)) expect(number).not.toBeNaN()
        expect(typeof isSteady(samples, 0.05)).toBe('boolean')
        expect(typeof isNarrowEnough(samples, 0.02)).toBe('boolean')
      }),
      { numRuns: 300 },
    )
  })

  it('bracket the mean of good samples', () => {
    fc.assert(
      fc.property(fc.array(goodSamples, { minLength: 1, maxLength: 4 }), (executions) => {
        const samples = executions.flat()
        const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
        const interval = hierarchicalMeanInterval(executions, createRandom(1))
        if (interval === undefined) {
          expect(samples.length).toBe(1)
          return
        }
        expect(interval[0]).toBeLessThanOrEqual(mean * (1 + 1e-9))
        expect(interval[1]).toBeGreaterThanOrEqual(mean * (1 - 1e-9))
        expect(interval[0]).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 300 },
    )
  })
})
