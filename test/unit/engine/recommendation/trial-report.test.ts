import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { TrialReportSchema, type CompletedTrialReport } from '../../../../electron/contract/analysis.ts'
import type { Execution, Skip } from '../../../../electron/contract/trial.ts'
import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { measure, variationOf } from '../../../../electron/engine/recommendation/measurement.ts'
import { reportTrial } from '../../../../electron/engine/recommendation/trial-report.ts'
import { completed, failureOf, samplesAround, trialOf, unfinished } from './measured-experiment.ts'

const trial = trialOf(8)
const skip: Skip = { trialId: trial.id, failure: failureOf('skipped-by-user', 'You skipped it.') }
const report = (executions: readonly Execution[], skipped?: Skip) =>
  reportTrial(trial, executions, skipped, 1, defaultRules)

function numbers(executions: readonly Execution[]): CompletedTrialReport {
  const result = report(executions)
  if (result?.outcome !== 'completed') throw new Error(`not completed: ${result?.outcome ?? 'nothing'}`)
  return result
}

describe('the numbers of a trial', () => {
  it('are of all samples of all its executions', () => {
    const { latencyMs, loadMs, firstInferenceMs, executions } = numbers([
      completed(trial, 1, [1, 2, 3], { loadMs: 10, firstInferenceMs: 1 }),
      completed(trial, 2, [4, 5], { loadMs: 30, firstInferenceMs: 2 }),
    ])
    expect(latencyMs).toMatchObject({ mean: 3, min: 1, p50: 3, p90: 4.6, max: 5, samples: 5 })
    expect(latencyMs.stdev).toBeCloseTo(Math.sqrt(2.5), 12)
    expect(latencyMs.unsupportedPercentiles).toEqual([50, 90, 95, 99])
    expect({ loadMs, firstInferenceMs, executions }).toEqual({
      loadMs: 20,
      firstInferenceMs: 1.5,
      executions: 2,
    })
  })

  it('have the energy of the executions whose power is known', () => {
    const energy = (joulesPerItem: number) => ({
      joulesPerItem,
      meanWatts: 100 * joulesPerItem,
      readings: 20,
    })
    const all = [
      completed(trial, 1, [1, 2], { energy: energy(3) }),
      completed(trial, 2, [1, 2], { energy: energy(4) }),
      completed(trial, 3, [1, 2]),
    ]
    expect(numbers(all).energy).toEqual({ joulesPerItem: 3.5, meanWatts: 350, readings: 40 })
    expect(numbers(all.slice(2))).not.toHaveProperty('energy')
  })

  it('tell how the highest peak of a device was measured', () => {
    const measuredBy = (deviceMeasuredBy: 'process' | 'difference', devicePeakBytes: number) => ({
      memory: { devicePeakBytes, deviceMeasuredBy },
    })
    const { memory } = numbers([
      completed(trial, 1, [1, 2], measuredBy('difference', 700)),
      completed(trial, 2, [1, 2], measuredBy('process', 900)),
    ])
    expect(memory).toEqual({ devicePeakBytes: 900, deviceMeasuredBy: 'process' })
  })

  it('stand beside what its first execution was expected to need', () => {
    const predictedMemory = { of: 'host' as const, bytes: 800 }
    const [first, second] = [completed(trial, 1, [1, 2], { predictedMemory }), completed(trial, 2, [1, 2])]
    expect(numbers([first, second]).predictedMemory).toEqual(predictedMemory)
    expect(numbers([second])).not.toHaveProperty('predictedMemory')
  })

  it('give throughput as items over the measured window, with what lies between samples', () => {
    const { throughput } = numbers([
      completed(trial, 1, [10, 10, 10], { windowMs: 40 }),
      completed(trial, 2, [10], { windowMs: 10 }),
    ])
    expect(throughput.itemsPerSecond).toBeCloseTo((8 * 4) / 0.05, 9)
  })

  it('have intervals around them, that of throughput being that of latency turned over', () => {
    const { latencyMs, throughput } = numbers([
      completed(trial, 1, samplesAround(10)),
      completed(trial, 2, samplesAround(10.1)),
    ])
    const [low, high] = latencyMs.meanCi95 ?? [0, 0]
    expect(low).toBeLessThan(latencyMs.mean)
    expect(high).toBeGreaterThan(latencyMs.mean)
    expect(throughput.ci95?.[0]).toBeCloseTo(8000 / high, 9)
    expect(throughput.ci95?.[1]).toBeCloseTo(8000 / low, 9)
  })

  it('have no interval and no deviation with a single sample', () => {
    const { latencyMs, throughput } = numbers([completed(trial, 1, [5])])
    expect(latencyMs).not.toHaveProperty('meanCi95')
    expect(latencyMs).not.toHaveProperty('stdev')
    expect(throughput).toEqual({ itemsPerSecond: 1600 })
  })

  it('are the same whenever they are computed', () => {
    const executions = [completed(trial, 1, samplesAround(10))]
    expect(report(executions)).toEqual(report(executions))
  })

  it('are surer with what the other trials show of their executions', () => {
    const others = [1, 2, 4, 16].map((batch) =>
      measure(
        [1, 2].map((block) => completed(trialOf(batch), block, samplesAround(batch * (1 + block / 100)))),
      ),
    )
    const executions = [completed(trial, 1, samplesAround(10)), completed(trial, 2, samplesAround(10.1))]
    const variation = variationOf([...others, measure(executions)])
    const width = ([low, high]: readonly [number, number]) => high - low
    const alone = numbers(executions).latencyMs.meanCi95
    const known = reportTrial(trial, executions, undefined, 1, defaultRules, variation)
    if (known?.outcome !== 'completed' || !known.latencyMs.meanCi95 || !alone) throw new Error('no interval')
    expect(width(known.latencyMs.meanCi95)).toBeLessThan(width(alone) / 2)
  })
})

