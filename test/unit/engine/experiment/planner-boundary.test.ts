import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextOfBoundary } from '../../../../electron/engine/experiment/planner-boundary.ts'
import { PlannerHistory } from '../../../../electron/engine/experiment/planner-history.ts'
import { budgetSpec, search, series, tried, type MemoryWorld } from './boundary-search.ts'

const MB = 1e6
const budget = 3_000 * MB
const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** Memory that is a line; runs out above the budget. */
const affine =
  (fixed: number, perItem: number): MemoryWorld =>
  (batchSize) => {
    const bytes = fixed + perItem * batchSize
    return bytes > budget ? 'out-of-memory' : bytes
  }

/** Fits up to `limit`, with peaks that say nothing of it. */
const upTo =
  (limit: number, peak: (batchSize: number) => number = () => 100 * MB): MemoryWorld =>
  (batchSize) =>
    batchSize <= limit ? peak(batchSize) : 'out-of-memory'

const spec = budgetSpec(budget)

describe('the search for the memory boundary', () => {
  it('begins only after something ran out of memory', () => {
    expect(search(tried([1, 2, 4], affine(0, MB)), spec, affine(0, MB)).end).toEqual({ kind: 'none' })
  })

  it('goes straight to where memory predicts it, and confirms what fits with a second run', () => {
    const world = affine(300 * MB, 18 * MB)
    const { end, probes } = search(tried(doubling, world), spec, world)
    expect(end).toEqual({
      kind: 'found',
      largestThatFits: 150,
      smallestThatDoesNot: 151,
      reason: '150 fits (ran twice), 151 does not',
    })
    expect(probes).toEqual([
      {
        batchSize: 150,
        reason: 'probing 150: memory of 32, 64 and 128 predicts that 150 is the largest that fits',
        block: 1,
      },
      {
        batchSize: 151,
        reason: 'probing 151: memory of 64, 128 and 150 predicts that 150 is the largest that fits',
        block: 1,
      },
      {
        batchSize: 150,
        reason: 'running 150 again: a batch size counts as fitting once it ran twice',
        block: 2,
      },
    ])
  })

  it('looks around a prediction that is a little off', () => {
    const predictsTooMuch: MemoryWorld = (size) => (size > 139 ? 'out-of-memory' : 300 * MB + 18 * MB * size)
    const { end, probes } = search(tried(doubling, predictsTooMuch), spec, predictsTooMuch)
    expect(end).toMatchObject({ largestThatFits: 139, smallestThatDoesNot: 140 })
    expect(probes.length).toBeLessThanOrEqual(7 + 2 + 1)
    expect(probes[1]?.reason).toBe(
      'probing 149: 150 ran out of memory, where memory of 32, 64 and 128 predicts that 150 fits',
    )
  })

  it('bisects where nothing can be predicted, and says so', () => {
    const world = upTo(150, (size) => (size % 3 === 0 ? 900 * MB : 100 * MB))
    const { end, probes } = search(tried(doubling, world), spec, world)
    expect(end).toMatchObject({ largestThatFits: 150, smallestThatDoesNot: 151 })
    expect(probes[0]?.reason).toBe('probing 192: halfway between 128, which fits, and 256, which does not')
  })

  it('goes down to 1, and finds that nothing fits', () => {
    const nothing = upTo(0)
    expect(search(tried([1], nothing), spec, nothing).end).toEqual({
      kind: 'found',
      largestThatFits: null,
      smallestThatDoesNot: 1,
      reason: 'not even batch size 1 fits',
    })
    const { end, probes } = search(tried([8], nothing), spec, nothing, 16)
    expect(end).toMatchObject({ kind: 'found', largestThatFits: null, smallestThatDoesNot: 1 })
    expect(probes.map(({ batchSize }) => batchSize)).toEqual([4, 2, 1])
    expect(probes[0]?.reason).toBe('probing 4: half of 8, which ran out of memory')
  })

  it('takes one execution for enough where no more are allowed', () => {
    const world = affine(300 * MB, 18 * MB)
    const { end, probes } = search(tried(doubling, world), budgetSpec(budget, 1), world)
    expect(end).toMatchObject({ reason: '150 fits, 151 does not' })
    expect(probes).toHaveLength(2)
  })

  it('leaves out what the user skipped', () => {
    const world = affine(300 * MB, 18 * MB)
    const failure = { code: 'skipped-by-user', message: 'Skipped by you.', owner: 'user' } as const
    const skipping = tried(doubling, world)
    for (const batchSize of [149, 150]) {
      const [entry] = tried([batchSize], world)
      if (entry !== undefined) {
        skipping.push({ ...entry, executions: [], skip: { trialId: entry.trial.id, failure } })
      }
    }
    const { end, probes } = search(skipping, spec, world)
    expect(probes.map(({ batchSize }) => batchSize)).not.toContain(150)
    expect(probes[0]).toMatchObject({
      batchSize: 151,
      reason: expect.stringContaining('but 150 was skipped') as string,
    })
    expect(end).toMatchObject({
      kind: 'none',
      reason: 'every size in between was skipped: the boundary lies above 148 and below 151',
    })
  })

  it('ends where a size crashes, which says nothing of memory, and says so', () => {
    const world: MemoryWorld = (size) => (size === 150 ? 'crashed' : affine(300 * MB, 18 * MB)(size, 1))
    const { end, probes } = search(tried(doubling, world), spec, world)
    expect(end).toEqual({
      kind: 'none',
      reason: '150 crashed, which says nothing of memory: the boundary lies above 128 and below 256',
    })
    // What is known to fit is still confirmed.
    expect(probes.map(({ batchSize }) => batchSize)).toEqual([150, 128])
  })

  it('does not add to blocks that are over', () => {
    const world = affine(300 * MB, 18 * MB)
    const history = tried(doubling, world)
    const [one] = tried([1], world)
    const [again] = one?.executions ?? []
    if (history[0] !== undefined && again !== undefined) {
      history[0].executions = [...history[0].executions, { ...again, block: 3 }]
    }
    expect(nextOfBoundary(series, spec, new PlannerHistory(history))).toMatchObject({ block: 3 })
    expect(search(history, spec, world).probes.map(({ block }) => block)).toEqual([3, 3, 4])
  })
})

