import type { DeviceReading } from '../contract/telemetry.ts'
import type { MemoryPeaks } from '../contract/trial.ts'
import { devicePeaks, raised, type Height } from './experiment/memory-peaks.ts'
import type { DeviceUser } from './ports.ts'

/** The driver's word of a process is of now for this many intervals. */
const freshIntervals = 3

/** Between two readings no more than so many intervals, and so long at least (in ms), may pass unseen. */
const widestGap = { intervals: 5, leastMs: 1000 }

/** How often it is looked, in ms. */
interface Intervals {
  deviceMs: number
  userMs: number
}

/** When a device was read, since a host is watched. */
interface Coverage {
  lastMs: number
  widestGapMs: number
}

/**
 * What an execution needs of the memory of devices: what the whole device has in use, and what the driver tells of the
 * session host's own process.
 */
export class DeviceMemory {
  /** May change between executions. */
  intervals: Intervals
  #hostPid: number | undefined
  /** By device: its lowest use since there was no host, and until there was one. */
  #lowest = new Map<number, number>()
  #highest = new Map<number, Height>()
  #coverage = new Map<number, Coverage>()
  /** By device: what the host was told to hold, at its highest and last. */
  #ofHost = new Map<number, { bytes: number; lastBytes: number; lastMs: number }>()

  constructor(intervals: Intervals) {
    this.intervals = intervals
  }

  /** The host from now on, which has not used a device yet: peaks begin anew; without one so does the baseline. */
  watchHost(pid: number | undefined): void {
    this.#hostPid = pid
    this.#highest.clear()
    this.#ofHost.clear()
    // What was read last belongs to the coverage: the tool may be away as the host begins.
    for (const coverage of this.#coverage.values()) coverage.widestGapMs = 0
    if (pid === undefined) this.#lowest.clear()
  }

  /** Takes a reading, and gives it with what the host's own process holds where that was told just now. */
  take(reading: DeviceReading, atMs: number): DeviceReading {
    const { index, memoryUsedBytes: used } = reading
    if (used !== undefined) this.#takeUse(index, used, atMs)
    const told = this.#ofHost.get(index)
    const fresh = told !== undefined && atMs - told.lastMs <= freshIntervals * this.intervals.userMs
    return fresh ? { ...reading, hostMemoryBytes: told.lastBytes } : reading
  }

  takeUsers(users: readonly DeviceUser[], atMs: number): void {
    for (const { pid, device, memoryBytes: bytes } of users) {
      if (pid !== this.#hostPid || bytes === undefined) continue
      const before = this.#ofHost.get(device)?.bytes ?? 0
      this.#ofHost.set(device, { bytes: Math.max(before, bytes), lastBytes: bytes, lastMs: atMs })
    }
  }

  /** Of one device, until `atMs`. */
  peaks(device: number, atMs: number): MemoryPeaks {
    return devicePeaks({
      baseline: this.#lowest.get(device),
      highest: this.#highest.get(device),
      ofHost: this.#ofHost.get(device),
      covered: this.#isCovered(device, atMs),
    })
  }

  #takeUse(index: number, used: number, atMs: number): void {
    // Once there is a host, use is its own too, and no baseline.
    if (this.#hostPid === undefined) {
      this.#lowest.set(index, Math.min(this.#lowest.get(index) ?? used, used))
    } else {
      this.#highest.set(index, raised(this.#highest.get(index), used, atMs))
    }
    const { lastMs, widestGapMs } = this.#coverage.get(index) ?? { lastMs: atMs, widestGapMs: 0 }
    this.#coverage.set(index, { lastMs: atMs, widestGapMs: Math.max(widestGapMs, atMs - lastMs) })
  }

  #isCovered(device: number, atMs: number): boolean {
    const coverage = this.#coverage.get(device)
    if (coverage === undefined) return false
    const limitMs = Math.max(widestGap.leastMs, widestGap.intervals * this.intervals.deviceMs)
    return Math.max(coverage.widestGapMs, atMs - coverage.lastMs) <= limitMs
  }
}
