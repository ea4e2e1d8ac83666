import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareExecutions, type ChangeTest } from '../../../../electron/engine/statistics/change-test.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { fourSigma, latencyProcesses } from './simulated-latencies.ts'
import { processEffects, sampledRuns, simulatedRuns } from './simulated-runs.ts'

const exactly = (mean: number) => ({ mean, samples: 100, relativeVariance: 1e-8, blocks: 30 })
const around = (mean: number, ...deviations: number[]) => deviations.map((by) => exactly(mean * (1 + by)))

const criesWolf = (test: ChangeTest | undefined) =>
  test === undefined ||
  [test.overall, ...test.configurations].some(({ verdict }) => verdict !== 'no-difference-shown')

const covers = (change: { ci95?: readonly [number, number] | number[] }, truth: number) =>
  change.ci95 !== undefined && (change.ci95[0] ?? 0) <= truth && truth <= (change.ci95[1] ?? 0)

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const noises = [0.01, 0.02, 0.05]

describe('compareExecutions where nothing differs', () => {
  const cases = processEffects.flatMap((effect) =>
    [1, 4, 8].flatMap((configurations) =>
      [2, 3, 5].map((executions) => ({ ...effect, configurations, executions })),
    ),
  )

  it('cries wolf at most once in twenty, and covers the truth', () => {
    const runs = 40
    const wolf: number[] = []
    const overall: number[] = []
    const each: number[] = []
    for (const { draw, configurations, executions } of cases) {
      const count = { wolf: 0, overall: 0, each: 0 }
      for (let run = 0; run < runs; run++) {
        const noise = noises[run % 3] ?? 0
        const shape = { configurations, executions, noise, draw }
        const matched = simulatedRuns(createRandom(1000 * cases.length + run * 7 + wolf.length), shape)
        // Without a threshold, which would hide most false alarms.
        const test = compareExecutions(matched, { threshold: 0, seed: run })
        if (criesWolf(test)) count.wolf += 1
        if (test !== undefined && covers(test.overall, 1)) count.overall += 1
        count.each += test?.configurations.filter((change) => covers(change, 1)).length ?? 0
      }
      wolf.push(count.wolf / runs)
      overall.push(count.overall / runs)
      each.push(count.each / runs / configurations)
    }
    // None of the cases is far off, and all together are not off at all.
    expect(Math.max(...wolf)).toBeLessThan(0.05 + fourSigma(0.05, runs))
    expect(Math.min(...overall)).toBeGreaterThan(0.93 - fourSigma(0.93, runs))
    expect(Math.min(...each)).toBeGreaterThan(0.93 - fourSigma(0.93, runs))
    expect(average(wolf)).toBeLessThan(0.05 + fourSigma(0.05, runs * cases.length) / 2)
    for (const coverage of [average(overall), average(each)]) {
      expect(coverage).toBeGreaterThan(0.93)
      expect(coverage).toBeLessThan(0.97)
    }
  })

  it.each([
    { configurations: 1, before: 2, after: 2 },
    { configurations: 1, before: 2, after: 3 },
    { configurations: 2, before: 2, after: 2 },
  ])('cries wolf no more often where two modes of a process look like a change: %o', (shape) => {
    const runs = 300
    let wolf = 0
    for (let run = 0; run < runs; run++) {
      const random = createRandom(run)
      const executions = Math.max(shape.before, shape.after)
      // The two modes that are hardest to tell from a change: each as likely as the other.
      const draw = () => (random.next() < 0.5 ? -1 : 1)
      const noise = noises[run % 3] ?? 0
      const matched = simulatedRuns(random, { ...shape, executions, noise, draw }).map((each) => ({
        before: each.before.slice(0, shape.before),
        after: each.after.slice(0, shape.after),
      }))
      if (criesWolf(compareExecutions(matched, { threshold: 0, seed: run }))) wolf += 1
    }
    expect(wolf / runs).toBeLessThan(0.05)
  })

  it.each(latencyProcesses)('cries wolf no more often for samples $name', (process) => {
    const runs = 60
    let wolf = 0
    for (let run = 0; run < runs; run++) {
      const shape = { configurations: 4, executions: 3, noise: noises[run % 3] ?? 0 }
      if (criesWolf(compareExecutions(sampledRuns(createRandom(run), process, shape)))) wolf += 1
    }
    expect(wolf / runs).toBeLessThan(0.05 + fourSigma(0.05, runs))
  })

  it('cries wolf no more often where one configuration varies far more than another', () => {
    const runs = 200
    let wolf = 0
    for (let run = 0; run < runs; run++) {
      const shape = { configurations: 4, executions: 3, noise: 0, noises: [0.005, 0.01, 0.03, 0.06] }
      if (criesWolf(compareExecutions(simulatedRuns(createRandom(run), shape), { threshold: 0 }))) wolf += 1
    }
    expect(wolf / runs).toBeLessThan(0.05 + fourSigma(0.05, runs) / 2)
  })

  it('cries wolf far less often than without blocks where the machine drifts from round to round', () => {
    const runs = 150
    let [wolf, unaware] = [0, 0]
    for (let run = 0; run < runs; run++) {
      const shape = { configurations: 8, executions: 3, noise: 0.01, drift: 0.02 }
      const matched = simulatedRuns(createRandom(run), shape)
      if (criesWolf(compareExecutions(matched, { threshold: 0 }))) wolf += 1
      const unblocked = matched.map(({ before, after }) => ({
        before: before.map(({ block: _block, ...estimate }) => estimate),
        after: after.map(({ block: _block, ...estimate }) => estimate),
      }))
      if (criesWolf(compareExecutions(unblocked, { threshold: 0 }))) unaware += 1
    }
    expect(unaware / runs).toBeGreaterThan(0.3)
    expect(wolf / runs).toBeLessThan(0.12)
  })
})

