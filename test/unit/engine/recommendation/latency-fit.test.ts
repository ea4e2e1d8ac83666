import { describe, expect, it } from 'vitest'
import type { CompletedTrialReport } from '../../../../electron/contract/analysis.ts'
import { analyse } from '../../../../electron/engine/recommendation/analyse.ts'
import { fitLatency } from '../../../../electron/engine/recommendation/latency-fit.ts'
import { measuredAt, spec } from './measured-experiment.ts'

const reports = (latencies: Record<number, number>) =>
  analyse({ spec, ...measuredAt(latencies) }).trials.filter(
    (trial): trial is CompletedTrialReport => trial.outcome === 'completed',
  )

const affine = Object.fromEntries([1, 2, 4, 8, 16, 32].map((batch) => [batch, 6 + 0.5 * batch]))

describe('the line through latency', () => {
  it('tells what a call and what an item costs, and what follows from it', () => {
    const fit = fitLatency(reports(affine))
    expect(fit?.overheadMs).toBeCloseTo(6, 3)
    expect(fit?.perItemMs).toBeCloseTo(0.5, 4)
    expect(fit?.halfSaturationBatch).toBeCloseTo(12, 2)
    expect(fit?.asymptoticItemsPerSecond).toBeCloseTo(2000, 0)
    expect(fit).toMatchObject({ follows: true, batchSizes: [1, 2, 4, 8, 16, 32] })
    expect(fit?.perItemCi95?.[0]).toBeLessThanOrEqual(0.5001)
  })

  it('is over the sizes that are not saturated', () => {
    const fit = fitLatency(reports({ ...affine, 64: 60, 128: 150 }))
    expect(fit?.batchSizes).toEqual([1, 2, 4, 8, 16, 32])
    expect(fit?.asymptoticItemsPerSecond).toBeCloseTo(2000, 0)
  })

  it('derives nothing where latency follows no line, or where more items cost nothing', () => {
    const curved = fitLatency(reports({ 1: 1, 2: 1.2, 4: 1.8, 8: 4.2, 16: 14, 32: 52, 64: 206 }))
    expect(curved).toMatchObject({ follows: false })
    expect(curved).not.toHaveProperty('asymptoticItemsPerSecond')
    expect(curved).not.toHaveProperty('halfSaturationBatch')
    const flat = fitLatency(reports({ 1: 5, 2: 5.01, 4: 4.99, 8: 5, 16: 5.01 }))
    expect(flat).toMatchObject({ follows: true })
    expect(flat).not.toHaveProperty('asymptoticItemsPerSecond')
  })

  it('takes three batch sizes that do what they are asked', () => {
    expect(fitLatency(reports({ 1: 5, 2: 6 }))).toBeUndefined()
    const ignoring = reports(affine).map((trial) => ({
      ...trial,
      flags: [{ name: 'batch-ignored' as const, reason: 'its output has batch size 1' }],
    }))
    expect(fitLatency(ignoring)).toBeUndefined()
  })

  it('belongs to every series of an analysis', () => {
    const { series } = analyse({ spec, ...measuredAt(affine) })
    expect(series[0]?.latencyFit).toMatchObject({ follows: true })
    expect(series[0]?.memoryFit).toMatchObject({ of: 'host', follows: true })
  })
})
