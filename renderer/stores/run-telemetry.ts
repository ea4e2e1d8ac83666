import type { LiveWindow } from '../../electron/contract/run-event.ts'
import type { TelemetrySample } from '../../electron/contract/telemetry.ts'
import { SampleRing } from './run-ring.ts'

/** Rows kept for the live charts: an hour at 10 Hz. */
const capacity = 36_000

export type TelemetryColumn = 'hostBytes' | 'deviceBytes' | 'cpuPercent' | 'devicePercent'
export type WindowColumn = 'itemsPerSecond' | 'latencyMs'

/** A run's readings and measured stretches over time, as the live charts draw them. */
export interface RunTelemetry {
  readonly readings: SampleRing<TelemetryColumn>
  readonly windows: SampleRing<WindowColumn>
  /** Index of the device whose memory and use are drawn; while undefined, the first that reports. */
  device: number | undefined
  clear(): void
  /** Says when an execution began, in ms: curves of measured stretches break there. Before its windows are added. */
  startExecution(timeMs: number): void
  addReadings(samples: readonly TelemetrySample[]): void
  addWindows(windows: readonly LiveWindow[]): void
}

/** Empty rings for one run. */
export function createRunTelemetry(): RunTelemetry {
  const readings = new SampleRing<TelemetryColumn>(
    ['hostBytes', 'deviceBytes', 'cpuPercent', 'devicePercent'],
    capacity,
  )
  const windows = new SampleRing<WindowColumn>(['itemsPerSecond', 'latencyMs'], capacity)

  const starts = new Set<number>()

  const telemetry: RunTelemetry = {
    readings,
    windows,
    device: undefined,
    clear() {
      readings.clear()
      windows.clear()
      starts.clear()
    },
    startExecution(timeMs) {
      starts.add(timeMs)
    },
    addReadings(samples) {
      for (const { timeMs, host, devices } of samples) {
        const device =
          telemetry.device === undefined
            ? devices[0]
            : devices.find(({ index }) => index === telemetry.device)
        // A process that just ended is still listed for a moment, with no memory: it is no reading of the host.
        const isAlive = host !== undefined && host.residentBytes > 0
        readings.push(timeMs, {
          hostBytes: isAlive ? host.residentBytes : undefined,
          cpuPercent: isAlive ? host.cpuPercent : undefined,
          deviceBytes: device?.memoryUsedBytes,
          devicePercent: device?.utilizationPercent,
        })
      }
    },
    addWindows(added) {
      for (const window of added) {
        const last = windows.timeAt(windows.length - 1)
        for (const start of starts) if (last < start && start < window.timeMs) windows.push(start, {})
        windows.push(window.timeMs, {
          itemsPerSecond: window.itemsPerSecond,
          latencyMs: window.meanLatencyMs,
        })
      }
    },
  }
  return telemetry
}
