import type { DeviceReading, TelemetrySample } from '../contract/telemetry.ts'
import type { MemoryPeaks } from '../contract/trial.ts'
import { DeviceMemory } from './device-memory.ts'
import type { DeviceUser, DeviceWatch, Ports } from './ports.ts'

/** How often what is read. */
export interface TelemetryOptions {
  /** Between the starts of two readings of host and system, in ms. */
  intervalMs: number
  /** Between two readings of devices, in ms; default: as the host's. */
  deviceIntervalMs?: number
  /** Between two looks at who is on devices to compute, in ms; absent: nobody looks. */
  userIntervalMs?: number
}

/** A reading and when it came, on the engine's clock. */
export type TimedDeviceReading = DeviceReading & { timeMs: number }

/** How much more is in swap than when the execution began, at its highest. */
export interface SwapGrowth {
  /** Of the whole system; `undefined` where it is not known. */
  systemBytes: number | undefined
  /** Of the session host; `undefined` where it is not known. */
  hostBytes: number | undefined
}

/** What was seen of one measured window. */
export interface WindowSeen {
  /** Every reading of every device in it. */
  devices: readonly TimedDeviceReading[]
  /** Since `watchHost(undefined)`. */
  swap: SwapGrowth
  /** Who was on devices in it besides the host, each with the most memory that it was seen with. */
  others: readonly DeviceUser[]
  /**
   * Whether the host was seen among those on devices. In a container it may be listed under a number that is not its own
   * here, and is then one of `others`.
   */
  hostListed: boolean
}

/** Reads host, system and devices at a steady rate while something is measured. */
export interface Telemetry {
  /** Begins; `listener` gets what gathered about every 100 ms. */
  start(listener: (samples: TelemetrySample[]) => void): void
  /**
   * Reads at other intervals from now on; to be called between executions. Where it is looked who is on devices, waits for
   * a reading of them since `watchHost(undefined)`, because an execution needs a baseline: for some seconds at most.
   */
  readEvery(options: TelemetryOptions, signal?: AbortSignal): Promise<void>
  /**
   * The host to read from now on, to be told before it loads anything; `undefined` between executions. Peaks begin anew,
   * and without a host so does the device baseline.
   */
  watchHost(pid: number | undefined): void
  /** The host that was told last, gone or not. */
  readonly lastHostPid: number | undefined
  /** Peaks since the host was told; of a device's memory only where one is named. */
  peaks(device: number | undefined): MemoryPeaks
  /** A measured window begins: no process is started until it ends. */
  beginWindow(): void
  /** It ended: what was seen in it. */
  endWindow(): WindowSeen
  stop(): Promise<void>
}

function memoryIntervals({
  intervalMs,
  deviceIntervalMs = intervalMs,
  userIntervalMs = intervalMs,
}: TelemetryOptions) {
  return { deviceMs: deviceIntervalMs, userMs: userIntervalMs }
}

const nothingSwapped: SwapGrowth = { systemBytes: undefined, hostBytes: undefined }

function highest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

/** Listeners hear at most about ten times a second. */
const batchMs = 100

/** A driver that nobody uses needs seconds to begin, in ms. */
const firstReadingMs = 5000

export function createTelemetry(
  ports: Pick<Ports, 'clock' | 'devices' | 'processes'>,
  options: TelemetryOptions,
): Telemetry {
  return new TelemetryReader(ports, options)
}

class TelemetryReader implements Telemetry {
  readonly #ports: Pick<Ports, 'clock' | 'devices' | 'processes'>
  #options: TelemetryOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #watches: DeviceWatch[] = []
  readonly #memory: DeviceMemory
  /** Of the devices since there was no host; `given` ends a wait for the first. */
  #reading = { came: false, awaitedInVain: false, given: () => {} }
  #devices: DeviceReading[] = []
  #devicesProblem: string | undefined
  #hostPid: number | undefined
  #lastHostPid: number | undefined
  #hostPeakBytes: number | undefined
  #window: { devices: TimedDeviceReading[]; users: Map<string, DeviceUser> } | undefined
  #swapBefore: number | undefined
  #swap: SwapGrowth = nothingSwapped

  constructor(ports: Pick<Ports, 'clock' | 'devices' | 'processes'>, options: TelemetryOptions) {
    this.#ports = ports
    this.#options = options
    this.#memory = new DeviceMemory(memoryIntervals(options))
  }

  start(listener: (samples: TelemetrySample[]) => void): void {
    this.#watchDevices()
    this.#loop = this.#read(listener)
  }

