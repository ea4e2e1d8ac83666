import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { gaussian } from '../statistics/simulated-latencies.ts'
import { simulate, sizesInBlock, specOf, type Behaviour } from './simulated-run.ts'

/** Throughput rises to a plateau at 16; executions vary by `noise`. */
function noisy(noise: number, seed: number, throughput: (batch: number) => number): Behaviour {
  const random = createRandom(seed)
  return ({ batchSize }) => ((batchSize * 1000) / throughput(batchSize)) * Math.exp(noise * gaussian(random))
}

/** 32 is the best; 16 and 64 are 1.5 % and 4 % behind, the rest far behind. */
const peaked = (batch: number) =>
  1000 - 15 * Math.log2(batch / 32) ** 2 * (batch > 32 ? 2.7 : 1) - (batch < 16 ? 300 : 0)

describe('the race', () => {
  it('executes again what cannot be told apart from the best, and leaves alone what can', () => {
    const run = simulate(specOf('auto'), noisy(0.02, 3, peaked))
    const times = (batch: number) =>
      run.history.find(({ trial }) => trial.config.batchSize === batch)?.executions.length ?? 0
    expect(times(32)).toBeGreaterThan(2)
    expect(times(4)).toBe(1)
    expect(times(64)).toBeLessThan(times(32))
    expect(run.decisions.join('\n')).toMatch(
      /Block \d: .* cannot be told apart from \d+ \(\d+ may be up to [\d.]+ % ahead\): measuring .* again\./,
    )
  })

  it('ends when the best is known within the tolerance, and says so', () => {
    const run = simulate(specOf('auto'), noisy(0.002, 4, peaked))
    expect(run.done).toBe(true)
    const [, behind] =
      /no other that was tried is more than ([\d.]+) % faster, at 95 %/.exec(run.decisions.at(-1) ?? '') ?? []
    expect(Number(behind)).toBeLessThanOrEqual(2)
  })

  it('takes a wider tolerance for an earlier end', () => {
    const spec = specOf('auto')
    const within = (tolerance: number) =>
      simulate({ ...spec, rules: { ...spec.rules, tolerance } }, noisy(0.02, 5, peaked)).ran.length
    expect(within(0.15)).toBeLessThan(within(0.02))
  })

  it('gives up at the most executions, and says how far ahead another may be', () => {
    const run = simulate(specOf('auto'), noisy(0.1, 6, peaked))
    expect(Math.max(...run.history.map(({ executions }) => executions.length))).toBeLessThanOrEqual(8)
    expect(run.decisions.at(-1)).toMatch(
      /After 8 executions each, .* may still be up to [\d.]+ % faster, at 95 %\./,
    )
  })

  it('compares within blocks: a drift common to all does not change the answer', () => {
    // From block to block the machine slows down by 8 %, much more than the sizes differ.
    const drifting: Behaviour = ({ batchSize }, block) =>
      ((batchSize * 1000) / peaked(batchSize)) * 1.08 ** block
    const run = simulate(specOf('auto'), drifting)
    expect(run.decisions.at(-1)).toMatch(/^(2[4-9]|3[0-6]) is the batch size to use/)
  })

  it('doubles on where the largest size turns out to be the best', () => {
    // The first look at 32 and 64 is unlucky, so that doubling stops there.
    const behave: Behaviour = ({ batchSize }, block) =>
      (block > 1 ? 1 : batchSize === 32 ? 1.8 : batchSize === 64 ? 2.6 : 1) * (40 + 0.5 * batchSize)
    const run = simulate(specOf('auto'), behave)
    expect(Math.max(...sizesInBlock(run, 1))).toBe(64)
    expect(Math.max(...run.ran.map(({ config }) => config.batchSize))).toBeGreaterThan(64)
    expect(run.history.map(({ trial }) => trial.reason)).toContain('doubling from 64, which measured best')
  })

  it('lets the series compete, and leaves the slower one alone', () => {
    const run = simulate(specOf('auto', { threads: [1, 2] }), ({ batchSize, threads }) =>
      threads === 1 ? 20 + 2 * batchSize : 20 + batchSize,
    )
    const executions = (threads: number) => run.ran.filter(({ config }) => config.threads === threads).length
    expect(executions(1)).toBeLessThan(executions(2))
    expect(run.decisions.at(-1)).toMatch(/^\d+ on cpu, 2 threads is the batch size to use/)
  })

  it('does not let the sizes race that only the search for the memory boundary looked at', () => {
    // Throughput is flat up to the limit, so that everything that was tried would be a contender.
    const random = createRandom(8)
    const spec = { ...specOf('auto'), constraints: { boundaryGranularity: 1 } }
    const run = simulate(spec, ({ batchSize }) =>
      batchSize > 350 ? 'out-of-memory' : (2 + batchSize) * Math.exp(0.02 * gaussian(random)),
    )
    const probed = run.history.filter(
      ({ trial: { reason, config } }) => reason.startsWith('probing') && config.batchSize !== 350,
    )
    expect(probed.length).toBeGreaterThan(3)
    for (const { executions } of probed) expect(executions).toHaveLength(1)
  })

  it('comes to an end where nearly everything is as good', () => {
    const random = createRandom(9)
    const run = simulate(specOf('auto'), ({ batchSize }) => batchSize * Math.exp(0.03 * gaussian(random)))
    expect(run.done).toBe(true)
    expect(run.ran.length).toBeLessThan(100)
  })
})
