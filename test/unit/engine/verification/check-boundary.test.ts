import { describe, expect, it } from 'vitest'
import {
  guessBoundary,
  guessFurther,
  guessNearer,
  judgeBoundary,
  largestFeedable,
  type BoundarySearch,
} from '../../../../electron/engine/verification/check-boundary.ts'
import { endedTrial, madeUpSweep, madeUpTrial, powersOfTwo } from './made-up.ts'

const tolerances = { boundaryWidth: 0.01 }
const search = (over: Partial<BoundarySearch> = {}): BoundarySearch => ({
  boundary: { largestThatFits: 2000, smallestThatDoesNot: 2010, limitedBy: 'device' },
  ...{ predicted: 2040, after: { ok: true }, outOfTime: false, decisions: [], tried: [] },
  feedable: 2047,
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
    ['was not survived', search({ after: { ok: false, problem: 'No device.', timedOut: false } })],
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

  it('is skipped when the small batch afterwards ran into its time limit', () => {
    const after = { ok: false, problem: 'It took too long and was ended.', timedOut: true } as const
    expect(judgeBoundary('m', search({ after }), tolerances)).toMatchObject({
      ...{ verdict: 'skipped', because: 'no-time' },
      sentence:
        'After running out of memory, a small batch did not end in time: It took too long and was ended.',
    })
  })

  it('says that memory ran out only where it did', () => {
    const after = { ok: false, problem: 'No device.', timedOut: false } as const
    expect(judgeBoundary('m', search({ after, boundary: null }), tolerances).sentence).toBe(
      'After the search, a small batch no longer ran: No device.',
    )
  })

  it('has nothing to judge where the model cannot be run any larger', () => {
    const tried = [{ batchSize: 2047, outcome: 'completed', executions: 2 }] as const
    const judged = judgeBoundary('m', search({ boundary: null, tried }), tolerances)
    expect(judged).toMatchObject({ verdict: 'skipped', because: 'nothing-to-judge' })
    expect(judged.sentence).toContain('up to batch 2,047, the largest that this model can be run at')
  })

  it.each([
    ['nothing ran out', null],
    ['it is known too roughly', { largestThatFits: 500, smallestThatDoesNot: 1500, limitedBy: 'device' }],
  ] as const)('has nothing to judge where %s because a size ended otherwise', (_what, boundary) => {
    const tried = [
      { batchSize: 1000, outcome: 'failed', executions: 1, problem: 'CUDNN failure 9.' },
    ] as const
    const judged = judgeBoundary('m', search({ boundary, tried }), tolerances)
    expect(judged).toMatchObject({ verdict: 'skipped', because: 'nothing-to-judge' })
    expect(judged.sentence).toContain('Batch 1,000 did not run for another reason: CUDNN failure 9.')
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

  it('goes nearer between what fits and what does not, until that is as near as asked for', () => {
    const guess = { batchSizes: [500, 1000, 3000], granularity: 40, predicted: 2000 }
    const rough = { largestThatFits: 512, smallestThatDoesNot: 540, limitedBy: 'device' } as const
    expect(guessNearer(rough, guess, tolerances)).toEqual({
      ...{ batchSizes: [512, 540], granularity: 5, predicted: 2000 },
    })
    expect(guessNearer({ ...rough, smallestThatDoesNot: 517 }, guess, tolerances)).toBeUndefined()
    expect(guessNearer({ ...rough, largestThatFits: null }, guess, tolerances)).toBeUndefined()
  })

  it('knows the largest batch whose inputs, and largest tensor, fit into one tensor', () => {
    const image = {
      batchAxisReason: 'its name says so',
      name: 'image',
      type: 'float32' as const,
      shape: ['batch', 3, 224, 224],
      batchAxis: 0,
    }
    expect(largestFeedable({ inputs: [image] })).toBe(14_266)
    expect(largestFeedable({ inputs: [image] }, 64 * 128 * 128)).toBe(2047)
  })
})
