import { describe, expect, it } from 'vitest'
import type { DeviceReading, TelemetrySample } from '../../../../electron/contract/telemetry.ts'
import { createRunReadings, onlyDeviceOf } from '../../../../electron/engine/experiment/run-readings.ts'
import { createTelemetry } from '../../../../electron/engine/telemetry.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const device = (index: number, memoryUsedBytes = 1e9): DeviceReading => ({ index, memoryUsedBytes })
const sample = (timeMs: number, devices: DeviceReading[]): TelemetrySample => ({
  timeMs,
  system: { memoryUsedBytes: 1, memoryTotalBytes: 2 },
  devices,
})
const indices = (samples: readonly TelemetrySample[]) =>
  samples.map(({ devices }) => devices.map(({ index }) => index))

describe('the device of an experiment', () => {
  it('is the one that was asked for, else the first, also where the CPU is measured beside it', () => {
    expect(onlyDeviceOf({ executionProviders: ['cpu', 'cuda'], device: 1 })).toBe(1)
    expect(onlyDeviceOf({ executionProviders: ['tensorrt'] })).toBe(0)
  })

  it('is not known where only the CPU is measured, or where a provider numbers devices in its own way', () => {
    expect(onlyDeviceOf({ executionProviders: ['cpu'], device: 1 })).toBeUndefined()
    expect(onlyDeviceOf({ executionProviders: ['cuda', 'webgpu'] })).toBeUndefined()
    expect(onlyDeviceOf({ executionProviders: ['dml'], device: 1 })).toBeUndefined()
  })
})

describe('the telemetry of a run', () => {
  const machine = [device(0), device(1), device(2)]

  it('is of its own device alone, in the project as on the page', () => {
    const { shown, recorded } = createRunReadings(1)([sample(0, machine)])
    expect([indices(shown), indices(recorded)]).toEqual([[[1]], [[1]]])
  })

  it('is of all devices where it uses none', () => {
    expect(indices(createRunReadings(undefined)([sample(0, machine)]).recorded)).toEqual([[0, 1, 2]])
  })

  it('shows the latest reading always, and records each once, also over the edge of a batch', () => {
    const readingsOf = createRunReadings(0)
    const later = [device(0, 2e9)]
    const first = readingsOf([sample(0, machine), sample(50, machine)])
    const second = readingsOf([sample(100, machine), sample(150, later)])
    expect(indices([...first.shown, ...second.shown])).toEqual([[0], [0], [0], [0]])
    expect(indices([...first.recorded, ...second.recorded])).toEqual([[0], [], [], [0]])
  })

  it('records a reading that says the same as the one before it: the driver was asked again', () => {
    const { recorded } = createRunReadings(0)([sample(0, [device(0)]), sample(50, [device(0)])])
    expect(indices(recorded)).toEqual([[0], [0]])
  })

  it('has each reading of the driver once, however much oftener the host is read', async () => {
    const clock = new ManualClock()
    let tell: (readings: DeviceReading[]) => void = () => undefined
    const watching = { stop: () => Promise.resolve() }
    const telemetry = createTelemetry(
      {
        clock,
        processes: {
          read: () => Promise.resolve(undefined),
          systemMemory: () => ({ usedBytes: 1, totalBytes: 2 }),
          processorUse: () => undefined,
          sharedDeviceMemory: () => Promise.resolve(undefined),
        },
        devices: {
          users: () => Promise.resolve([]),
          driver: () => Promise.resolve(undefined),
          list: () => Promise.resolve({ devices: [], telemetry: { available: true, source: 'test' } }),
          watch(_, listener) {
            tell = listener
            return watching
          },
          watchUsers: () => watching,
        },
      },
      { intervalMs: 50, deviceIntervalMs: 500 },
    )
    const readingsOf = createRunReadings(1)
    const recorded: TelemetrySample[] = []
    telemetry.start((samples) => recorded.push(...readingsOf(samples).recorded))
    for (let round = 0; round < 4; round += 1) {
      tell([device(0), device(1, round)])
      await clock.advance(500)
    }
    const stopped = telemetry.stop()
    await clock.advance(100)
    await stopped
    expect(recorded.length).toBeGreaterThanOrEqual(40)
    expect(recorded.flatMap(({ devices }) => devices)).toEqual([0, 1, 2, 3].map((round) => device(1, round)))
  })
})
