import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { AnalysisSchema } from '../../../../electron/contract/analysis.ts'
import type { Execution } from '../../../../electron/contract/trial.ts'
import { analyse } from '../../../../electron/engine/recommendation/analyse.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import {
  completed,
  failureOf,
  measuredAt,
  samplesAround,
  spec,
  trialOf,
  unfinished,
} from './measured-experiment.ts'

/** Everything that a broken clock could give, and what a good one does. */
const anySample = fc.oneof(
  fc.double({ min: 0.01, max: 100, noNaN: true }),
  fc.constantFrom(0, 1e-300, 1e300, -1, Number.NaN, Infinity),
)
const anyPeak = fc.option(fc.integer({ min: 0, max: 2 ** 40 }), { nil: undefined })
const anyExecution = fc.record({
  batch: fc.constantFrom(1, 2, 4, 8, 16),
  threads: fc.constantFrom(undefined, 1, 2),
  block: fc.integer({ min: 1, max: 3 }),
  outcome: fc.constantFrom(
    'completed',
    'completed',
    'completed',
    'out-of-memory',
    'crashed',
    'cancelled' as const,
  ),
  samples: fc.array(anySample, { maxLength: 12 }),
  gap: fc.constantFrom(0, 1, Number.NaN),
  hostPeakBytes: anyPeak,
})
const anySlo = fc.option(
  fc.record({
    percentile: fc.double({ min: 0.1, max: 99.99, noNaN: true }),
    milliseconds: fc.double({ min: 0.001, max: 200, noNaN: true }),
  }),
  { nil: undefined },
)

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersIn)
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

describe('analyse', () => {
  it('gives finite numbers, clean sentences and what the contract promises, whatever was measured', () => {
    fc.assert(
      fc.property(fc.array(anyExecution, { maxLength: 12 }), anySlo, anyPeak, (drafts, slo, budget) => {
        const trials = new Map(
          drafts.map(({ batch, threads }) => {
            const trial = trialOf(batch, threads === undefined ? {} : { threads })
            return [trial.id, trial] as const
          }),
        )
        const executions = drafts.map((draft): Execution => {
          const trial = trialOf(draft.batch, draft.threads === undefined ? {} : { threads: draft.threads })
          if (draft.outcome !== 'completed') return unfinished(trial, draft.block, draft.outcome)
          const sum = draft.samples.reduce((total, sample) => total + sample, 0)
          const memory = draft.hostPeakBytes === undefined ? {} : { hostPeakBytes: draft.hostPeakBytes }
          return completed(trial, draft.block, draft.samples, { windowMs: sum + draft.gap, memory })
        })
        const skipped = trialOf(99)
        const skip = { trialId: skipped.id, failure: failureOf('skipped-by-user', 'You skipped it.') }
        const constraints = { ...(slo && { slo }), ...(budget && { memoryBudgetBytes: budget }) }
        const analysis = analyse({
          spec: { ...spec, constraints },
          trials: [...trials.values(), skipped],
          executions,
          skips: new Map([[skipped.id, skip]]),
        })

        for (const number of numbersIn(analysis)) expect(Number.isFinite(number)).toBe(true)
        const { series, ...spoken } = analysis
        for (const text of textsIn([spoken, series.map(({ label }) => label)]))
          expect(text).not.toMatch(/NaN|undefined|null|Infinity|\s{2}/)
        expect(v.parse(AnalysisSchema, JSON.parse(JSON.stringify(analysis)))).toEqual(analysis)
        for (const { batchSize, equivalent, trialId } of analysis.recommendations) {
          const behind = analysis.trials.find(({ id }) => id === trialId)
          expect(behind?.outcome).toBe(batchSize === null ? undefined : 'completed')
          expect(behind?.config.batchSize ?? null).toBe(batchSize)
          if (batchSize === null) expect(equivalent).toEqual([])
          else expect(equivalent).toContain(batchSize)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same analysis for the same executions', () => {
    const measured = measuredAt({ 1: 2, 2: 3, 4: 5 })
    expect(analyse({ spec, ...measured })).toEqual(analyse({ spec, ...measured }))
  })

  it('leaves out trials of which nothing ended yet', () => {
    const measured = measuredAt({ 1: 2 })
    const { trials, series } = analyse({ spec, ...measured, trials: [...measured.trials, trialOf(2)] })
    expect(trials.map(({ id }) => id)).toEqual([trialOf(1).id])
    expect(series[0]?.trialIds).toEqual([trialOf(1).id])
  })

  it('recommends the true best of a noisy machine, or one that is as good within its noise', () => {
    // Throughput peaks at 16: 1,684 items/s; 8 and 32 lie 14 % and 21 % below. Processes differ by 2 %, blocks drift by 5 %.
    const truth = { 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 9.5, 32: 24 }
    const experiments = 100
    let right = 0
    for (let seed = 0; seed < experiments; seed++) {
      const random = createRandom(seed)
      const around = (spread: number) =>
        1 + spread * (random.next() + random.next() + random.next() - 1.5) * 2
      const drift = [around(0.05), around(0.05), around(0.05)]
      const trials = Object.keys(truth).map((batch) => trialOf(Number(batch)))
      const executions = Object.values(truth).flatMap((latency, at) => {
        const trial = trials[at]
        if (trial === undefined) return []
        return drift.map((factor, block) =>
          completed(trial, block + 1, samplesAround(latency * factor * around(0.02), 50)),
        )
      })
      const { recommendations } = analyse({ spec, trials, executions, skips: new Map() })
      if (recommendations.find(({ goal }) => goal === 'throughput')?.batchSize === 16) right += 1
    }
    // 8 is recommended instead only when it cannot be told apart, and 16 is missed by 5 % at most.
    expect(right).toBeGreaterThanOrEqual(95)
  })
})
