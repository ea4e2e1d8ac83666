import { describe, expect, it } from 'vitest'
import type { LiveTrial, RunProgress } from '../../../../../electron/contract/run-event.ts'
import { liveBands } from '../../../../../renderer/features/live/live-bands.ts'
import { liveDefinitions } from '../../../../../renderer/features/live/live-definitions.ts'
import {
  measuringParts,
  progressFraction,
  progressParts,
} from '../../../../../renderer/features/live/measuring-line.ts'
import { createRunTelemetry } from '../../../../../renderer/stores/run-telemetry.ts'
import { lostTrial } from '../../analysis-fixture.ts'

const progress: RunProgress = {
  state: 'running',
  executionsDone: 7,
  executionsPlanned: 18,
  remainingMs: 41_000,
  block: 2,
  blocks: 3,
  current: { trialId: 't', phase: 'warming-up', startedMs: 0 },
}
const trial: LiveTrial = {
  trial: {
    id: 't',
    experimentId: 'e',
    config: { batchSize: 24, executionProvider: 'cpu', dims: {} },
    reason: 'asked for',
  },
  state: 'running',
  executionsDone: 1,
  executionsPlanned: 2,
}

describe('the head of the Live page', () => {
  it('says what is being measured', () => {
    expect(measuringParts(progress, trial)).toEqual(['Batch 24', 'cpu', 'warming up'])
    expect(measuringParts({ ...progress, current: undefined }, undefined)).toEqual(['Between executions'])
  })

  it('says how far the run is', () => {
    expect(progressParts(progress)).toEqual(['7 of 18 executions', 'block 2 of 3', '00:41 left'])
    expect(progressParts({ ...progress, blocks: 1, remainingMs: undefined })).toEqual(['7 of 18 executions'])
    expect(progressFraction(progress)).toBeCloseTo(7 / 18, 9)
    expect(progressFraction({ ...progress, executionsPlanned: 0 })).toBeUndefined()
  })
})

describe('liveBands', () => {
  it('names executions by their batch size and marks where a trial was lost', () => {
    const lost: LiveTrial = { ...trial, state: 'ended', report: lostTrial(24) }
    const spans = [
      { trialId: 't', fromMs: 0, toMs: 10 },
      { trialId: 't', fromMs: 10, toMs: 20 },
    ]
    expect(liveBands(spans, [lost])).toEqual([
      { trialId: 't', fromMs: 0, toMs: 10, label: '24', failure: undefined },
      { trialId: 't', fromMs: 10, toMs: 20, label: '24', failure: 'Batch 24 ran out of memory.' },
    ])
  })

  it('marks nothing while the execution runs', () => {
    const lost: LiveTrial = { ...trial, report: lostTrial(24) }
    expect(liveBands([{ trialId: 't', fromMs: 0 }], [lost])[0]?.failure).toBeUndefined()
  })
})

describe('liveDefinitions', () => {
  it('has four charts, with device curves only where a device reports', () => {
    const telemetry = createRunTelemetry()
    const labels = (hasDevice: boolean) =>
      liveDefinitions(telemetry, hasDevice).map(({ id, curves }) => [id, curves.length])
    expect(labels(false)).toEqual([
      ['memory', 1],
      ['throughput', 1],
      ['utilisation', 1],
      ['latency', 1],
    ])
    expect(labels(true)).toEqual([
      ['memory', 2],
      ['throughput', 1],
      ['utilisation', 2],
      ['latency', 1],
    ])
  })
})
