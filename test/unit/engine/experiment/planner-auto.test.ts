import { describe, expect, it } from 'vitest'
import { expectedExecutions } from '../../../../electron/engine/experiment/planner.ts'
import { saturating, simulate, sizesInBlock, specOf, type Behaviour } from './simulated-run.ts'

/** Latency for throughputs given by batch size; sizes between are interpolated by the next smaller. */
const throughputs = (table: Record<number, number>): Behaviour => {
  const sizes = Object.keys(table).map(Number)
  return ({ batchSize }) => {
    const known = sizes.filter((size) => size <= batchSize).at(-1) ?? 1
    return (batchSize * 1000) / (table[known] ?? 1)
  }
}

describe('the automatic search', () => {
  it('doubles from 1 and stops after two doublings that gain next to nothing', () => {
    const run = simulate(
      specOf('auto'),
      throughputs({ 1: 100, 2: 190, 4: 340, 8: 500, 16: 560, 32: 567, 64: 564 }),
    )
    expect(sizesInBlock(run, 1).slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect(run.decisions.join('\n')).toContain(
      'Doubling stopped at 64: the last two steps gained +1.3 % and −0.5 %. Best so far: 32 with 567 items/s.',
    )
  })

  it('is not ended by one noisy reading', () => {
    const run = simulate(
      specOf('auto'),
      throughputs({ 1: 100, 2: 190, 4: 185, 8: 500, 16: 900, 32: 905, 64: 901 }),
    )
    expect(sizesInBlock(run, 1)).toContain(64)
  })

  it('does not stop before 16, so that a lucky first reading does not end it', () => {
    const run = simulate(specOf('auto'), throughputs({ 1: 677, 2: 359, 4: 447, 8: 900, 16: 1100, 32: 1105 }))
    expect(sizesInBlock(run, 1)).toContain(32)
  })

  it('then tries the sizes halfway between the best and its neighbours, beside what they compete with', () => {
    const run = simulate(specOf('auto'), throughputs({ 1: 100, 2: 190, 4: 440, 8: 500, 16: 480, 32: 470 }))
    expect(sizesInBlock(run, 2)).toEqual(expect.arrayContaining([4, 6, 8, 12, 16]))
    expect(run.decisions.join('\n')).toContain('Trying 12: halfway from 8 to 16, next to the best so far.')
    const reasons = run.history.map(({ trial }) => trial.reason)
    expect(reasons).toContain('halfway from 4 to 8, next to the best so far')
    expect(reasons).toContain('doubling from 4')
  })

  it('gives further executions to what is near the best and to the lowest latency, not to the hopeless', () => {
    const run = simulate(specOf('auto', { executions: 3 }), saturating(20, 0.5))
    const hopeless = run.history.filter(({ trial }) => [2, 4, 8].includes(trial.config.batchSize))
    expect(hopeless.map(({ executions }) => executions.length)).toEqual([1, 1, 1])
    expect(Math.max(...run.history.map(({ executions }) => executions.length))).toBeGreaterThanOrEqual(3)
    expect(run.history[0]?.executions).toHaveLength(3)
  })

  it('stops at an out-of-memory, finds the boundary, and goes on below it', () => {
    const run = simulate(specOf('auto'), ({ batchSize }) => (batchSize > 20 ? 'out-of-memory' : 10))
    expect(sizesInBlock(run, 1).slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32])
    expect(run.decisions.join('\n')).toContain('Doubling stopped at 32: 32 ran out of memory.')
    expect(run.decisions.join('\n')).toContain('Memory boundary: 20 fits (ran twice), 21 does not.')
    const failed = run.ran.filter(({ config }) => config.batchSize > 20)
    expect(new Set(failed.map(({ config }) => config.batchSize)).size).toBe(failed.length)
    expect(run.done).toBe(true)
  })

  it('looks for the boundary past the point where throughput stops growing, when it is asked for', () => {
    const spec = specOf('auto')
    const asked = { ...spec, constraints: { boundaryGranularity: 10 } }
    const behave: Behaviour = ({ batchSize }) => (batchSize > 300 ? 'out-of-memory' : batchSize)
    expect(simulate(spec, behave).ran.some(({ config }) => config.batchSize > 64)).toBe(false)
    const decisions = simulate(asked, behave).decisions.join('\n')
    const [, fits, not] = /Memory boundary: (\d+) fits \(ran twice\), (\d+) does not/.exec(decisions) ?? []
    expect(Number(fits)).toBeLessThanOrEqual(300)
    expect(Number(not)).toBeGreaterThan(300)
    expect(Number(not) - Number(fits)).toBeLessThanOrEqual(10)
  })

  it('stops when two sizes are past the latency bound, and looks for where it is crossed', () => {
    const slo = { percentile: 99, milliseconds: 20 }
    const run = simulate(specOf('auto', { slo }), saturating(2, 2))
    // 2 + 2 b: 8 takes 18 ms, 9 takes 20 ms, 16 takes 34 ms, 32 takes 66 ms.
    expect(sizesInBlock(run, 1)).not.toContain(64)
    const tried = run.ran.map(({ config }) => config.batchSize)
    expect(tried).toEqual(expect.arrayContaining([12, 10, 9]))
    expect(run.decisions.join('\n')).toContain('p99 is over 20.0 ms at 16 and 32')
    expect(run.decisions.at(-1)).toContain('9 is the batch size to use')
  })

  it('does not start a size whose calls would take too long for the measuring time', () => {
    const run = simulate(specOf('auto', { maximumMs: 3_000 }), ({ batchSize }) => 300 * batchSize ** 0.5)
    expect(Math.max(...sizesInBlock(run, 1))).toBeLessThanOrEqual(8)
    expect(run.decisions.join('\n')).toMatch(/one call of \d+ would take about/)
  })

  it('goes no further than 4,096', () => {
    const run = simulate(specOf('auto'), () => 0.5)
    expect(Math.max(...sizesInBlock(run, 1))).toBe(4_096)
    expect(run.done).toBe(true)
  })

  it('ends when not even batch size 1 can be run', () => {
    const run = simulate(specOf('auto'), () => 'crashed')
    expect(run.ran).toHaveLength(1)
    expect(run.done).toBe(true)
    expect(run.decisions.at(-2)).toMatch(/the session host crashed at 1/)
    expect(run.decisions.at(-1)).toBe('Nothing completed. 0 of 1 trial completed; 1 crashed.')
  })

  it('looks past one size that fails, and ends at the second in a row', () => {
    const run = simulate(specOf('auto'), ({ batchSize }) =>
      batchSize === 1 ? 'failed' : batchSize > 4 ? 'failed' : 5,
    )
    expect(sizesInBlock(run, 1).slice(0, 5)).toEqual([1, 2, 4, 8, 16])
    expect(run.decisions.join('\n')).toContain('8 and 16 failed')
  })

  it('searches along every series on its own', () => {
    const run = simulate(specOf('auto', { threads: [1, 2], executions: 1 }), ({ batchSize, threads }) =>
      threads === 1 ? batchSize : 1 + batchSize / 8,
    )
    const largest = (threads: number) =>
      Math.max(
        ...run.ran.filter(({ config }) => config.threads === threads).map(({ config }) => config.batchSize),
      )
    expect(largest(1)).toBe(16)
    expect(largest(2)).toBeGreaterThan(16)
    expect(run.decisions.join('\n')).toContain('cpu, 1 thread: Doubling stopped at 16')
  })

  it.each([1, 3, 6, 8, 9, 12])('goes on where it was interrupted after %i executions', (limit) => {
    const spec = specOf('auto')
    const behave = throughputs({ 1: 100, 2: 190, 4: 340, 8: 500, 16: 480, 32: 470 })
    const whole = simulate(spec, behave)
    const begun = simulate(spec, behave, { limit })
    const rest = simulate(spec, behave, { from: begun.history })
    expect([...begun.ran, ...rest.ran]).toEqual(whole.ran)
  })

  it('plans a block from what was known before it: what comes out of it changes only later blocks', () => {
    const spec = specOf('auto')
    const table = throughputs({ 1: 100, 2: 190, 4: 440, 8: 500, 16: 480, 32: 470 })
    const steady = simulate(spec, table)
    const swayed = simulate(spec, (config, block) =>
      block === 2 ? 1_000 / config.batchSize : table(config, block),
    )
    expect(sizesInBlock(swayed, 1)).toEqual(sizesInBlock(steady, 1))
    expect(sizesInBlock(swayed, 2)).toEqual(sizesInBlock(steady, 2))
    expect(swayed.ran).not.toEqual(steady.ran)
  })

  it('executes nothing twice when one execution each is asked for, and says what that means', () => {
    const run = simulate(specOf('auto', { executions: 1 }), saturating(5, 0.5))
    expect(run.history.every(({ executions }) => executions.length === 1)).toBe(true)
    expect(run.decisions.at(-1)).toContain('nothing was executed twice')
  })

  it('goes no further than the size that was given, powers of two or not', () => {
    const spec = specOf('auto')
    const factors = { ...spec.factors, batchSizes: { kind: 'auto', maximum: 100 } as const }
    const run = simulate({ ...spec, factors }, saturating(50, 0.5))
    expect(sizesInBlock(run, 1)).toEqual([1, 2, 4, 8, 16, 32, 64, 100])
    expect(Math.max(...run.ran.map(({ config }) => config.batchSize))).toBe(100)
  })

  it('expects a typical search at first, more while it races, and nothing more at its end', () => {
    const spec = specOf('auto')
    const behave = throughputs({ 1: 100, 2: 190, 4: 440, 8: 500, 16: 480, 32: 470 })
    const atFirst = expectedExecutions(spec, [])
    expect(atFirst.done).toBe(0)
    expect(atFirst.planned).toBeGreaterThan(9)
    const stopped = simulate(spec, behave, { limit: 6 })
    expect(expectedExecutions(spec, stopped.history).planned).toBeGreaterThan(6)
    const whole = simulate(spec, behave)
    const { done, planned } = expectedExecutions(spec, whole.history)
    expect(done).toBe(whole.ran.length)
    expect(planned).toBe(done)
  })
})

