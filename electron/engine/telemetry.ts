import type { DeviceReading, TelemetrySample } from '../contract/telemetry.ts'
import type { MemoryPeaks } from '../contract/trial.ts'
import type { Ports } from './ports.ts'

export interface TelemetryOptions {
  /** Between the starts of two readings, in ms. */
  intervalMs: number
}

/** How much more is in swap than when the execution began, at its highest. */
export interface SwapGrowth {
  /** Of the whole system; `undefined` where it is not known. */
  systemBytes: number | undefined
  /** Of the session host; `undefined` where it is not known. */
  hostBytes: number | undefined
}

/** Reads host, system and devices at a steady rate while something is measured. */
export interface Telemetry {
  /** Begins; `listener` gets what gathered about every 100 ms. */
  start(listener: (samples: TelemetrySample[]) => void): void
  /** The host to read from now on; `undefined` between executions. Peaks and the device baseline begin anew. */
  watchHost(pid: number | undefined): void
  /** Lowest use of a device's memory since `watchHost(undefined)`, in bytes: what others hold. */
  deviceBaseline(device?: number): number | undefined
  /** Peaks since the host was told; device memory is of `device`, by default the first. */
  peaks(device?: number): MemoryPeaks
  /** A measured window begins. */
  beginWindow(): void
  /** It ended: every reading of a device in it, and the growth of swap since `watchHost(undefined)`. */
  endWindow(): { devices: readonly DeviceReading[]; swap: SwapGrowth }
  stop(): Promise<void>
}

const nothingSwapped: SwapGrowth = { systemBytes: undefined, hostBytes: undefined }

function highest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

/** Listeners hear at most about ten times a second. */
const batchMs = 100

export function createTelemetry(
  ports: Pick<Ports, 'clock' | 'devices' | 'processes'>,
  options: TelemetryOptions,
): Telemetry {
  return new TelemetryReader(ports, options)
}

class TelemetryReader implements Telemetry {
  readonly #ports: Pick<Ports, 'clock' | 'devices' | 'processes'>
  readonly #intervalMs: number
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #deviceWatch: { stop(): Promise<void> } | undefined
  #devices: DeviceReading[] = []
  #hostPid: number | undefined
  #hostPeakBytes: number | undefined
  #lowestUse = new Map<number, number>()
  #highestUse = new Map<number, number>()
  #window: DeviceReading[] | undefined
  #swapBefore: number | undefined
  #swap: SwapGrowth = nothingSwapped

  constructor(ports: Pick<Ports, 'clock' | 'devices' | 'processes'>, { intervalMs }: TelemetryOptions) {
    this.#ports = ports
    this.#intervalMs = intervalMs
  }

  start(listener: (samples: TelemetrySample[]) => void): void {
    this.#deviceWatch = this.#ports.devices.watch(this.#intervalMs, (readings) => this.#takeDevices(readings))
    this.#loop = this.#read(listener)
  }

  watchHost(pid: number | undefined): void {
    this.#hostPid = pid
    this.#hostPeakBytes = undefined
    this.#highestUse.clear()
    // Telling the host does not end the baseline: it is read before and while the host starts.
    if (pid !== undefined) return
    this.#lowestUse.clear()
    this.#window = undefined
    this.#swapBefore = undefined
    this.#swap = nothingSwapped
  }

  deviceBaseline(device = this.#devices[0]?.index): number | undefined {
    return device === undefined ? undefined : this.#lowestUse.get(device)
  }

  peaks(device = this.#devices[0]?.index): MemoryPeaks {
    const baseline = this.deviceBaseline(device)
    const highest = device === undefined ? undefined : this.#highestUse.get(device)
    return {
      ...(this.#hostPeakBytes === undefined ? {} : { hostPeakBytes: this.#hostPeakBytes }),
      ...(baseline === undefined || highest === undefined
        ? {}
        : { devicePeakBytes: highest - baseline, deviceBaselineBytes: baseline }),
    }
  }

  beginWindow(): void {
    this.#window = []
  }

  endWindow(): { devices: readonly DeviceReading[]; swap: SwapGrowth } {
    const devices = this.#window ?? []
    this.#window = undefined
    return { devices, swap: this.#swap }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([this.#loop, this.#deviceWatch?.stop()])
  }

  /** One reading after the other, so that a slow system gives fewer and not overlapping ones. */
  async #read(listener: (samples: TelemetrySample[]) => void): Promise<void> {
    const { clock } = this.#ports
    const { signal } = this.#stopping
    let gathered: TelemetrySample[] = []
    let toldMs = clock.now()
    while (!signal.aborted) {
      const startedMs = clock.now()
      gathered.push(await this.#sample(startedMs))
      if (clock.now() - toldMs >= batchMs) {
        toldMs = clock.now()
        listener(gathered)
        gathered = []
      }
      const restMs = this.#intervalMs - (clock.now() - startedMs)
      await clock.sleep(Math.max(1, restMs), signal).catch(() => undefined)
    }
    if (gathered.length > 0) listener(gathered)
  }

  async #sample(timeMs: number): Promise<TelemetrySample> {
    const { processes } = this.#ports
    const pid = this.#hostPid
    const host = pid === undefined ? undefined : await processes.read(pid)
    // The reading may have been overtaken by another execution.
    const current = host !== undefined && pid === this.#hostPid
    if (current) this.#hostPeakBytes = Math.max(this.#hostPeakBytes ?? 0, host.residentBytes)
    const { usedBytes, totalBytes, swapUsedBytes } = processes.systemMemory()
    this.#takeSwap(swapUsedBytes, current ? host.swapBytes : undefined)
    return {
      timeMs,
      ...(current ? { host: { residentBytes: host.residentBytes, cpuPercent: host.cpuPercent } } : {}),
      system: { memoryUsedBytes: usedBytes, memoryTotalBytes: totalBytes },
      devices: this.#devices,
    }
  }

  #takeSwap(systemBytes: number | undefined, hostBytes: number | undefined): void {
    this.#swapBefore ??= systemBytes
    const growth =
      systemBytes === undefined || this.#swapBefore === undefined ? undefined : systemBytes - this.#swapBefore
    this.#swap = {
      systemBytes: highest(this.#swap.systemBytes, growth),
      hostBytes: highest(this.#swap.hostBytes, hostBytes),
    }
  }

  #takeDevices(readings: DeviceReading[]): void {
    this.#devices = readings
    this.#window?.push(...readings)
    for (const { index, memoryUsedBytes: used } of readings) {
      if (used === undefined) continue
      this.#lowestUse.set(index, Math.min(this.#lowestUse.get(index) ?? used, used))
      this.#highestUse.set(index, Math.max(this.#highestUse.get(index) ?? used, used))
    }
  }
}
