import { describe, expect, it } from 'vitest'
import type { DeviceReading, TelemetrySample } from '../../../../electron/contract/telemetry.ts'
import { createRunTelemetry, type TelemetryColumn } from '../../../../renderer/stores/run-telemetry.ts'

const device = (index: number, memoryUsedBytes: number): DeviceReading => ({ index, memoryUsedBytes })
const sample = (timeMs: number, devices: DeviceReading[], devicesProblem?: string): TelemetrySample => ({
  timeMs,
  system: { memoryUsedBytes: 1, memoryTotalBytes: 2 },
  devices,
  ...(devicesProblem === undefined ? {} : { devicesProblem }),
})

function drawn(samples: readonly TelemetrySample[], of?: number, column: TelemetryColumn = 'deviceBytes') {
  const telemetry = createRunTelemetry()
  telemetry.device = of
  telemetry.addReadings(samples)
  const { readings } = telemetry
  return Array.from({ length: readings.length }, (_, row) => readings.valueAt(column, row))
}

describe('the readings that live charts draw', () => {
  it('are those of the device that is measured on', () => {
    expect(drawn([sample(0, [device(0, 10), device(1, 20)])], 1)).toEqual([20])
  })

  it('hold until the device is read again, as a project keeps each reading once', () => {
    const samples = [
      sample(0, [device(0, 10)]),
      sample(50, []),
      sample(100, []),
      sample(150, [device(0, 30)]),
    ]
    expect(drawn(samples)).toEqual([10, 10, 10, 30])
  })

  it('do not hold while devices cannot be read, nor for ever', () => {
    const lost = [sample(0, [device(0, 10)]), sample(50, [], 'nvidia-smi ended.'), sample(100, [])]
    expect(drawn(lost)).toEqual([10, NaN, NaN])
    expect(drawn([sample(0, [device(0, 10)]), sample(60_000, [])])).toEqual([10, NaN])
  })

  it('begin anew with another run', () => {
    const telemetry = createRunTelemetry()
    telemetry.addReadings([sample(0, [device(0, 10)])])
    telemetry.clear()
    telemetry.addReadings([sample(50, [])])
    expect(telemetry.readings.valueAt('deviceBytes', 0)).toBeNaN()
  })

  it('go back an hour at 20 readings a second', () => {
    const telemetry = createRunTelemetry()
    telemetry.addReadings(Array.from({ length: 80_000 }, (_, index) => sample(index * 50, [])))
    const { readings } = telemetry
    expect(readings.timeAt(readings.length - 1) - readings.timeAt(0)).toBe(3_600_000 - 50)
  })
})
