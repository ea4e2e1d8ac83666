import { describe, expect, it } from 'vitest'
import {
  bestSet,
  ratiosWithinBlocks,
  smallestAsGood,
  type Contender,
} from '../../../../electron/engine/statistics/best-set.ts'
import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'
import { fourSigma, gaussian } from './simulated-latencies.ts'

const estimate = { mean: 1, samples: 100, relativeVariance: 1e-6, blocks: 100 }

/** Contenders with true values, each executed once in every block, with noise of executions and drift of blocks. */
function contenders(
  values: readonly number[],
  blocks: number,
  noise: number,
  drift: number,
  random: Random,
): Contender<number>[] {
  const drifts = Array.from({ length: blocks }, () => Math.exp(drift * gaussian(random)))
  return values.map((value, key) => ({
    key,
    executions: drifts.map((factor, block) => ({
      block,
      value: value * factor * Math.exp(noise * gaussian(random)),
      estimate,
    })),
  }))
}

describe('bestSet', () => {
  it('contains the true best in 95 of 100 experiments, however many compete', () => {
    const runs = 500
    for (const values of [
      [100, 100],
      [99, 100, 98.5, 99.5, 97],
      [100, 100, 100, 100, 100, 100, 100, 100],
    ]) {
      let contained = 0
      for (let run = 0; run < runs; run++) {
        const set = bestSet(contenders(values, 3, 0.02, 0, createRandom(run)))
        if (set?.equivalent.includes(values.indexOf(100))) contained += 1
      }
      expect(contained / runs).toBeGreaterThan(0.95 - fourSigma(0.95, runs))
    }
  })

  it('leaves out what is clearly worse', () => {
    for (let run = 0; run < 50; run++) {
      const set = bestSet(contenders([50, 80, 100, 70, 60, 40], 2, 0.01, 0, createRandom(run)))
      expect(set).toMatchObject({ best: 2, equivalent: [2], repeated: true })
    }
  })

  it('compares within blocks, where drift cancels', () => {
    // Blocks differ by 20 %, values by 6 %, executions by 0.3 %: without blocks nothing could be told apart.
    for (let run = 0; run < 50; run++) {
      const set = bestSet(contenders([88, 94, 100, 94, 88], 3, 0.003, 0.2, createRandom(run)))
      expect(set?.equivalent).toEqual([2])
    }
  })

  it('does not blame a contender for the block that it alone was missing from', () => {
    const at = (key: string, values: [number, number][]): Contender<string> => ({
      key,
      executions: values.map(([block, value]) => ({ block, value, estimate })),
    })
    // Block 2 is half as fast for all. `b` ran in block 2 only and is the fastest there.
    const set = bestSet([
      at('a', [
        [1, 100],
        [2, 50],
      ]),
      at('b', [[2, 60]]),
      at('c', [
        [1, 90.1],
        [2, 45],
      ]),
    ])
    expect(set?.best).toBe('b')
  })

  it('says when nothing was repeated', () => {
    const set = bestSet(contenders([90, 100], 1, 0, 0, createRandom(1)))
    expect(set).toMatchObject({ best: 1, equivalent: [1], repeated: false })
  })

  it('cannot tell two apart from two executions each, unless they differ a lot', () => {
    expect(bestSet(contenders([98, 100], 2, 0.01, 0, createRandom(4)))?.equivalent).toEqual([0, 1])
  })

  it('has nothing to say about nothing', () => {
    expect(bestSet([])).toBeUndefined()
    const useless = [Number.NaN, -1, 0, Infinity].map((value) => ({ block: 1, value, estimate }))
    expect(bestSet([{ key: 'a', executions: useless }])).toBeUndefined()
  })

  it('bounds how far ahead another may be, in 95 of 100 experiments', () => {
    const runs = 400
    let held = 0
    for (let run = 0; run < runs; run++) {
      const set = bestSet(contenders([97, 100, 99, 98], 4, 0.02, 0, createRandom(run)))
      // Truly, 1 (100) is 3.1 % ahead of 0 (97).
      if (set !== undefined && set.aheadAtMost(1, 0) >= 100 / 97 - 1) held += 1
    }
    expect(held / runs).toBeGreaterThan(0.95 - fourSigma(0.95, runs))
    const sure = bestSet(contenders([50, 100], 4, 0.01, 0, createRandom(1)))
    expect(sure?.aheadAtMost(0, 1)).toBe(0)
    expect(sure?.aheadAtMost(1, 1)).toBe(0)
    expect(sure?.ahead(0, 1)).toBeCloseTo(-0.5, 1)
    expect(sure?.aheadAtMost(7, 1)).toBe(Infinity)
  })
})

describe('smallestAsGood', () => {
  const sizes = [1, 8, 16, 32]
  const choose = (values: readonly number[], noise: number) => {
    const set = bestSet(contenders(values, 3, noise, 0, createRandom(2)))
    return set && sizes[smallestAsGood(set, (key) => sizes[key] ?? 0, 0.01)]
  }

  it('is the smallest of those that measured as good as the best', () => {
    expect(choose([50, 99.95, 100, 99.9], 0.002)).toBe(8)
  })

  it('is not one that measured far behind, however little is known', () => {
    expect(choose([70, 80, 100, 90], 0.3)).toBeGreaterThan(1)
  })
})

describe('ratiosWithinBlocks', () => {
  it('holds the true ratio in 95 of 100 experiments, with drift and without', () => {
    const runs = 600
    for (const [blocks, drift] of [
      [2, 0],
      [2, 0.1],
      [4, 0.1],
    ] as const) {
      let held = 0
      for (let run = 0; run < runs; run++) {
        const ratioOf = ratiosWithinBlocks(
          contenders([100, 180, 60, 90, 130, 70], blocks, 0.02, drift, createRandom(run)),
        )
        const [low, high] = ratioOf(1, 0)?.ci95 ?? [NaN, NaN]
        if (low <= 1.8 && 1.8 <= high) held += 1
      }
      expect(held / runs).toBeGreaterThan(0.95 - fourSigma(0.95, runs))
    }
  })

  it('gains from comparing within blocks: the interval is as narrow as without drift', () => {
    const widths = [0, 0.2].map((drift) => {
      const all = Array.from({ length: 100 }, (_, run) => {
        const ratioOf = ratiosWithinBlocks(
          contenders([100, 180, 60, 90, 130, 70], 4, 0.005, drift, createRandom(run)),
        )
        const [low, high] = ratioOf(1, 0)?.ci95 ?? [NaN, NaN]
        return Math.log(high / low)
      })
      return all.reduce((sum, width) => sum + width, 0) / all.length
    })
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeLessThan(1.3)
  })

  it('has no interval where nothing was repeated, and no ratio to what has no value', () => {
    const ratioOf = ratiosWithinBlocks(contenders([100, 200], 1, 0, 0, createRandom(1)))
    expect(ratioOf(1, 0)?.ratio).toBeCloseTo(2, 12)
    expect(ratioOf(1, 0)).not.toHaveProperty('ci95')
    expect(ratioOf(1, 7)).toBeUndefined()
  })
})
