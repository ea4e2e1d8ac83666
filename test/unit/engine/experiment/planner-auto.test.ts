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
      'Doubling stopped at 64: the last two steps gained +1.3 % and -0.5 %. Best so far: 32 with 567 items/s.',
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

  it('then tries the sizes halfway between the best and its neighbours', () => {
    const run = simulate(specOf('auto'), throughputs({ 1: 100, 2: 190, 4: 340, 8: 500, 16: 480, 32: 470 }))
    expect([...sizesInBlock(run, 1).slice(6)].sort((a, b) => a - b)).toEqual([6, 12])
    expect(run.decisions.join('\n')).toContain('Trying 6 and 12 next to the best.')
    const reasons = run.history.map(({ trial }) => trial.reason)
    expect(reasons).toContain('halfway from 4 to 8, next to the best so far')
    expect(reasons).toContain('doubling from 4')
  })

  it('gives everything it tried its further executions, refined sizes among their competitors', () => {
    const run = simulate(specOf('auto', { executions: 3 }), saturating(1, 0.5))
    const first = [...sizesInBlock(run, 1)].sort((a, b) => a - b)
    for (const block of [2, 3]) {
      const sizes = sizesInBlock(run, block)
      expect([...sizes].sort((a, b) => a - b)).toEqual(first)
      expect(sizes).not.toEqual(first)
    }
  })

  it('stops at an out-of-memory, and refines below it', () => {
    const run = simulate(specOf('auto'), ({ batchSize }) => (batchSize > 20 ? 'out-of-memory' : 10))
    expect(sizesInBlock(run, 1)).toEqual([1, 2, 4, 8, 16, 32, ...sizesInBlock(run, 1).slice(6)])
    expect(run.decisions.join('\n')).toContain('Doubling stopped at 32: 32 ran out of memory.')
    expect([...sizesInBlock(run, 1).slice(6)].sort((a, b) => a - b)).toEqual([12, 24])
    expect(sizesInBlock(run, 2)).not.toContain(32)
    expect(sizesInBlock(run, 2)).not.toContain(24)
  })

  it('stops when two sizes are past the latency bound, and looks for where it is crossed', () => {
    const slo = { percentile: 99, milliseconds: 20 }
    const run = simulate(specOf('auto', { slo }), saturating(2, 2))
    // 2 + 2 b: 8 takes 18 ms, 16 takes 34 ms, 32 takes 66 ms.
    expect(sizesInBlock(run, 1)).not.toContain(64)
    expect(sizesInBlock(run, 1)).toContain(12)
    expect(run.decisions.join('\n')).toContain('p99 is over 20.0 ms at 16 and 32')
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
    expect(run.decisions.at(-1)).toMatch(/the session host crashed at 1.*0 of 1 trial completed; 1 crashed\./)
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

  it('is not swayed by later executions: what was decided in the first block stands', () => {
    const spec = specOf('auto')
    const table = throughputs({ 1: 100, 2: 190, 4: 340, 8: 500, 16: 480, 32: 470 })
    const steady = simulate(spec, table)
    const swayed = simulate(spec, (config, block) =>
      block === 2 ? 1_000 / config.batchSize : table(config, block),
    )
    expect(swayed.ran).toEqual(steady.ran)
  })

  it('expects a typical search at first and the exact number once doubling has stopped', () => {
    const spec = specOf('auto')
    const behave = throughputs({ 1: 100, 2: 190, 4: 340, 8: 500, 16: 480, 32: 470 })
    expect(expectedExecutions(spec, [])).toEqual({ done: 0, planned: 18, blocks: 2 })
    const stopped = simulate(spec, behave, { limit: 6 })
    expect(expectedExecutions(spec, stopped.history)).toEqual({ done: 6, planned: 16, blocks: 2 })
    const whole = simulate(spec, behave)
    expect(expectedExecutions(spec, whole.history)).toEqual({ done: 16, planned: 16, blocks: 2 })
  })
})