describe('the automatic search with variants', () => {
  const spec = specOf('auto', { executions: 3 })
  const variants = [{ name: 'fast', modelSha256: 'a' }]
  const withVariant = { ...spec, factors: { ...spec.factors, variants } }
  /** The variant is twice as fast everywhere. */
  const behave: Behaviour = ({ batchSize, variant }) => (20 + 0.5 * batchSize) / (variant === 'fast' ? 2 : 1)

  it('finds the best batch size of each model, and not only of the fastest', () => {
    const run = simulate(withVariant, behave)
    const most = (variant: string | undefined) =>
      Math.max(
        ...run.history
          .filter(({ trial }) => trial.config.variant === variant)
          .map(({ executions }) => executions.length),
      )
    expect(run.done).toBe(true)
    expect(most(undefined)).toBeGreaterThanOrEqual(3)
    expect(most('fast')).toBeGreaterThanOrEqual(3)
    expect(run.decisions.at(-1)).toMatch(
      /^reference: \d+ on cpu, reference is the batch size to use.* fast: \d+ on cpu, fast is/,
    )
  })

  it('measures both in the same blocks, so that they can be compared within them', () => {
    const run = simulate(withVariant, behave)
    const inSecond = run.ran.filter(({ block }) => block === 2).map(({ config }) => config.variant)
    expect(new Set(inSecond)).toEqual(new Set([undefined, 'fast']))
  })

  it('expects no fewer executions than come', () => {
    const run = simulate(withVariant, behave)
    const { done, planned } = expectedExecutions(withVariant, run.history)
    expect(planned).toBe(done)
  })

  it('goes on as it would have after an interruption', () => {
    const whole = simulate(withVariant, behave)
    const broken = simulate(withVariant, behave, { limit: Math.floor(whole.ran.length / 2) })
    const resumed = simulate(withVariant, behave, { from: broken.history })
    expect([...broken.ran, ...resumed.ran]).toEqual(whole.ran)
  })
})