describe('the outcome of a trial', () => {
  const done = completed(trial, 1, samplesAround(10))

  it('is not there while nothing ended', () => {
    expect(report([])).toBeUndefined()
  })

  it('is out of memory if any execution ran out: the second can need more than the first', () => {
    const result = report([done, unfinished(trial, 2, 'out-of-memory'), unfinished(trial, 3, 'crashed')])
    expect(result).toMatchObject({
      outcome: 'out-of-memory',
      executions: 3,
      failure: { code: 'out-of-memory' },
    })
    expect(result).not.toHaveProperty('latencyMs')
  })

  it('is completed if any completed, with the failure of the other beside it', () => {
    const result = report([unfinished(trial, 1, 'crashed'), done])
    expect(result).toMatchObject({ outcome: 'completed', failure: { message: 'It ended as crashed.' } })
  })

  it('does not call it a failure that the rest was cancelled', () => {
    expect(report([done, unfinished(trial, 2, 'cancelled')], skip)).not.toHaveProperty('failure')
  })

  it('is skipped when nothing was measured before', () => {
    expect(report([], skip)).toMatchObject({ outcome: 'skipped', failure: { message: 'You skipped it.' } })
    expect(report([unfinished(trial, 1, 'cancelled')], skip)).toMatchObject({ outcome: 'skipped' })
  })

  it('is else that of the last execution', () => {
    const result = report([unfinished(trial, 1, 'crashed'), unfinished(trial, 2, 'timed-out')])
    expect(result).toMatchObject({ outcome: 'timed-out', failure: { message: 'It ended as timed-out.' } })
  })

  it('is failed, with a word why, when an execution completed without a usable sample', () => {
    for (const execution of [
      completed(trial, 1, []),
      completed(trial, 1, [1, -1]),
      completed(trial, 1, [1], { windowMs: 0 }),
    ]) {
      expect(report([execution])).toMatchObject({
        outcome: 'failed',
        failure: { message: 'Batch 8 ended without a usable sample.' },
      })
    }
  })
})

