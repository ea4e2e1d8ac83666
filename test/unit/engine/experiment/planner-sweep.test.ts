import { describe, expect, it } from 'vitest'
import { createPlanner, expectedExecutions } from '../../../../electron/engine/experiment/planner.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { saturating, simulate, sizesInBlock, specOf } from './simulated-run.ts'

const fast = saturating(1, 0.1)
const sorted = (values: number[]) => [...values].sort((a, b) => a - b)

describe('a sweep', () => {
  it('executes every batch size once in each block', () => {
    const run = simulate(specOf([1, 2, 4, 8], { executions: 3 }), fast)
    for (const block of [1, 2, 3]) expect(sorted(sizesInBlock(run, block))).toEqual([1, 2, 4, 8])
    expect(run.ran).toHaveLength(12)
    expect(run.done).toBe(true)
  })

  it('takes another order in each block, and the same orders again for the same seed', () => {
    const sizes = [1, 2, 4, 8, 16, 32, 64, 128]
    const run = simulate(specOf(sizes), fast)
    const again = simulate(specOf(sizes), fast)
    const other = simulate(specOf(sizes, { seed: 2 }), fast)
    expect(sizesInBlock(run, 1)).not.toEqual(sizesInBlock(run, 2))
    expect(again.ran).toEqual(run.ran)
    expect(other.ran).not.toEqual(run.ran)
  })

  it('covers every combination of the factors', () => {
    const run = simulate(specOf([1, 2], { threads: [1, 4], executions: 1 }), fast)
    expect(run.ran.map(({ config }) => `${config.batchSize}/${config.threads ?? ''}`).sort()).toEqual([
      '1/1',
      '1/4',
      '2/1',
      '2/4',
    ])
  })

  it('passes over larger batch sizes of the same series after an out-of-memory, and says which one it was', () => {
    const spec = specOf([8, 16, 32, 64], { threads: [1, 2] })
    const run = simulate(spec, ({ batchSize, threads }) =>
      threads === 1 && batchSize >= 16 ? 'out-of-memory' : batchSize,
    )
    const skipped = run.history.filter(({ skip }) => skip !== undefined)
    expect(skipped.length).toBeGreaterThan(0)
    for (const { trial, skip, executions } of skipped) {
      expect(trial.config.threads).toBe(1)
      expect(trial.config.batchSize).toBeGreaterThan(16)
      expect(executions).toHaveLength(0)
      expect(skip?.failure.code).toBe('skipped-after-out-of-memory')
      expect(skip?.failure.message).toMatch(/^Batch size \d+ was not run: \d+ already ran out of memory\.$/)
    }
    const ranPast = run.ran.filter(({ config }) => config.threads === 1 && config.batchSize >= 16)
    expect(ranPast.every(({ block }) => block === 1)).toBe(true)
    expect(run.ran.filter(({ config }) => config.threads === 2)).toHaveLength(8)
  })

  it.each(['failed', 'crashed', 'timed-out', 'out-of-memory'] as const)(
    'does not repeat a trial that ended as %s, and says so',
    (outcome) => {
      const run = simulate(specOf([1, 2, 4]), ({ batchSize }) => (batchSize === 4 ? outcome : 1))
      expect(run.ran.filter(({ config }) => config.batchSize === 4)).toHaveLength(1)
      expect(run.decisions.join(' ')).toMatch(/Not repeated: batch 4 \(/)
      expect(run.decisions.at(-1)).toMatch(/^2 of 3 trials completed; 1 /)
    },
  )

  it('leaves a trial alone once the user has skipped it', () => {
    const spec = specOf([1, 2])
    const begun = simulate(spec, fast, { limit: 1 })
    const [first] = begun.history
    if (first === undefined) throw new Error('nothing ran')
    const waiting = begun.history.find(({ executions }) => executions.length === 0)
    if (waiting === undefined) throw new Error('nothing waits')
    waiting.skip = {
      trialId: waiting.trial.id,
      failure: { code: 'skipped-by-user', message: 'Skipped by you.', owner: 'user' },
    }
    const rest = simulate(spec, fast, { from: begun.history })
    expect(rest.ran.map(({ config }) => config.batchSize)).not.toContain(waiting.trial.config.batchSize)
    expect(rest.done).toBe(true)
  })

  it.each([0, 1, 3, 5, 7])('goes on where it was interrupted after %i executions', (limit) => {
    const spec = specOf([1, 2, 4, 8])
    const whole = simulate(spec, fast)
    const begun = simulate(spec, fast, { limit })
    const rest = simulate(spec, fast, { from: begun.history })
    expect([...begun.ran, ...rest.ran]).toEqual(whole.ran)
  })

  it('runs a cancelled execution again', () => {
    const spec = specOf([1, 2], { executions: 1 })
    const [step] = [createPlanner(spec, createRandom(1)).next([])]
    if (step.kind !== 'run' || step.configs[0] === undefined) throw new Error('nothing planned')
    const stopped = simulate(spec, () => 'cancelled', { limit: 1 })
    const rest = simulate(spec, fast, { from: stopped.history })
    expect(rest.ran[0]?.config).toEqual(step.configs[0].config)
    expect(rest.ran).toHaveLength(2)
  })

  it('tells how many executions are done and planned, less what is not repeated', () => {
    const spec = specOf([1, 2, 4])
    expect(expectedExecutions(spec, [])).toEqual({ done: 0, planned: 6, blocks: 2 })
    const half = simulate(spec, fast, { limit: 3 })
    expect(expectedExecutions(spec, half.history)).toEqual({ done: 3, planned: 6, blocks: 2 })
    const failing = simulate(spec, ({ batchSize }) => (batchSize === 2 ? 'failed' : 1))
    expect(expectedExecutions(spec, failing.history)).toEqual({ done: 5, planned: 5, blocks: 2 })
  })
})
