import type { DeviceReading } from '../../contract/telemetry.ts'
import type { ExecutionPhase, Flag, TrialConfig } from '../../contract/trial.ts'
import type { DeviceUser, Ports, ProcessorUse } from '../ports.ts'
import type { SwapGrowth, Telemetry } from '../telemetry.ts'
import {
  deviceSharedFlag,
  deviceThrottledFlag,
  processorSharedFlag,
  processorThrottledFlag,
  spilledFlag,
} from './condition-flags.ts'

/** Who computed on the devices is asked after each execution; before one only if the last answer is older than this, in ms. */
const freshMs = 5000

/** What was seen of one measured window. */
interface MeasuredWindow {
  lengthMs: number
  /** Readings of all devices in it. */
  devices: readonly DeviceReading[]
  use: { before: ProcessorUse; after: ProcessorUse } | undefined
  swap: SwapGrowth
}

/**
 * Watches what else goes on while executions are measured, and says which flags it gives: `throttled`, `shared-device`,
 * `spilled`. Looks that cost something are taken before and after the measured window, never in it.
 */
export class ConditionsWatch {
  readonly #ports: Pick<Ports, 'clock' | 'devices' | 'processes'>
  readonly #telemetry: Telemetry
  #config: TrialConfig | undefined
  #opened: { atMs: number; use: ProcessorUse | undefined } | undefined
  #window: MeasuredWindow | undefined
  #users: { atMs: number; list: readonly DeviceUser[] } | undefined
  #usersBefore: readonly DeviceUser[] = []

  constructor(ports: Pick<Ports, 'clock' | 'devices' | 'processes'>, telemetry: Telemetry) {
    this.#ports = ports
    this.#telemetry = telemetry
  }

  /** To be called before an execution's host is started: whoever is on the device by then is somebody else. */
  async begin(config: TrialConfig): Promise<void> {
    this.#config = config
    this.#opened = undefined
    this.#window = undefined
    const { clock } = this.#ports
    const fresh = this.#users !== undefined && clock.now() - this.#users.atMs < freshMs
    if (!fresh) await this.#askUsers()
    this.#usersBefore = this.#users?.list ?? []
  }

  /** To be told every phase of the execution. */
  enter(phase: ExecutionPhase): void {
    const { clock, processes } = this.#ports
    if (phase === 'measuring') {
      const use = this.#usesProcessor() ? processes.processorUse() : undefined
      this.#telemetry.beginWindow()
      this.#opened = { atMs: clock.now(), use }
    } else if (phase === 'ending' && this.#opened !== undefined) {
      const { atMs, use: before } = this.#opened
      const lengthMs = clock.now() - atMs
      const { devices, swap } = this.#telemetry.endWindow()
      const after = before && processes.processorUse()
      this.#window = { lengthMs, devices, swap, use: before && after && { before, after } }
    }
  }

  /** To be called when the execution's host is gone; gives nothing when it did not measure to the end. */
  async end(): Promise<Flag[]> {
    const config = this.#config
    const window = this.#window
    // Asked whatever became of the execution: the next one needs to know too.
    await this.#askUsers()
    if (config === undefined || window === undefined) return []
    const flags = this.#usesProcessor()
      ? [
          window.use && processorThrottledFlag(window.use, window.lengthMs),
          window.use && processorSharedFlag(window.use, window.lengthMs),
        ]
      : this.#deviceFlags(window, config)
    return [...flags, spilledFlag(window.swap)].filter((flag) => flag !== undefined)
  }

  #deviceFlags({ devices }: MeasuredWindow, config: TrialConfig): (Flag | undefined)[] {
    const index = config.device ?? 0
    return [
      deviceThrottledFlag(devices.filter((reading) => reading.index === index)),
      deviceSharedFlag(
        this.#usersBefore.filter(({ device }) => device === index),
        this.#users?.list.filter(({ device }) => device === index) ?? [],
      ),
    ]
  }

  #usesProcessor(): boolean {
    return this.#config?.executionProvider === 'cpu'
  }

  /** Only for providers that run on devices which the driver's tool knows. */
  async #askUsers(): Promise<void> {
    const provider = this.#config?.executionProvider
    if (provider !== 'cuda' && provider !== 'tensorrt') return
    const list = await this.#ports.devices.users()
    this.#users = { atMs: this.#ports.clock.now(), list }
  }
}
