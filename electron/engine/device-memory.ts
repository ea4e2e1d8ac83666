import type { DeviceReading } from '../contract/telemetry.ts'
import type { MemoryPeaks } from '../contract/trial.ts'
import { devicePeaks, raised, type Height } from './experiment/memory-peaks.ts'
import type { DeviceUser } from './ports.ts'

/** The driver's word of a process is of now for this many intervals. */
const freshIntervals = 3

/**
 * What an execution needs of the memory of devices: what the whole device has in use, and what the driver tells of the
 * session host's own process.
 */
export class DeviceMemory {
  readonly #userIntervalMs: number
  #hostPid: number | undefined
  #lowest = new Map<number, number>()
  #highest = new Map<number, Height>()
  /** By device: what the host was told to hold, at its highest and last. */
  #ofHost = new Map<number, { bytes: number; lastBytes: number; lastMs: number }>()

  constructor(userIntervalMs: number) {
    this.#userIntervalMs = userIntervalMs
  }

  /** The host from now on: peaks begin anew; without one so does the baseline. */
  watchHost(pid: number | undefined): void {
    this.#hostPid = pid
    this.#highest.clear()
    this.#ofHost.clear()
    if (pid === undefined) this.#lowest.clear()
  }

  /** Takes a reading, and gives it with what the host's own process holds where that was told just now. */
  take(reading: DeviceReading, atMs: number): DeviceReading {
    const { index, memoryUsedBytes: used } = reading
    if (used !== undefined) {
      this.#lowest.set(index, Math.min(this.#lowest.get(index) ?? used, used))
      this.#highest.set(index, raised(this.#highest.get(index), used, atMs))
    }
    const told = this.#ofHost.get(index)
    const fresh = told !== undefined && atMs - told.lastMs <= freshIntervals * this.#userIntervalMs
    return fresh ? { ...reading, hostMemoryBytes: told.lastBytes } : reading
  }

  takeUsers(users: readonly DeviceUser[], atMs: number): void {
    for (const { pid, device, memoryBytes: bytes } of users) {
      if (pid !== this.#hostPid || bytes === undefined) continue
      const before = this.#ofHost.get(device)?.bytes ?? 0
      this.#ofHost.set(device, { bytes: Math.max(before, bytes), lastBytes: bytes, lastMs: atMs })
    }
  }

  peaks(device: number): MemoryPeaks {
    return devicePeaks({
      baseline: this.#lowest.get(device),
      highest: this.#highest.get(device),
      ofHost: this.#ofHost.get(device),
    })
  }
}
