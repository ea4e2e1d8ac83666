import { describe, expect, it } from 'vitest'
import { executionVariation, scatterOf } from '../../../../electron/engine/statistics/execution-variation.ts'
import { executionsInterval } from '../../../../electron/engine/statistics/hierarchical.ts'
import type { MeanEstimate } from '../../../../electron/engine/statistics/mean-estimate.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { compareSummaries, type MeanSummary } from '../../../../electron/engine/statistics/summary-change.ts'
import { fourSigma } from './simulated-latencies.ts'
import { simulatedRuns } from './simulated-runs.ts'

/** What a run document says of executions. */
function summarised(sides: readonly (readonly MeanEstimate[])[]): MeanSummary[] {
  const variation = executionVariation(sides.flatMap((estimates) => scatterOf(estimates) ?? []))
  return sides.map((estimates) => ({
    mean: estimates.reduce((sum, { mean }) => sum + mean, 0) / estimates.length,
    ci95: executionsInterval(estimates, variation),
    executions: estimates.length,
  }))
}

function documents(seed: number, ratio = 1, executions = 3, configurations = 8) {
  const shape = { configurations, executions, noise: 0.02, ratios: Array<number>(configurations).fill(ratio) }
  const matched = simulatedRuns(createRandom(seed), shape)
  const before = summarised(matched.map((each) => each.before))
  const after = summarised(matched.map((each) => each.after))
  return before.flatMap((one, index) => {
    const other = after[index]
    return other === undefined ? [] : [{ before: one, after: other }]
  })
}

describe('compareSummaries', () => {
  it.each([
    { executions: 2, configurations: 4 },
    { executions: 3, configurations: 8 },
    { executions: 5, configurations: 1 },
  ])('cries wolf at most once in twenty: %o', ({ executions, configurations }) => {
    const runs = 400
    let wolf = 0
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const change = compareSummaries(documents(run, 1, executions, configurations), { threshold: 0 })
      const all = change === undefined ? [] : [change.overall, ...change.configurations]
      if (all.some(({ verdict }) => verdict !== 'no-difference-shown')) wolf += 1
      const [low, high] = change?.overall.ci95 ?? [2, 0]
      if (low <= 1 && 1 <= high) covered += 1
    }
    expect(wolf / runs).toBeLessThan(0.05 + fourSigma(0.05, runs))
    expect(covered / runs).toBeGreaterThan(0.93 - fourSigma(0.93, runs))
  })

  it('does not take two modes of a process for a change where two executions a side are all there is', () => {
    const runs = 300
    let wolf = 0
    for (let run = 0; run < runs; run++) {
      const random = createRandom(run)
      const draw = () => (random.next() < 0.5 ? -1 : 1)
      const matched = simulatedRuns(random, { configurations: 1, executions: 2, noise: 0.05, draw })
      const [before] = summarised(matched.map((each) => each.before))
      const [after] = summarised(matched.map((each) => each.after))
      if (before === undefined || after === undefined) continue
      const verdict = compareSummaries([{ before, after }], { threshold: 0 })?.overall.verdict
      if (verdict !== 'no-difference-shown') wolf += 1
    }
    expect(wolf / runs).toBeLessThan(0.05)
  })

  it('finds 3 % over eight configurations nearly as often as executions do', () => {
    const runs = 200
    const found = Array.from({ length: runs }, (_, run) => compareSummaries(documents(run, 1.03))).filter(
      (change) => change?.overall.verdict === 'slower',
    )
    expect(found.length / runs).toBeGreaterThan(0.8)
  })

  it('gives ratios and no verdict where a run has no intervals, or executed everything once', () => {
    const known = { mean: 10, ci95: [9.9, 10.1] as [number, number], executions: 3 }
    const bare = { mean: 20, executions: 1 }
    const once = { ...bare, ci95: [19.9, 20.1] as [number, number] }
    for (const after of [bare, once]) {
      const change = compareSummaries([{ before: known, after }])
      expect(change?.overall).toEqual({
        ...{ ratio: expect.closeTo(2, 9), verdict: 'no-difference-shown', withinThreshold: false },
      })
    }
  })

  it('refuses means that are none', () => {
    const known = { mean: 10, executions: 3 }
    expect(compareSummaries([])).toBeUndefined()
    for (const mean of [0, -1, Number.NaN]) {
      expect(compareSummaries([{ before: known, after: { ...known, mean } }])).toBeUndefined()
    }
  })
})
