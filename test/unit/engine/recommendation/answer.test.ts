import { describe, expect, it } from 'vitest'
import type { Slo } from '../../../../electron/contract/experiment.ts'
import { analyse } from '../../../../electron/engine/recommendation/analyse.ts'
import {
  completed,
  measuredAt,
  MiB,
  samplesAround,
  spec,
  together,
  trialOf,
  unfinished,
  type Measured,
} from './measured-experiment.ts'

const saturating = { 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 9.5, 32: 19, 64: 39 }
const peaked = { 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 9.5, 32: 24 }

function answer(measured: Measured, constraints: { slo?: Slo; memoryBudgetBytes?: number } = {}) {
  const { headline, support } = analyse({ spec: { ...spec, constraints }, ...measured }).answer
  return support === undefined ? [headline] : [headline, support]
}

describe('the answer', () => {
  it('is a sentence to quote, and why not the next batch size', () => {
    expect(answer(measuredAt(saturating, { samples: 700 }))).toEqual([
      'Use batch 16: 1,684 items/s (±1.2 %), p99 10.5 ms, 520 MiB.',
      '32 is no faster (no difference shown) and needs 320 MiB more.',
    ])
  })

  it('says how much faster another one may be, where that was not settled', () => {
    const [headline, support] = answer(measuredAt({ 4: 3.5, 8: 6, 16: 10.5, 32: 24 }, { wobble: 0.1 }))
    // What measured best is named, not the smallest of all that noise hides from it.
    expect(headline).toMatch(/^Use batch 16: /)
    expect(support).toMatch(
      /Not settled: another batch size may be up to \d+ % faster, and more executions would tell\. Read with care: wide-interval/,
    )
  })

  it('names the highest percentile that the samples carry', () => {
    const [headline] = answer(measuredAt(saturating, { samples: 100 }))
    expect(headline).toBe('Use batch 16: 1,684 items/s (±1.2 %), p95 10.4 ms, 520 MiB.')
  })

  it('says how much slower the next one is, where that is shown', () => {
    expect(answer(measuredAt(peaked))[1]).toBe('32 is 21 % slower.')
  })

  it('says when the best is the largest that was measured', () => {
    expect(answer(measuredAt({ 1: 2, 2: 2.5, 4: 3.5 }))[1]).toBe(
      '2 is 30 % slower. It is the largest batch size measured, and larger ones may be faster.',
    )
  })

  it('says when memory ends it', () => {
    const trial = trialOf(8)
    const failed = [unfinished(trial, 1, 'out-of-memory')]
    const measured = together(measuredAt({ 1: 2, 4: 3.5 }), {
      trials: [trial],
      executions: failed,
      skips: new Map(),
    })
    expect(answer(measured)[1]).toBe('1 is 56 % slower. 8 ran out of host memory.')
  })

  it('names the series where there are several', () => {
    const cpu = measuredAt({ 1: 20, 2: 40, 4: 80 })
    const cuda = measuredAt({ 1: 2, 2: 2.5, 4: 4.6 }, { config: { executionProvider: 'cuda', device: 1 } })
    expect(answer(together(cpu, cuda))[0]).toMatch(/^Use batch 4 on cuda:1: 870 items\/s/)
  })

  it('names the runtime where there are several, and what it gives over the others', () => {
    const builtIn = measuredAt({ 1: 2, 2: 3, 4: 5 })
    const newer = measuredAt({ 1: 1.6, 2: 2.4, 4: 4 }, { config: { runtime: 'onnxruntime@1.30.0' } })
    const [headline, support] = answer(together(builtIn, newer))
    expect(headline).toMatch(/^Use batch 4 with onnxruntime@1\.30\.0: 1,000 items\/s/)
    expect(support).toMatch(
      /onnxruntime@1\.30\.0 finishes 1\.25 times \(1\.\d\d to 1\.\d\d\) as many items per second as the built-in runtime at batch 4\./,
    )
  })

  it('does not call a runtime faster that is not shown to be', () => {
    const builtIn = measuredAt({ 1: 2, 2: 3, 4: 5 }, { wobble: 0.05 })
    const newer = measuredAt(
      { 1: 2.01, 2: 3.01, 4: 5.02 },
      { config: { runtime: 'onnxruntime@1.30.0' }, wobble: 0.05 },
    )
    const [headline, support] = answer(together(builtIn, newer))
    expect(headline).toMatch(/^Use batch 4 with the built-in runtime: /)
    expect(support).toMatch(
      /No difference shown between the runtimes: the built-in runtime finishes 1\.00 times \(0\.\d\d to 1\.\d\d\)/,
    )
  })

  it('does not name the runtime where each provider was measured in one', () => {
    const cpu = measuredAt({ 1: 20, 2: 40, 4: 80 })
    const cuda = measuredAt(
      { 1: 2, 2: 2.5, 4: 4.6 },
      { config: { executionProvider: 'cuda', device: 0, runtime: 'cuda13' } },
    )
    const text = answer(together(cpu, cuda)).join(' ')
    expect(text).toMatch(/^Use batch 4 on cuda: /)
    expect(text).not.toMatch(/runtime|cuda13/)
  })

  it('tells the device’s memory where the provider runs on one', () => {
    const trial = trialOf(8, { executionProvider: 'cuda', device: 0 })
    const memory = { hostPeakBytes: 900 * MiB, devicePeakBytes: 3200 * MiB }
    const executions = [1, 2].map((block) => completed(trial, block, samplesAround(10), { memory }))
    expect(answer({ trials: [trial], executions, skips: new Map() })[0]).toMatch(/, 3\.13 GiB\.$/)
  })
})

