import { describe, expect, it } from 'vitest'
import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import { saturating, simulate, specOf } from './simulated-run.ts'

/** Every simulated execution takes 1.5 s. */
const executionMs = 1_500
const limited = (spec: ExperimentSpec, timeBudgetMs: number): ExperimentSpec => ({
  ...spec,
  constraints: { ...spec.constraints, timeBudgetMs },
})

describe('a time budget', () => {
  it('begins no execution that would end after it', () => {
    const run = simulate(limited(specOf('auto'), 20_000), saturating(20, 0.5))
    expect(run.done).toBe(true)
    expect(run.ran.length).toBe(Math.floor(20_000 / executionMs))
  })

  it('ends with the best answer so far and what is not known of it', () => {
    const run = simulate(limited(specOf('auto'), 20_000), saturating(20, 0.5))
    expect(run.decisions.at(-1)).toMatch(
      /^19\.5 s of the time budget of 20 s are used, .* is the batch size to use, with [\d,]+ items\/s/,
    )
    const short = simulate(limited(specOf('auto'), 8_000), saturating(20, 0.5))
    expect(short.decisions.at(-1)).toContain('nothing was executed twice')
    expect(short.decisions.at(-1)).toContain('Batch 32 and larger were not tried.')
  })

  it('changes nothing where there is time enough', () => {
    const free = simulate(specOf('auto'), saturating(5, 0.5))
    const enough = simulate(limited(specOf('auto'), 3_600_000), saturating(5, 0.5))
    expect(enough.ran).toEqual(free.ran)
    expect(enough.decisions).toEqual(free.decisions)
  })

  it('says of a sweep what was not measured', () => {
    const run = simulate(limited(specOf([1, 2, 4, 8]), 4_600), saturating(5, 0.5))
    expect(run.ran).toHaveLength(3)
    expect(run.decisions.at(-1)).toMatch(/Not measured: 1 of 4 trials \(batch \d\)\./)
  })

  it('leaves at least one execution, for nothing is known of how long it takes', () => {
    const run = simulate(limited(specOf('auto'), 1), saturating(5, 0.5))
    expect(run.ran).toHaveLength(1)
    expect(run.done).toBe(true)
  })
})
