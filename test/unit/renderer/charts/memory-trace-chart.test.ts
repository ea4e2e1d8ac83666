import { describe, expect, it } from 'vitest'
import type { DeviceReading, TelemetrySample } from '../../../../electron/contract/telemetry.ts'
import { readChartColours } from '../../../../renderer/charts/chart-colours.ts'
import {
  deviceMemory,
  hostMemory,
  longestExecution,
  memoryTraceChart,
  splitExecutions,
} from '../../../../renderer/charts/memory-trace-chart.ts'

const gib = 1024 ** 3
const reading = (timeMs: number, devices: DeviceReading[] = [], hasHost = true): TelemetrySample => ({
  timeMs,
  ...(hasHost ? { host: { residentBytes: 2 * gib, cpuPercent: 1 } } : {}),
  system: { memoryUsedBytes: 1, memoryTotalBytes: 1 },
  devices,
})
const device = (index: number, used: number, ofHost?: number): DeviceReading => ({
  index,
  memoryUsedBytes: used,
  ...(ofHost === undefined ? {} : { hostMemoryBytes: ofHost }),
})
const bytes = (told: ReturnType<typeof deviceMemory>) =>
  told?.traces.map((trace) => trace.map((point) => point.bytes))

describe('splitExecutions', () => {
  it('begins an execution after a gap and leaves out readings without a session host', () => {
    const split = splitExecutions([
      reading(0),
      reading(100),
      reading(200, [], false),
      reading(9000),
      reading(9100),
    ])
    expect(split.map((samples) => samples.map(({ timeMs }) => timeMs))).toEqual([
      [0, 100],
      [9000, 9100],
    ])
  })
})

describe('the memory of a device over executions', () => {
  it("is that of the host's own process where the driver tells it, from when it is on the device", () => {
    const told = deviceMemory([[reading(0, [device(1, 10)]), reading(50, [device(1, 18, 7)])]], 1)
    expect([told?.of, bytes(told)]).toEqual(['process', [[7]]])
    expect(told?.traces[0]?.[0]?.seconds).toBe(0.05)
  })

  it('is that of the whole device where the driver does not tell it of every execution', () => {
    const told = deviceMemory([[reading(0, [device(1, 18, 7)])], [reading(9000, [device(1, 16)])]], 1)
    expect([told?.of, bytes(told)]).toEqual(['device', [[18], [16]]])
  })

  it('is of the device that was measured on, and passes over samples without a new reading', () => {
    const samples = [reading(0, [device(0, 1), device(1, 10)]), reading(50), reading(100, [device(1, 12)])]
    expect(bytes(deviceMemory([samples], 1))).toEqual([[10, 12]])
  })

  it('is not there where the device was not read', () => {
    expect(deviceMemory([[reading(0), reading(50, [device(0, 1)])]], 1)).toBeUndefined()
  })
})

describe('memoryTraceChart', () => {
  const colours = readChartColours({ getPropertyValue: (name) => `colour of ${name}` })

  it('lays executions over each other from where each began', () => {
    const executions = [[reading(0), reading(2000)], [reading(9000)]]
    const chart = memoryTraceChart(hostMemory(executions), longestExecution(executions), colours)
    expect(chart.data.datasets.map(({ label, data }) => [label, data])).toEqual([
      [
        'execution 1',
        [
          { x: 0, y: 2 },
          { x: 2, y: 2 },
        ],
      ],
      ['execution 2', [{ x: 0, y: 2 }]],
    ])
    expect(chart.options?.scales?.['x']?.max).toBe(2)
  })
})
