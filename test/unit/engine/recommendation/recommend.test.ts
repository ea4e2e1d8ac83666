import { describe, expect, it } from 'vitest'
import type { Goal, Recommendation } from '../../../../electron/contract/analysis.ts'
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

/** Throughputs 500, 800, 1143, 1455, 1684, 1684 and 1641 items/s: 16 is the smallest of the fastest. */
const saturating = { 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 9.5, 32: 19, 64: 39 }

interface Limits {
  slo?: Slo
  memoryBudgetBytes?: number
}

function card(goal: Goal, measured: Measured, constraints: Limits = {}): Recommendation {
  const { recommendations } = analyse({ spec: { ...spec, constraints }, ...measured })
  const found = recommendations.find((recommendation) => recommendation.goal === goal)
  if (found === undefined) throw new Error(`no card for ${goal}`)
  return found
}

describe('the cards', () => {
  it('are one for each goal, with the latency bound only where there is one', () => {
    const goals = (constraints: Limits) =>
      analyse({ spec: { ...spec, constraints }, ...measuredAt(saturating) }).recommendations.map(
        ({ goal }) => goal,
      )
    expect(goals({})).toEqual(['latency', 'throughput', 'knee', 'memory'])
    expect(goals({ slo: { percentile: 99, milliseconds: 20 } })).toEqual([
      'latency',
      'throughput',
      'knee',
      'slo',
      'memory',
    ])
  })

  it('say why there is nothing to recommend', () => {
    const reasons = (measured: Measured) =>
      new Set(
        analyse({ spec, ...measured }).recommendations.map(
          ({ batchSize, reason }) => `${batchSize} ${reason}`,
        ),
      )
    const of = (...executions: Measured['executions']): Measured => ({
      trials: [trialOf(8)],
      executions,
      skips: new Map(),
    })
    expect([...reasons(of())]).toEqual(['null Nothing has been measured yet.'])
    expect([...reasons(of(unfinished(trialOf(8), 1, 'crashed')))]).toEqual(['null No trial completed.'])
    expect([...reasons(of(unfinished(trialOf(8), 1, 'out-of-memory')))]).toEqual([
      'null No batch size fits: every one that was tried ran out of memory.',
    ])
    expect([...reasons(of(completed(trialOf(8), 1, [5])))]).toEqual([
      'null Nothing can be recommended: no trial has more than one sample.',
    ])
  })

  it('never recommend a configuration that ignores the batch', () => {
    const liar = trialOf(128)
    const flags = [{ name: 'batch-ignored' as const, reason: 'the output has batch 1 for 128' }]
    const ignored: Measured = {
      trials: [liar],
      executions: [1, 2].map((block) => completed(liar, block, samplesAround(2), { flags })),
      skips: new Map(),
    }
    const { recommendations } = analyse({ spec, ...together(measuredAt(saturating), ignored) })
    expect(recommendations.map(({ batchSize }) => batchSize)).not.toContain(128)
    expect(card('throughput', ignored)).toEqual({
      goal: 'throughput',
      batchSize: null,
      equivalent: [],
      reason:
        'Nothing can be recommended: the model ignores the batch size, so its throughput is not what it seems.',
    })
  })

  it('point to a trial of the series that they name, where there are several', () => {
    const slow = measuredAt({ 1: 4, 2: 6, 4: 10 }, { config: { threads: 1 } })
    const fast = measuredAt({ 1: 3, 2: 4, 4: 6 }, { config: { threads: 2 } })
    expect(card('throughput', together(slow, fast))).toMatchObject({
      batchSize: 4,
      equivalent: [4],
      trialId: trialOf(4, { threads: 2 }).id,
      reason: expect.stringMatching(
        /^Highest throughput: 667 items\/s \(±.*\) at batch 4 on cpu, 2 threads\.$/,
      ),
    })
  })
})

describe('highest throughput', () => {
  it('is the smallest of the batch sizes that show no difference', () => {
    expect(card('throughput', measuredAt(saturating))).toMatchObject({
      batchSize: 16,
      trialId: trialOf(16).id,
      equivalent: [16, 32],
      reason:
        'Highest throughput: 1,684 items/s (±1.2 %) at batch 16; the smallest of 16 and 32, which show no difference.',
      cost: 'A call takes 4.7 times as long as at batch 1.',
    })
  })

  it('takes more batch sizes for equal when executions differ more', () => {
    const { equivalent, batchSize, reason, within } = card(
      'throughput',
      measuredAt(saturating, { wobble: 0.06 }),
    )
    expect(equivalent).toEqual([8, 16, 32, 64])
    // 8 measured 14 % less: that it is not shown to be worse does not make it as good.
    expect(batchSize).toBe(16)
    expect(reason).toMatch(
      /at batch 16; the smallest of 16, 32 and 64, which show no difference.*; 8 measured worse, but not by so much that it is shown\.$/,
    )
    expect(within).toBeGreaterThan(0.02)
  })

  it('is not misled by drift that all executions of a block share', () => {
    const drifted = measuredAt(saturating)
    const executions = drifted.executions.map((execution) =>
      execution.outcome === 'completed' && execution.block === 2
        ? {
            ...execution,
            samplesMs: execution.samplesMs.map((sample) => sample * 1.5),
            windowMs: execution.windowMs * 1.5,
          }
        : execution,
    )
    expect(card('throughput', { ...drifted, executions }).equivalent).toEqual([16, 32])
  })

  it('says that one execution each cannot show differences between processes', () => {
    const measured = measuredAt(saturating)
    const once = { ...measured, executions: measured.executions.filter(({ block }) => block === 1) }
    expect(card('throughput', once).reason).toMatch(
      /from one execution each, so that differences between processes are not known\.$/,
    )
  })
})