describe('compareExecutions where the new run is slower', () => {
  it('finds 3 % of eight configurations with 3 executions a side at 2 % between processes', () => {
    const runs = 120
    let found = 0
    let covered = 0
    let single = 0
    for (let run = 0; run < runs; run++) {
      const shape = { configurations: 8, executions: 3, noise: 0.02, ratios: Array<number>(8).fill(1.03) }
      const test = compareExecutions(simulatedRuns(createRandom(run), shape), { seed: run })
      if (test?.overall.verdict === 'slower') found += 1
      if (test !== undefined && covers(test.overall, 1.03)) covered += 1
      single += test?.configurations.filter(({ verdict }) => verdict === 'slower').length ?? 0
    }
    expect(found / runs).toBeGreaterThan(0.8)
    expect(covered / runs).toBeGreaterThan(0.93 - fourSigma(0.93, runs))
    // A single configuration is another matter: 3 against 3 at 2 % cannot show 3 % more often than not.
    expect(single / runs / 8).toBeLessThan(0.4)
  })

  it('finds configurations that change in opposite directions, where the overall mean shows nothing', () => {
    const runs = 40
    let found = 0
    for (let run = 0; run < runs; run++) {
      const shape = { configurations: 4, executions: 3, noise: 0.01, ratios: [1.15, 1 / 1.15, 1, 1] }
      const test = compareExecutions(simulatedRuns(createRandom(run), shape), { seed: run })
      const verdicts = test?.configurations.map(({ verdict }) => verdict) ?? []
      if (verdicts[0] === 'slower' && verdicts[1] === 'faster') found += 1
    }
    expect(found / runs).toBeGreaterThan(0.8)
  })

  it('finds a large change of one configuration with two executions a side', () => {
    const test = compareExecutions([{ before: around(10, -0.005, 0.005), after: around(12, -0.005, 0.005) }])
    expect(test?.overall).toMatchObject({ verdict: 'slower', withinThreshold: false })
    expect(test?.overall.ratio).toBeCloseTo(1.2, 3)
    expect(test?.test.kind).toBe('student')
    expect(test?.configurations[0]).toEqual(test?.overall)
  })

  it('keeps the estimate and the interval of a small one, and gives no verdict on it', () => {
    const shape = { before: around(10, -0.001, 0.001), after: around(10.8, -0.001, 0.001) }
    const few = compareExecutions([shape])?.overall
    expect(few).toMatchObject({ verdict: 'no-difference-shown', withinThreshold: false })
    expect(few?.ci95?.[0]).toBeGreaterThan(1.07)
    expect(few?.p).toBeGreaterThan(0.05)
    // A third configuration, or a third execution, and the same change is one.
    expect(compareExecutions([shape, shape, shape])?.overall.verdict).toBe('slower')
    const more = { before: around(10, -0.001, 0, 0.001), after: around(10.8, -0.001, 0, 0.001) }
    expect(compareExecutions([more])?.overall.verdict).toBe('slower')
    // Of two configurations it is enough that one ran three times.
    expect(compareExecutions([shape, more])?.overall.verdict).toBe('slower')
  })

  it('says the opposite when the runs change places', () => {
    const before = around(10, -0.004, 0, 0.005)
    const after = around(11, -0.005, 0.001, 0.004)
    const forth = compareExecutions([{ before, after }])?.overall
    const back = compareExecutions([{ before: after, after: before }])?.overall
    expect([forth?.verdict, back?.verdict]).toEqual(['slower', 'faster'])
    expect((forth?.ratio ?? 0) * (back?.ratio ?? 0)).toBeCloseTo(1, 12)
    expect(forth?.p).toBeCloseTo(back?.p ?? 0, 12)
  })
})