  async readEvery(options: TelemetryOptions, signal = this.#stopping.signal): Promise<void> {
    const before = this.#options
    this.#options = options
    const deviceMs = memoryIntervals(options).deviceMs
    if (deviceMs !== memoryIntervals(before).deviceMs || options.userIntervalMs !== before.userIntervalMs) {
      await Promise.all(this.#watches.map((watch) => watch.stop()))
      if (this.#stopping.signal.aborted) return
      this.#watchDevices()
    }
    if (options.userIntervalMs !== undefined) await this.#firstReading(signal)
  }

  #watchDevices(): void {
    const { devices } = this.#ports
    const { userIntervalMs } = this.#options
    this.#memory.intervals = memoryIntervals(this.#options)
    this.#devices = []
    this.#devicesProblem = undefined
    this.#watches = [
      devices.watch(
        this.#memory.intervals.deviceMs,
        (readings) => this.#takeDevices(readings),
        (problem) => {
          this.#devicesProblem = problem
          if (problem !== undefined) this.#devices = []
        },
      ),
      ...(userIntervalMs === undefined
        ? []
        : [devices.watchUsers(userIntervalMs, (users) => this.#takeUsers(users))]),
    ]
  }

  /** Where none came once, it is not waited for again until one does. */
  async #firstReading(signal: AbortSignal): Promise<void> {
    const reading = this.#reading
    if (reading.came || reading.awaitedInVain || this.#devicesProblem !== undefined || signal.aborted) return
    const given = new AbortController()
    reading.given = () => given.abort()
    await this.#ports.clock
      .sleep(firstReadingMs, AbortSignal.any([given.signal, signal, this.#stopping.signal]))
      .then(
        () => (reading.awaitedInVain = true),
        () => undefined,
      )
  }

  watchHost(pid: number | undefined): void {
    this.#hostPid = pid
    this.#lastHostPid = pid ?? this.#lastHostPid
    this.#hostPeakBytes = undefined
    this.#memory.watchHost(pid)
    // Swap is that since before the host.
    if (pid !== undefined) return
    this.#closeWindow()
    this.#reading.came = false
    this.#swapBefore = undefined
    this.#swap = nothingSwapped
  }

  get lastHostPid(): number | undefined {
    return this.#lastHostPid
  }

  peaks(device: number | undefined): MemoryPeaks {
    return {
      ...(this.#hostPeakBytes === undefined ? {} : { hostPeakBytes: this.#hostPeakBytes }),
      ...(device === undefined ? {} : this.#memory.peaks(device, this.#ports.clock.now())),
    }
  }

  beginWindow(): void {
    this.#window = { devices: [], users: new Map() }
    for (const watch of this.#watches) watch.holdStarts?.(true)
  }

  #closeWindow(): void {
    this.#window = undefined
    for (const watch of this.#watches) watch.holdStarts?.(false)
  }

  endWindow(): WindowSeen {
    const { devices = [], users } = this.#window ?? {}
    this.#closeWindow()
    const isHost = ({ pid }: DeviceUser) => pid === this.#hostPid
    const all = [...(users?.values() ?? [])]
    return {
      devices,
      swap: this.#swap,
      others: all.filter((user) => !isHost(user)),
      hostListed: all.some(isHost),
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([this.#loop, ...this.#watches.map((watch) => watch.stop())])
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
      const restMs = this.#options.intervalMs - (clock.now() - startedMs)
      await clock.sleep(Math.max(1, restMs), signal).catch(() => undefined)
    }
    if (gathered.length > 0) listener(gathered)
  }

  async #sample(timeMs: number): Promise<TelemetrySample> {
    const { processes } = this.#ports
    const quiet = this.#window !== undefined && processes.readingSpawns === true
    const pid = quiet ? undefined : this.#hostPid
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
      ...(this.#devicesProblem === undefined ? {} : { devicesProblem: this.#devicesProblem }),
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

  #takeDevices(readings: readonly DeviceReading[]): void {
    const timeMs = this.#ports.clock.now()
    if (readings.length > 0) {
      this.#reading.given()
      Object.assign(this.#reading, { came: true, awaitedInVain: false })
    }
    this.#devices = readings.map((reading) => this.#memory.take(reading, timeMs))
    this.#window?.devices.push(...this.#devices.map((reading) => ({ ...reading, timeMs })))
  }

  #takeUsers(users: readonly DeviceUser[]): void {
    this.#memory.takeUsers(users, this.#ports.clock.now())
    for (const user of users) {
      const key = `${user.pid} ${user.device}`
      const known = this.#window?.users.get(key)
      const memoryBytes = highest(known?.memoryBytes, user.memoryBytes)
      this.#window?.users.set(key, { ...user, name: user.name ?? known?.name, memoryBytes })
    }
  }
}