describe('the answer under a latency bound', () => {
  const growing = measuredAt({ 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 9.5, 32: 17 }, { samples: 700 })

  it('is the fastest within it, at its percentile, and what the bound forbids', () => {
    expect(answer(growing, { slo: { percentile: 95, milliseconds: 12 } })).toEqual([
      'Use batch 16: 1,684 items/s (±1.2 %), p95 10.4 ms, 520 MiB.',
      '32 gives 1,882 items/s, but its p95 is 18.5 ms.',
    ])
  })

  it('says when only the upper end of the percentile forbids it', () => {
    // At 32, p99 is 18.71 ms, and 18.74 ms in the slower execution.
    const [headline, support] = answer(growing, { slo: { percentile: 99, milliseconds: 18.72 } })
    expect(headline).toMatch(/^Use batch 16: /)
    expect(support).toBe('32 gives 1,882 items/s, but its p99 may be as high as 18.7 ms.')
  })

  it('says that nothing meets it, and what would be without', () => {
    expect(answer(growing, { slo: { percentile: 95, milliseconds: 1 } })).toEqual([
      'No batch size meets p95 ≤ 1 ms: the closest is 1, with p95 2.18 ms (at most 2.19 ms at 95 %).',
      'Without it, batch 32 gives 1,882 items/s (±1.2 %).',
    ])
  })
})

describe('the answer under a memory budget', () => {
  it('is the fastest that leaves room, and what the budget forbids', () => {
    const growing = measuredAt({ 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 9.5, 32: 17 })
    expect(answer(growing, { memoryBudgetBytes: 900 * MiB })).toEqual([
      'Use batch 16: 1,684 items/s (±1.2 %), p95 10.4 ms, 520 MiB.',
      '32 gives 1,882 items/s, but at 840 MiB leaves less than 10 % of 900 MiB free.',
    ])
  })
})

describe('an answer that should be read with care', () => {
  it('says so: flags of the trial behind it', () => {
    const measured = measuredAt(peaked)
    const executions = measured.executions.map((execution) =>
      execution.outcome === 'completed' && execution.trialId === trialOf(16).id
        ? { ...execution, flags: [{ name: 'throttled' as const, reason: 'the SM clock fell by 12 %' }] }
        : execution,
    )
    expect(answer({ ...measured, executions })[1]).toBe('32 is 21 % slower. Read with care: throttled.')
  })

  it('says so: one execution each', () => {
    const measured = measuredAt(peaked)
    const once = { ...measured, executions: measured.executions.filter(({ block }) => block === 1) }
    expect(answer(once)[1]).toMatch(
      /Read with care: one execution each, so that differences between processes are not known\.$/,
    )
  })
})

describe('no answer', () => {
  it('says that nothing was measured', () => {
    expect(answer({ trials: [], executions: [], skips: new Map() })).toEqual([
      'Nothing has been measured yet.',
    ])
  })

  it('says why, in the words of the failure', () => {
    const trial = trialOf(1)
    const failure = {
      code: 'inference' as const,
      message: 'The model could not run.',
      hint: 'Check its inputs.',
      owner: 'model' as const,
    }
    const executions = [unfinished(trial, 1, 'failed', { failure })]
    expect(answer({ trials: [trial], executions, skips: new Map() })).toEqual([
      'No trial completed.',
      'The model could not run. Check its inputs.',
    ])
  })
})