describe('what else a trial carries', () => {
  it('is the highest memory of any execution, and only what is known', () => {
    const result = report([
      completed(trial, 1, [1, 1], { memory: { hostPeakBytes: 100 } }),
      unfinished(trial, 2, 'crashed', { memory: { hostPeakBytes: 300, devicePeakBytes: 7 } }),
    ])
    expect(result?.memory).toEqual({ hostPeakBytes: 300, devicePeakBytes: 7 })
    expect(report([], skip)?.memory).toEqual({})
  })

  it('is each flag of its executions once, with every reason', () => {
    const flagged = (block: number, reason: string) =>
      completed(trial, block, samplesAround(10), { flags: [{ name: 'throttled', reason }] })
    expect(report([flagged(1, 'hot'), flagged(2, 'hot'), flagged(3, 'power cap')])?.flags).toEqual([
      { name: 'throttled', reason: 'hot; power cap' },
    ])
  })

  it('is a flag when its interval is far wider than was aimed at', () => {
    const result = report([completed(trial, 1, samplesAround(10)), completed(trial, 2, samplesAround(11))])
    expect(result?.flags.map(({ name }) => name)).toEqual(['wide-interval'])
    expect(result?.flags[0]?.reason).toMatch(
      /^the mean is known to ±\d+ % only, more than 2.5 times the ±2.0 % aimed at$/,
    )
  })

  it('is a flag when an execution has fewer samples than asked for', () => {
    const few = report([
      completed(trial, 1, samplesAround(10, 29)),
      completed(trial, 2, samplesAround(10, 400)),
    ])
    expect(few?.flags).toContainEqual({
      name: 'few-samples',
      reason: 'an execution has 29 samples, fewer than the 30 asked for',
    })
    const enough = report([
      completed(trial, 1, samplesAround(10, 30)),
      completed(trial, 2, samplesAround(10, 400)),
    ])
    expect(enough?.flags.map(({ name }) => name)).not.toContain('few-samples')
  })

  it('fits the contract', () => {
    for (const each of [report([completed(trial, 1, [5])]), report([unfinished(trial, 1, 'crashed')])]) {
      expect(v.parse(TrialReportSchema, JSON.parse(JSON.stringify(each)))).toEqual(each)
    }
  })
})

describe('what a trial shows besides its numbers', () => {
  const around = (of: (at: number) => number) => Array.from({ length: 100 }, (_, at) => of(at))
  const steady = around((at) => 10 + 0.1 * Math.sin(at * 1.7))

  it('is a drift when latency rose while it was measured, and in how many executions', () => {
    const rising = steady.map((sample, at) => sample * (1 + at / 1000))
    const flags = numbers([completed(trial, 1, rising), completed(trial, 2, steady)]).flags
    expect(flags.find(({ name }) => name === 'drifting')?.reason).toMatch(
      /^latency rose by \d+(\.\d)? % while it was measured, in 1 of 2 executions$/,
    )
    expect(numbers([completed(trial, 1, steady)]).flags.map(({ name }) => name)).not.toContain('drifting')
  })

  it('is what its executions saw, told in full where that is little and once where it is much', () => {
    const shared = (cores: number) =>
      completed(trial, cores, steady, { flags: [{ name: 'shared-device', reason: `others used ${cores}` }] })
    const reasonOf = (executions: readonly Execution[]) =>
      numbers(executions).flags.find(({ name }) => name === 'shared-device')?.reason
    expect(reasonOf([shared(1), shared(1)])).toBe('others used 1')
    expect(reasonOf([shared(1), shared(2)])).toBe('others used 1; others used 2')
    expect(reasonOf([shared(1), shared(2), shared(3)])).toBe('others used 1; alike in 2 more executions')
  })

  it('are outliers, each against its own execution, which stay in every number', () => {
    const slow = steady.map((sample, at) => (at === 50 ? 80 : sample * 2))
    const { latencyMs } = numbers([completed(trial, 1, steady), completed(trial, 2, slow)])
    const all = [...steady, ...slow]
    const total = all.reduce((sum, sample) => sum + sample, 0)
    expect(latencyMs.outliers).toEqual({
      count: 1,
      shareOfTime: expect.closeTo(80 / total, 9),
      largestMs: 80,
    })
    expect(latencyMs).toMatchObject({ samples: 200, max: 80, mean: expect.closeTo(total / 200, 9) })
    expect(numbers([completed(trial, 1, steady)]).latencyMs).not.toHaveProperty('outliers')
  })
})
