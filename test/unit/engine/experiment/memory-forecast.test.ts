import { describe, expect, it } from 'vitest'
import { forecastMemory } from '../../../../electron/engine/experiment/memory-forecast.ts'
import { PlannerHistory } from '../../../../electron/engine/experiment/planner-history.ts'
import { series, tried, trialOf, type MemoryWorld } from './boundary-search.ts'

const world: MemoryWorld = (batchSize) => (batchSize > 16 ? 'out-of-memory' : 1_000 + 100 * batchSize)
const forecast = (sizes: readonly number[], batchSize: number) =>
  forecastMemory(trialOf(batchSize).config, new PlannerHistory(tried(sizes, world)))

describe('what an execution is expected to need', () => {
  it('follows the sizes of its series that completed', () => {
    expect(forecast([1, 2, 32], 8)).toEqual({ of: 'host', bytes: expect.closeTo(1_800, 6) as number })
    expect(forecast([1, 2, 4], 8)?.ci95?.[1]).toBeCloseTo(1_800, 3)
  })

  it('is not made from fewer than two, nor from another series', () => {
    expect(forecast([], 8)).toBeUndefined()
    expect(forecast([1], 8)).toBeUndefined()
    const history = new PlannerHistory(tried([1, 2, 4], world))
    expect(forecastMemory({ batchSize: 8, ...series, threads: 2 }, history)).toBeUndefined()
  })
})
