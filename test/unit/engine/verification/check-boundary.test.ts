import { describe, expect, it } from 'vitest'
import {
  guessBoundary,
  guessFurther,
  judgeBoundary,
  largestFeedable,
  type BoundarySearch,
} from '../../../../electron/engine/verification/check-boundary.ts'
import { endedTrial, madeUpSweep, madeUpTrial, powersOfTwo } from './made-up.ts'

const tolerances = { boundaryWidth: 0.01 }
const search = (over: Partial<BoundarySearch> = {}): BoundarySearch => ({
  boundary: { largestThatFits: 2000, smallestThatDoesNot: 2010, limitedBy: 'device' },
  ...{ predicted: 2040, after: { ok: true }, outOfTime: false, decisions: [], tried: [] },
  ...over,
})
const between = (largestThatFits: number | null, smallestThatDoesNot: number) =>
  search({ boundary: { largestThatFits, smallestThatDoesNot, limitedBy: 'device' } })

describe('the memory boundary', () => {
  it('passes within 1 % of the batch, with the prediction beside it', () => {
    const judged = judgeBoundary('resnet-50', search(), tolerances)
    expect(judged.verdict).toBe('passed')
    expect(judged.sentence).toBe(
      'resnet-50: batch 2,000 fits (ran twice), 2,010 runs out of device memory. Predicted before: 2,040 (+2.0 %). A small batch ran afterwards.',
    )
  })

  it('passes for neighbours, however small they are', () => {
    expect(judgeBoundary('m', between(12, 13), tolerances).verdict).toBe('passed')
  })

  it.each([
    ['is known to 2 % only', between(2000, 2040)],
    ['has nothing below it that ran twice', between(null, 4)],
    ['was not met at all', search({ boundary: null })],
    ['was not survived', search({ after: { ok: false, problem: 'No device.' } })],
  ])('fails when it %s', (_what, found) => {
    expect(judgeBoundary('m', found, tolerances).verdict).toBe('failed')
  })

  it.each([
    ['not narrow enough yet', between(2000, 2400)],
    ['nothing ran out yet', search({ boundary: null })],
  ])('is skipped, not failed, when time ran out: %s', (_what, found) => {
    const judged = judgeBoundary('m', { ...found, outOfTime: true }, tolerances)
    expect(judged).toMatchObject({ verdict: 'skipped', because: 'no-time' })
  })
})

describe('where the search begins', () => {
  const fitting = madeUpSweep(powersOfTwo.map((size) => madeUpTrial(size)))
  const predicting = (batchSize: number) =>
    madeUpSweep(fitting.trials, {
      ...(fitting.memoryFit && { memoryFit: { ...fitting.memoryFit, largestThatFits: { batchSize } } }),
    })

  it('brackets what the sweep predicts, twice as finely as asked for', () => {
    expect(guessBoundary(predicting(2000), 14_000, tolerances)).toEqual({
      ...{ batchSizes: [500, 1000, 3000], granularity: 10, predicted: 2000 },
    })
  })

  it('goes no further than what the sweep has seen run out of memory', () => {
    const sweep = madeUpSweep([madeUpTrial(64), endedTrial(128, 'out-of-memory', 'Full.')], {
      boundary: { largestThatFits: 64, smallestThatDoesNot: 128, limitedBy: 'device' },
    })
    expect(guessBoundary(sweep, 14_000, tolerances)?.batchSizes).toEqual([31, 63, 128])
  })

  it('gives up where the inputs do not fit into a tensor before memory ends', () => {
    expect(guessBoundary(predicting(20_000), 14_000, tolerances)).toBeUndefined()
  })

  it('looks further when everything fitted, until inputs cannot be fed', () => {
    const first = guessBoundary(predicting(2000), 5000, tolerances)
    if (first === undefined) throw new Error('no guess')
    const second = guessFurther(first, 5000, tolerances)
    expect(second).toEqual({ batchSizes: [1500, 3000, 5000], granularity: 30, predicted: 2000 })
    expect(second && guessFurther(second, 5000, tolerances)).toBeUndefined()
  })

  it('knows the largest batch whose inputs fit into one tensor', () => {
    const image = {
      batchAxisReason: 'its name says so',
      name: 'image',
      type: 'float32' as const,
      shape: ['batch', 3, 224, 224],
      batchAxis: 0,
    }
    expect(largestFeedable({ inputs: [image] })).toBe(14_266)
  })
})