describe('the threshold', () => {
  const configurations = [{ before: around(10, -0.001, 0, 0.001), after: around(10.2, -0.001, 0, 0.001) }]

  it('hides a difference that is shown to be smaller, and says that a larger one is ruled out', () => {
    expect(compareExecutions(configurations, { threshold: 0.03 })?.overall).toMatchObject({
      verdict: 'no-difference-shown',
      withinThreshold: true,
    })
  })

  it('lets it count where it is not wholly below', () => {
    expect(compareExecutions(configurations, { threshold: 0.01 })?.overall.verdict).toBe('slower')
    expect(compareExecutions(configurations, { threshold: 0 })?.overall.verdict).toBe('slower')
  })
})

describe('whatever was measured', () => {
  const estimate = fc.record({
    mean: fc.oneof(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), fc.constantFrom(1, 1.01, 2)),
    samples: fc.constantFrom(1, 30),
    relativeVariance: fc.constantFrom(0, 1e-6, 1),
    blocks: fc.constant(10),
    block: fc.constantFrom(1, 2),
  })
  const side = fc.array(estimate, { minLength: 1, maxLength: 3 })

  it('gives numbers or nothing, never NaN, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ before: side, after: side }), { minLength: 1, maxLength: 4 }),
        (configurations) => {
          const test = compareExecutions(configurations)
          for (const change of [test?.overall, ...(test?.configurations ?? [])]) {
            expect(change?.ratio).not.toBeNaN()
            for (const value of [...(change?.ci95 ?? []), change?.p ?? 1])
              expect(Number.isFinite(value)).toBe(true)
            expect(change?.p ?? 1).toBeGreaterThanOrEqual(0)
            expect(change?.p ?? 1).toBeLessThanOrEqual(1)
          }
        },
      ),
      { numRuns: 100, seed: 1 },
    )
  })
})

describe('too little to compare', () => {
  it('gives ratios and no verdict with one execution a side', () => {
    const test = compareExecutions([{ before: around(10, 0), after: around(20, 0) }])
    expect(test?.overall).toEqual({
      ...{ ratio: expect.closeTo(2, 9), verdict: 'no-difference-shown', withinThreshold: false },
    })
    expect(test?.test).toEqual({ kind: 'none' })
  })

  it('takes the variation from the other configurations where one ran once', () => {
    const test = compareExecutions([
      { before: around(10, 0), after: around(13, 0) },
      { before: around(10, -0.01, 0, 0.01), after: around(13, -0.01, 0.01, 0) },
    ])
    expect(test?.configurations[0]?.ci95?.[0]).toBeGreaterThan(1.2)
  })

  it('knows no zero, negative or broken latencies, and no empty runs', () => {
    for (const mean of [0, -1, Number.NaN, Infinity])
      expect(compareExecutions([{ before: [exactly(mean)], after: [exactly(1)] }])).toBeUndefined()
    expect(compareExecutions([{ before: [], after: [exactly(1)] }])).toBeUndefined()
    expect(compareExecutions([])).toBeUndefined()
  })

  it('is sure of itself where nothing varies at all', () => {
    const still = { mean: 1, samples: 10, relativeVariance: 0, blocks: 10 }
    const same = [still, still, still]
    const twice = same.map((each) => ({ ...each, mean: 2 }))
    expect(compareExecutions([{ before: same, after: same }])?.overall).toMatchObject({
      ratio: 1,
      verdict: 'no-difference-shown',
    })
    const changed = compareExecutions([
      { before: same, after: twice },
      { before: same, after: twice },
    ])
    expect([changed?.overall, ...(changed?.configurations ?? [])].map((each) => each?.verdict)).toEqual(
      Array<string>(3).fill('slower'),
    )
  })
})

it('gives the same result for the same seed', () => {
  const matched = simulatedRuns(createRandom(5), { configurations: 8, executions: 3, noise: 0.02 })
  expect(compareExecutions(matched, { seed: 3 })).toEqual(compareExecutions(matched, { seed: 3 }))
})