describe('lowest latency', () => {
  it('is that of the quickest call, and what it costs', () => {
    expect(card('latency', measuredAt(saturating))).toEqual({
      goal: 'latency',
      batchSize: 1,
      trialId: trialOf(1).id,
      equivalent: [1],
      within: 0,
      reason: 'Lowest latency: 2.00 ms (±1.2 %) a call at batch 1.',
      cost: '70 % less throughput than batch 16.',
    })
  })
})

describe('the knee', () => {
  it('is where more batch begins to buy little', () => {
    // 2 ms and 0.5 ms an item: 400, 667, 1,000, 1,333, 1,600, 1,778 and 1,882 items/s.
    const affine = { 1: 2.5, 2: 3, 4: 4, 8: 6, 16: 10, 32: 18, 64: 34 }
    expect(card('knee', measuredAt(affine))).toMatchObject({
      batchSize: 16,
      equivalent: [16],
      reason:
        'Past batch 16 more batch buys little: it gives 1,600 items/s, 85 % of the highest, measured at 64; the fitted curve bends at 14.',
      cost: '15 % less throughput than batch 64, and a call takes 4.0 times as long as at batch 1.',
    })
  })

  it('may be the highest throughput itself', () => {
    expect(card('knee', measuredAt(saturating)).reason).toBe(
      'Past batch 16 more batch buys nothing: it gives 1,684 items/s, the highest; the fitted curve bends at 6.',
    )
  })

  it('takes three batch sizes and a bend', () => {
    expect(card('knee', measuredAt({ 1: 2, 8: 5 }))).toMatchObject({
      batchSize: null,
      reason: 'A knee takes at least three batch sizes, and 2 were measured.',
    })
    expect(card('knee', measuredAt({ 1: 2, 2: 2, 3: 2, 4: 2 }))).toMatchObject({
      batchSize: null,
      reason: 'Throughput shows no bend over the batch sizes measured.',
    })
  })
})

describe('the latency bound', () => {
  const many = measuredAt(saturating, { samples: 700 })

  it('is met by the upper end of the percentile', () => {
    // At 16, p99 is 10.47 ms, and 10.49 ms in the slower execution.
    const found = card('slo', many, { slo: { percentile: 99, milliseconds: 11 } })
    expect(found).toMatchObject({ batchSize: 16, equivalent: [16] })
    expect(found.reason).toMatch(
      /^Highest throughput with p99 ≤ 11 ms: 1,684 items\/s \(±1\.2 %\) at batch 16, with p99 10\.5 ms \(at most 10\.5 ms at 95 %\)\.$/,
    )
    const nearer = card('slo', many, { slo: { percentile: 99, milliseconds: 10.48 } })
    expect(nearer.batchSize).toBe(8)
  })

  it('takes the point estimate, and says so, when the samples are too few', () => {
    const found = card('slo', measuredAt(saturating), { slo: { percentile: 99, milliseconds: 10.48 } })
    expect(found.batchSize).toBe(16)
    expect(found.reason).toContain(
      'with p99 10.5 ms (a point estimate: the samples are too few for an interval).',
    )
  })

  it('names the closest miss when nothing meets it', () => {
    expect(card('slo', many, { slo: { percentile: 95, milliseconds: 1.5 } })).toMatchObject({
      batchSize: null,
      equivalent: [],
      reason:
        'No batch size meets p95 ≤ 1.5 ms: the closest is 1, with p95 2.18 ms (at most 2.19 ms at 95 %).',
    })
  })

  it('can be moved, and dropped, without measuring again', () => {
    const constraints = { slo: { percentile: 99, milliseconds: 11 } }
    const withSlo = (slo: Slo | null | undefined) => analyse({ spec: { ...spec, constraints }, ...many, slo })
    expect(withSlo(undefined).slo).toEqual(constraints.slo)
    expect(withSlo({ percentile: 50, milliseconds: 4 }).recommendations[3]).toMatchObject({
      goal: 'slo',
      batchSize: 4,
    })
    const dropped = withSlo(null)
    expect(dropped).not.toHaveProperty('slo')
    expect(dropped.recommendations.map(({ goal }) => goal)).not.toContain('slo')
  })
})

