import type { CompletedExecution, Energy, ExecutionPhase, Flag, TrialConfig } from '../../contract/trial.ts'
import type { DeviceUser, Ports, ProcessorUse } from '../ports.ts'
import type { Telemetry, WindowSeen } from '../telemetry.ts'
import {
  deviceSharedFlag,
  deviceThrottledFlag,
  hostAmong,
  processorSharedFlag,
  processorThrottledFlag,
  spilledFlag,
} from './condition-flags.ts'
import { energyOf } from './energy.ts'
import { driverDeviceOf, telemetryIntervals } from './telemetry-intervals.ts'

/** Who is on the devices is asked after each execution; before one only if the last answer is older than this, in ms. */
const freshMs = 5000

/** What was seen of one measured window. */
interface MeasuredWindow extends WindowSeen {
  fromMs: number
  toMs: number
  use: { before: ProcessorUse; after: ProcessorUse } | undefined
}

/**
 * Watches what else goes on while executions are measured, and says which flags it gives: `throttled`, `shared-device`,
 * `spilled`. Looks that cost something are taken before and after the measured window, never in it.
 */
export class ConditionsWatch {
  readonly #ports: Pick<Ports, 'clock' | 'devices' | 'processes'>
  readonly #telemetry: Telemetry
  #config: TrialConfig | undefined
  #signal: AbortSignal | undefined
  #opened: { atMs: number; use: ProcessorUse | undefined } | undefined
  #window: MeasuredWindow | undefined
  #sharedBytes: number | undefined
  #users: { atMs: number; list: readonly DeviceUser[] } | undefined
  #usersBefore: readonly DeviceUser[] = []

  constructor(ports: Pick<Ports, 'clock' | 'devices' | 'processes'>, telemetry: Telemetry) {
    this.#ports = ports
    this.#telemetry = telemetry
  }

  /**
   * To be called before an execution's host is started: whoever is on the device by then is somebody else. Nothing is
   * waited for any longer once the signal is aborted, here and later.
   */
  async begin(config: TrialConfig, signal?: AbortSignal): Promise<void> {
    this.#config = config
    this.#signal = signal
    this.#opened = undefined
    this.#window = undefined
    this.#sharedBytes = undefined
    await this.#telemetry.readEvery(telemetryIntervals(config), signal)
    const { clock } = this.#ports
    const fresh = this.#users !== undefined && clock.now() - this.#users.atMs < freshMs
    if (!fresh) await this.#askUsers()
    this.#usersBefore = this.#users?.list ?? []
  }

  /** Who was on devices before the execution began. */
  get usersBefore(): readonly DeviceUser[] {
    return this.#usersBefore
  }

  /** To be told every phase of the execution. */
  enter(phase: ExecutionPhase): void {
    const { clock, processes } = this.#ports
    if (phase === 'measuring') {
      const use = this.#usesProcessor() ? processes.processorUse() : undefined
      this.#telemetry.beginWindow()
      this.#opened = { atMs: clock.now(), use }
    } else if (phase === 'ending' && this.#opened !== undefined) {
      const { atMs: fromMs, use: before } = this.#opened
      const toMs = clock.now()
      const seen = this.#telemetry.endWindow()
      const after = before && processes.processorUse()
      this.#window = { ...seen, fromMs, toMs, use: before && after && { before, after } }
    }
  }

  /** To be called when everything is measured and the execution's host still there: what else only that can tell. */
  async lookAtHost(pid: number): Promise<void> {
    if (this.#usesProcessor()) return
    this.#sharedBytes = await this.#ports.processes.sharedDeviceMemory(pid, this.#signal)
  }

  /** To be called when the execution's host is gone; gives nothing when it did not measure to the end. */
  async end(): Promise<Flag[]> {
    const config = this.#config
    const window = this.#window
    // Asked whatever became of the execution: the next one needs to know too.
    await this.#askUsers()
    if (config === undefined || window === undefined) return []
    const lengthMs = window.toMs - window.fromMs
    const device = driverDeviceOf(config)
    const flags =
      device === undefined
        ? [
            window.use && processorThrottledFlag(window.use, lengthMs),
            window.use && processorSharedFlag(window.use, lengthMs),
          ]
        : this.#deviceFlags(window, device)
    return [...flags, spilledFlag(window.swap, this.#sharedBytes)].filter((flag) => flag !== undefined)
  }

  /** What the items of the execution that just ended cost; nothing where its device's power is not known. */
  energy({ samplesMs, windowMs }: CompletedExecution): { energy?: Energy } {
    const config = this.#config
    const window = this.#window
    const device = config && driverDeviceOf(config)
    if (config === undefined || window === undefined || device === undefined) return {}
    const readings = window.devices.flatMap(({ index, timeMs, powerWatts: watts }) =>
      index === device && watts !== undefined ? [{ timeMs, watts }] : [],
    )
    const energy = energyOf(readings, window, { windowMs, items: samplesMs.length * config.batchSize })
    return energy === undefined ? {} : { energy }
  }

  #deviceFlags({ devices, others, hostListed }: MeasuredWindow, index: number): (Flag | undefined)[] {
    const onIt = (users: readonly DeviceUser[]) => users.filter(({ device }) => device === index)
    const sharing = {
      before: onIt(this.#usersBefore),
      during: { others: onIt(others), hostListed },
      after: onIt(this.#users?.list ?? []),
    }
    const host = hostAmong(sharing)
    // It is about to leave the list: the next execution has to ask again.
    if (sharing.after.some(({ pid }) => pid === host?.pid)) this.#users = undefined
    return [
      deviceThrottledFlag(devices.filter((reading) => reading.index === index)),
      deviceSharedFlag(sharing),
    ]
  }

  #usesProcessor(): boolean {
    return this.#config?.executionProvider === 'cpu'
  }

  #isOver(): boolean {
    return this.#signal?.aborted === true
  }

  /** Only for providers that run on devices which the driver's tool knows; what is not known is asked before the next. */
  async #askUsers(): Promise<void> {
    if (this.#config === undefined || driverDeviceOf(this.#config) === undefined) return
    this.#users = undefined
    if (this.#isOver()) return
    const users = await this.#ports.devices.users(this.#signal)
    if (this.#isOver()) return
    // The driver may go on listing a host that has just ended.
    const list = users.filter(({ pid }) => pid !== this.#telemetry.lastHostPid)
    this.#users = { atMs: this.#ports.clock.now(), list }
  }
}
