import { describe, expect, it } from 'vitest'
import type { Execution } from '../../../../electron/contract/trial.ts'
import { analyse } from '../../../../electron/engine/recommendation/analyse.ts'
import {
  completed,
  MiB,
  failureOf,
  measuredAt,
  samplesAround,
  spec,
  together,
  trialOf,
  unfinished,
  type Measured,
} from './measured-experiment.ts'

const outOfMemory = (
  batch: number,
  more: Parameters<typeof unfinished>[3] = {},
  config: Parameters<typeof trialOf>[1] = {},
): Measured => {
  const trial = trialOf(batch, config)
  return { trials: [trial], executions: [unfinished(trial, 1, 'out-of-memory', more)], skips: new Map() }
}
const boundary = (measured: Measured) => analyse({ spec, ...measured }).boundary

describe('the memory boundary', () => {
  it('is not known while everything fits', () => {
    expect(boundary(measuredAt({ 1: 2, 2: 3 }))).toBeNull()
  })

  it('lies between the largest that fits and the smallest that does not', () => {
    const measured = together(measuredAt({ 1: 2, 2: 3, 24: 20 }), outOfMemory(64), outOfMemory(32))
    expect(boundary(measured)).toEqual({ largestThatFits: 24, smallestThatDoesNot: 32, limitedBy: 'host' })
  })

  it('takes two executions to count as fitting', () => {
    const once = trialOf(24)
    const measured = together(measuredAt({ 1: 2, 2: 3 }), outOfMemory(32), {
      trials: [once],
      executions: [completed(once, 1, samplesAround(20))],
      skips: new Map(),
    })
    expect(boundary(measured)).toMatchObject({
      largestThatFits: 2,
      largestSeenOnce: 24,
      smallestThatDoesNot: 32,
    })
  })

  it('stands beside what smaller sizes predicted, not those next to it', () => {
    // 200 MiB and 20 MiB an item, but not where it was measured last.
    const measured = together(measuredAt({ 1: 2, 2: 3, 4: 4, 8: 6, 16: 9, 35: 17, 36: 18 }), outOfMemory(37))
    const constraints = { memoryBudgetBytes: 1_010 * MiB }
    const found = analyse({ spec: { ...spec, constraints }, ...measured }).boundary
    expect(found).toMatchObject({ largestThatFits: 36, predicted: { batchSize: 40 } })
    expect(boundary(measured)).not.toHaveProperty('predicted')
  })

  it('may lie below the smallest batch size', () => {
    expect(boundary(outOfMemory(1))).toMatchObject({ largestThatFits: null, smallestThatDoesNot: 1 })
  })

  it('counts a trial whose second execution ran out as one that does not fit', () => {
    const trial = trialOf(16)
    const executions: Execution[] = [
      completed(trial, 1, samplesAround(9)),
      unfinished(trial, 2, 'out-of-memory'),
    ]
    const measured = together(measuredAt({ 8: 5 }), { trials: [trial], executions, skips: new Map() })
    expect(boundary(measured)).toMatchObject({ largestThatFits: 8, smallestThatDoesNot: 16 })
  })

  it('does not count a skipped trial as measured', () => {
    const skipped = trialOf(16)
    const failure = failureOf('skipped-after-out-of-memory', 'Batch 32 ran out of memory.')
    const skips = new Map([[skipped.id, { trialId: skipped.id, failure }]])
    const measured = together(measuredAt({ 8: 5 }), outOfMemory(32), {
      trials: [skipped],
      executions: [],
      skips,
    })
    expect(boundary(measured)).toMatchObject({ largestThatFits: 8, smallestThatDoesNot: 32 })
  })

  it('says whose memory ran out: as seen, else by the provider', () => {
    expect(boundary(outOfMemory(4, { memoryOwner: 'device' }))?.limitedBy).toBe('device')
    expect(boundary(outOfMemory(4, {}, { executionProvider: 'cuda' }))?.limitedBy).toBe('device')
  })

  it('is that of the series with the highest throughput, else of the first that has one', () => {
    const slow = together(
      measuredAt({ 1: 10 }, { config: { threads: 1 } }),
      outOfMemory(2, {}, { threads: 1 }),
    )
    const fast = measuredAt({ 1: 5, 8: 10 }, { config: { threads: 2 } })
    expect(boundary(together(slow, fast))?.smallestThatDoesNot).toBe(2)
    const fastToo = together(fast, outOfMemory(16, {}, { threads: 2 }))
    expect(boundary(together(slow, fastToo))?.smallestThatDoesNot).toBe(16)
  })
})
