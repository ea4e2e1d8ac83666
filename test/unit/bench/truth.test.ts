import { beforeAll, describe, expect, it } from 'vitest'
import { proveAffineFit } from '../../bench/truth/affine-rows.ts'
import { proveComparisons } from '../../bench/truth/comparison-rows.ts'
import { proveCoverage } from '../../bench/truth/coverage-rows.ts'
import { truthCurves } from '../../bench/truth/curves.ts'
import { latencyGenerators } from '../../bench/truth/latency-generators.ts'
import { proveMemoryBoundary } from '../../bench/truth/memory-rows.ts'
import { provePlanner, type PlannerProof } from '../../bench/truth/planner-rows.ts'
import type { Section } from '../../bench/truth/rows.ts'

/**
 * The table of `npm run bench:truth` with few runs, so with wider bounds than its goals: seeds are fixed, and a regression of
 * the statistics or of the search fails here. The goals themselves are held by the benchmark.
 */

function valuesOf({ rows }: Section, id: string): Readonly<Record<string, number>> {
  const row = rows.find((each) => each.id === id)
  if (row === undefined) throw new Error(`There is no row ${id}.`)
  return row.values
}

describe('intervals and drift', () => {
  let section: Section
  beforeAll(() => {
    section = proveCoverage(30)
  })

  it.each(latencyGenerators.map(({ name }) => name))('intervals cover the truth: %s', (name) => {
    const { coverage } = valuesOf(section, `coverage.${name}`)
    expect(coverage).toBeGreaterThan(0.9)
    expect(coverage).toBeLessThan(0.995)
  })

  it('flags drift where there is drift, within a window and from block to block', () => {
    expect(valuesOf(section, 'drift.window').raised).toBeGreaterThan(0.9)
    expect(valuesOf(section, 'drift.blocks').raised).toBeGreaterThan(0.85)
  })

  it('seldom flags drift where there is none', () => {
    expect(valuesOf(section, 'drift.false-alarms').trials).toBeLessThan(0.04)
  })
})

describe('comparisons', () => {
  let section: Section
  beforeAll(() => {
    section = proveComparisons(30)
  })

  it('seldom cry wolf', () => {
    expect(valuesOf(section, 'comparison.false-alarms').share).toBeLessThan(0.09)
  })

  it('find a true change of 3 %', () => {
    expect(valuesOf(section, 'comparison.power').share).toBeGreaterThan(0.7)
  })
})

describe('the automatic search', () => {
  let proof: PlannerProof
  beforeAll(() => {
    proof = provePlanner(truthCurves, 2)
  })

  it('recommends what is next to the best, in a fraction of a sweep', () => {
    expect(valuesOf(proof.section, 'planner.regret.median').share).toBeLessThan(0.01)
    expect(valuesOf(proof.section, 'planner.regret.p95').share).toBeLessThan(0.035)
    expect(valuesOf(proof.section, 'planner.time.median').share).toBeLessThan(0.12)
  })

  it('has an answer for every curve', () => {
    expect(proof.byCurve.map(({ name }) => name)).toEqual(truthCurves.map(({ name }) => name))
    expect(proof.byCurve.every(({ noAnswer }) => noAnswer === 0)).toBe(true)
  })

  it('does better than every baseline at its worst', () => {
    const [ours, ...others] = proof.strategies
    for (const { regretP95 } of others) expect(ours?.regretP95).toBeLessThan(regretP95)
  })
})

describe('the memory boundary', () => {
  let section: Section
  beforeAll(() => {
    section = proveMemoryBoundary(500, 10)
  })

  it('is predicted within 5 % from three trials', () => {
    expect(valuesOf(section, 'memory.predicted').p95).toBeLessThan(0.05)
  })

  it('is measured exactly', () => {
    expect(valuesOf(section, 'memory.measured').exact).toBe(1)
  })
})

it('the affine fit finds overhead and time per item within 5 % at 3 % noise', () => {
  const section = proveAffineFit(300)
  expect(valuesOf(section, 'affine.overhead').p95).toBeLessThan(0.05)
  expect(valuesOf(section, 'affine.perItem').p95).toBeLessThan(0.05)
  expect(valuesOf(section, 'affine.coverage').overhead).toBeGreaterThan(0.9)
})
