import { describe, expect, it } from 'vitest'
import type { TelemetrySample } from '../../../../electron/contract/telemetry.ts'
import { LiveRun } from '../../../../electron/engine/experiment/live-run.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const minute = 60_000
const readings = (fromMs: number, toMs: number, everyMs: number): TelemetrySample[] =>
  Array.from({ length: (toMs - fromMs) / everyMs }, (_, index) => ({
    timeMs: fromMs + index * everyMs,
    system: { memoryUsedBytes: 1, memoryTotalBytes: 2 },
    devices: [],
  }))

function liveRun(): LiveRun {
  return new LiveRun({
    projectId: 'p',
    experiment: simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1] }]),
    modelName: 'model.onnx',
    clock: new ManualClock(),
    history: () => [],
    emit: () => undefined,
  })
}

describe('a run for a client that arrives late', () => {
  it.each([20, 5])('holds the last ten minutes of telemetry, at %i readings a second', (perSecond) => {
    const live = liveRun()
    for (let at = 0; at < 25; at += 1)
      live.telemetryTaken(readings(at * minute, (at + 1) * minute, 1000 / perSecond))
    const { telemetry } = live.snapshot()
    const lastMs = telemetry.at(-1)?.timeMs ?? 0
    expect(lastMs).toBe(25 * minute - 1000 / perSecond)
    expect(telemetry[0]?.timeMs).toBe(lastMs - 10 * minute)
  })
})
