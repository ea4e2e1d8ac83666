import { describe, expect, it } from 'vitest'
import { TimeShares } from '../../../../electron/engine/verification/time-shares.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const shares = { load: 0.1, outputs: 0.1, sweeps: 0.4, boundary: 0.2, torch: 0.2 }

describe('the time of a verification', () => {
  it('is divided so that no step takes from those after it', () => {
    expect(new TimeShares(new ManualClock(), 100_000, shares).timeFor('load')).toBeCloseTo(10_000)
  })

  it('leaves to a step what those before it did not need', async () => {
    const clock = new ManualClock()
    const times = new TimeShares(clock, 100_000, shares)
    await clock.advance(5_000)
    expect(times.timeFor('sweeps')).toBeCloseTo(55_000)
    expect(times.timeFor('sweeps', 2)).toBeCloseTo(27_500)
  })

  it('leaves to the others the share of a step that will not run', () => {
    const times = new TimeShares(new ManualClock(), 100_000, shares)
    times.giveBack('torch')
    expect(times.timeFor('boundary')).toBeCloseTo(100_000)
    expect(times.timeFor('load')).toBeCloseTo(30_000)
  })

  it('is over when there is too little to begin with', async () => {
    const clock = new ManualClock()
    const times = new TimeShares(clock, 100_000, shares)
    await clock.advance(99_500)
    expect(times.timeFor('torch')).toBeUndefined()
    expect(times.timeFor('sweeps')).toBeUndefined()
  })
})