describe('in any world in which more items never need less memory', () => {
  const limits = fc.integer({ min: 0, max: 5000 })
  /** Sizes tried before, of which at least one ran out. */
  const starts = fc.oneof(
    fc.constant([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]),
    fc.uniqueArray(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 8 }),
  )
  const peaks = fc.oneof(
    fc.constant((size: number) => 100 * MB + 0.55 * MB * size),
    fc.constant((size: number) => 200 * MB + 2 ** Math.ceil(Math.log2(size + 1)) * MB),
    fc.constant((size: number) => 50 * MB + 0.0005 * MB * size * size),
    fc
      .double({ min: 0.01, max: 10, noNaN: true })
      .map((perItem) => (size: number) => MB * (80 + perItem * size)),
  )
  const untilOut = (sizes: readonly number[], world: MemoryWorld) => {
    const end = sizes.findIndex((size) => world(size, 1) === 'out-of-memory')
    return end < 0 ? [...sizes, 10_000] : sizes.slice(0, end + 1)
  }

  it('is exact, and takes at most two executions more than bisection', () => {
    fc.assert(
      fc.property(limits, starts, peaks, (limit, start, peak) => {
        const world = upTo(limit, peak)
        const sizes = untilOut(start, world)
        const { end, probes } = search(tried(sizes, world), spec, world)
        expect(end).toMatchObject({
          kind: 'found',
          largestThatFits: limit === 0 ? null : limit,
          smallestThatDoesNot: limit + 1,
        })
        const low = Math.max(0, ...sizes.filter((size) => size <= limit))
        const high = Math.min(...sizes.filter((size) => size > limit))
        const confirmation = limit === 0 ? 0 : 1
        const bisection = Math.ceil(Math.log2(high - low))
        expect(probes.length).toBeLessThanOrEqual(bisection + 2 + confirmation)
      }),
      { numRuns: 150 },
    )
  })

  it('ends within the granularity asked for', () => {
    fc.assert(
      fc.property(
        limits,
        starts,
        peaks,
        fc.integer({ min: 1, max: 64 }),
        (limit, start, peak, granularity) => {
          const world = upTo(limit, peak)
          const { end } = search(tried(untilOut(start, world), world), spec, world, granularity)
          if (end.kind !== 'found') throw new Error('The boundary was not found.')
          const low = end.largestThatFits ?? 0
          expect(low).toBeLessThanOrEqual(limit)
          expect(end.smallestThatDoesNot).toBeGreaterThan(limit)
          expect(end.smallestThatDoesNot - low).toBeLessThanOrEqual(low === 0 ? 1 : granularity)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is exact about two runs, where the second needs more than the first', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 0, max: 20 }), starts, peaks, (limit, less, start, peak) => {
        const twice = Math.max(0, limit - less)
        const world: MemoryWorld = (size, run) =>
          size <= (run === 1 ? limit : twice) ? peak(size) : 'out-of-memory'
        const { end } = search(tried(untilOut(start, world), world), spec, world)
        expect(end).toMatchObject({ kind: 'found', largestThatFits: twice === 0 ? null : twice })
      }),
      { numRuns: 100 },
    )
  })

  it('usually takes three executions where memory is a line, 1 % noise and all', () => {
    const counts: number[] = []
    for (let limit = 130; limit < 256; limit += 5) {
      // Peaks that are off by up to 1 %, always the same for the same size.
      const noise = (size: number) => 1 + 0.01 * Math.sin(size * 12.9898)
      const perItem = 20 * MB
      const fixed = budget - perItem * (limit + 0.5)
      const world = upTo(limit, (size) => (fixed + perItem * size) * noise(size))
      counts.push(search(tried(doubling, world), spec, world).probes.length)
    }
    counts.sort((one, other) => one - other)
    expect(counts[Math.floor(counts.length / 2)]).toBeLessThanOrEqual(7)
  })
})