describe('memory', () => {
  // Hosts peak at 200 MiB and 20 MiB an item: 520 MiB at 16, 840 MiB at 32.
  const budget = (mebibytes: number) => ({ memoryBudgetBytes: mebibytes * MiB })

  it('without a budget is the largest that was measured', () => {
    expect(card('memory', measuredAt(saturating))).toMatchObject({
      batchSize: 64,
      reason: 'The largest batch size measured, 64, fits in 1.45 GiB.',
    })
  })

  it('without a budget is the largest below the boundary', () => {
    const trial = trialOf(128)
    const failed = [unfinished(trial, 1, 'out-of-memory')]
    const measured = together(measuredAt(saturating), {
      trials: [trial],
      executions: failed,
      skips: new Map(),
    })
    expect(card('memory', measured)).toMatchObject({
      batchSize: 64,
      reason: 'The largest that fits is 64 in 1.45 GiB: 128 ran out of host memory.',
    })
  })

  it('with a budget is the highest throughput that leaves a tenth of it free', () => {
    const limited = { 1: 2, 2: 2.5, 4: 3.5, 8: 5.5, 16: 8, 32: 13 }
    expect(card('memory', measuredAt(limited), budget(900))).toMatchObject({
      batchSize: 16,
      equivalent: [16],
      reason:
        'Highest throughput with 10 % of 900 MiB to spare: 2,000 items/s (±1.2 %) in 520 MiB at batch 16.',
      cost: '19 % less throughput than batch 32, and a call takes 4.0 times as long as at batch 1.',
    })
    expect(card('memory', measuredAt(limited), budget(950)).batchSize).toBe(32)
  })

  it('with a budget that leaves no room is what needs the least', () => {
    expect(card('memory', measuredAt(saturating), budget(230))).toMatchObject({
      batchSize: 1,
      reason: 'No batch size leaves 10 % of 230 MiB free: 1 needs the least, 220 MiB, and leaves 4.3 % free.',
    })
  })

  it('with a budget needs to know what was used', () => {
    const measured = measuredAt({ 1: 2, 2: 3 })
    const executions = measured.executions.map((execution) => ({ ...execution, memory: {} }))
    expect(card('memory', { ...measured, executions }, budget(500))).toMatchObject({ batchSize: null })
  })
})

describe('the best throughput per watt', () => {
  /** Of the same run, with the power of each batch size; 0 where it is not known. */
  const withPower = (watts: Record<number, number>, latencies: Record<number, number>): Measured => {
    const measured = measuredAt(latencies, { config: { executionProvider: 'cuda', device: 0 } })
    const sizes = new Map(measured.trials.map(({ id, config }) => [id, config.batchSize]))
    const executions = measured.executions.map((execution) => {
      if (execution.outcome !== 'completed') return execution
      const items = (sizes.get(execution.trialId) ?? 1) * execution.samplesMs.length
      const meanWatts = watts[sizes.get(execution.trialId) ?? 1] ?? 0
      const joulesPerItem = (meanWatts * execution.windowMs) / 1000 / items
      return meanWatts === 0
        ? execution
        : { ...execution, energy: { joulesPerItem, meanWatts, readings: 40 } }
    })
    return { ...measured, executions }
  }
  const twice = { 1: 10, 2: 12, 4: 13 }

  it('is at the batch size with the most items per joule, though another is faster', () => {
    // 100, 167 and 308 items/s; 1.0, 1.67 and 0.77 items/J.
    const measured = withPower({ 1: 100, 2: 100, 4: 400 }, twice)
    const found = card('efficiency', measured)
    expect(found).toMatchObject({ goal: 'efficiency', batchSize: 2, equivalent: [2] })
    expect(found.reason).toBe('Best throughput per watt: 1.67 items/J at batch 2 and 100 W.')
    expect(card('throughput', measured).batchSize).toBe(4)
    expect(found.cost).toContain('less throughput than batch 4')
  })

  it('is at the smallest of those that cannot be told apart', () => {
    // Twice the items for twice the power.
    const found = card('efficiency', withPower({ 1: 100, 2: 166.7, 4: 307.8 }, twice))
    expect(found).toMatchObject({ batchSize: 1, equivalent: [1, 2, 4] })
    expect(found.reason).toContain('the smallest of 1, 2 and 4, which show no difference')
  })

  it('is among those whose power is known, and says that of others it is not', () => {
    const found = card('efficiency', withPower({ 1: 100, 2: 100 }, twice))
    expect(found).toMatchObject({ batchSize: 2 })
    expect(found.reason).toContain('(without 1 whose power is not known)')
  })

  it('has no card where no power is known', () => {
    const { recommendations } = analyse({ spec, ...withPower({}, twice) })
    expect(recommendations.map(({ goal }) => goal)).not.toContain('efficiency')
  })
})
