import type { LiveWindow } from '../../electron/contract/run-event.ts'
import type { DeviceReading, TelemetrySample } from '../../electron/contract/telemetry.ts'
import { SampleRing } from './run-ring.ts'

/** Rows kept for the live charts: of readings, an hour at 20 Hz; of measured stretches, an hour at 10 Hz. */
const keptReadings = 72_000
const keptWindows = 36_000

/**
 * A reading of a device holds until the next, but no longer than this, in ms: devices are read twice a second at the
 * least, and what a project keeps has each reading only once.
 */
const holdsMs = 2_000

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
    keptReadings,
  )
  const windows = new SampleRing<WindowColumn>(['itemsPerSecond', 'latencyMs'], keptWindows)

  const starts = new Set<number>()
  let held: { reading: DeviceReading; timeMs: number } | undefined

  const telemetry: RunTelemetry = {
    readings,
    windows,
    device: undefined,
    clear() {
      readings.clear()
      windows.clear()
      starts.clear()
      held = undefined
    },
    startExecution(timeMs) {
      starts.add(timeMs)
    },
    addReadings(samples) {
      for (const { timeMs, host, devices, devicesProblem } of samples) {
        const told =
          telemetry.device === undefined
            ? devices[0]
            : devices.find(({ index }) => index === telemetry.device)
        if (told !== undefined) held = { reading: told, timeMs }
        else if (devicesProblem !== undefined) held = undefined
        const device = held !== undefined && timeMs - held.timeMs <= holdsMs ? held.reading : undefined
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
