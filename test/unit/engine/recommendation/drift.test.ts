import { describe, expect, it } from 'vitest'
import { driftFlag, driftOf, driftReason } from '../../../../electron/engine/recommendation/drift.ts'
import { measure } from '../../../../electron/engine/recommendation/measurement.ts'
import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'
import { fourSigma, gaussian } from '../statistics/simulated-latencies.ts'
import { completed, trialOf } from './measured-experiment.ts'

/** Five batch sizes, once in every block; `speeds` is what a block's latencies are multiplied by. */
function experiment(speeds: readonly number[], noise: number, random: Random) {
  return [1, 2, 4, 8, 16].map((batch) =>
    measure(
      speeds.map((speed, block) => {
        const latency = batch * speed * Math.exp(noise * gaussian(random))
        return completed(trialOf(batch), block + 1, [latency, latency])
      }),
    ),
  )
}

describe('driftOf', () => {
  it('finds how much slower each block was than the first', () => {
    const drift = driftOf(experiment([1, 1.1, 1.2], 0.001, createRandom(1)))
    expect(drift?.significant).toBe(true)
    expect(drift?.blocks.map(({ block }) => block)).toEqual([1, 2, 3])
    expect(drift?.blocks[1]?.ratio).toBeCloseTo(1.1, 2)
    expect(drift?.blocks[2]?.ratio).toBeCloseTo(1.2, 2)
    expect(drift?.range).toBeCloseTo(0.2, 2)
  })

  it('cries wolf in one of a hundred experiments that do not drift', () => {
    const runs = 1_000
    let alarms = 0
    for (let run = 0; run < runs; run++) {
      if (driftOf(experiment([1, 1, 1], 0.03, createRandom(run)))?.significant) alarms += 1
    }
    expect(alarms / runs).toBeLessThan(0.01 + fourSigma(0.01, runs))
  })

  it('finds a drift of 10 % at 3 % noise nearly always', () => {
    const runs = 200
    let found = 0
    for (let run = 0; run < runs; run++) {
      if (driftOf(experiment([1, 1.1, 1.2], 0.03, createRandom(run)))?.significant) found += 1
    }
    expect(found / runs).toBeGreaterThan(0.9)
  })

  it('has nothing to say with one block, or where no trial ran in two', () => {
    expect(driftOf(experiment([1], 0.01, createRandom(1)))).toBeUndefined()
    expect(driftOf([])).toBeUndefined()
    expect(driftOf([undefined, measure([completed(trialOf(1), 1, [1, 1])])])).toBeUndefined()
  })

  it('does not take identical blocks for a drift', () => {
    const drift = driftOf(experiment([1, 1], 0, createRandom(1)))
    expect(drift).toMatchObject({ range: 0, significant: false })
  })
})

describe('driftFlag', () => {
  const strong = driftOf(experiment([1, 1.1, 1.2], 0.001, createRandom(1)))
  const slight = driftOf(experiment([1, 1.02, 1.02], 0.0005, createRandom(1)))

  it('flags trials of more than one block, with the numbers', () => {
    expect(driftFlag(strong, 3)).toEqual({
      name: 'drifting',
      reason: 'the machine ran 20 % slower in block 3 than in block 1',
    })
    expect(driftFlag(strong, 1)).toBeUndefined()
  })

  it('leaves a drift alone that matters to nobody', () => {
    expect(slight?.significant).toBe(true)
    expect(driftFlag(slight, 3)).toBeUndefined()
    expect(driftFlag(undefined, 3)).toBeUndefined()
    expect(slight && driftReason(slight)).toMatch(
      /^the machine ran 2\.\d % slower in block [23] than in block 1$/,
    )
  })
})
