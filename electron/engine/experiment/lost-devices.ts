import type { Failure } from '../../contract/failure.ts'
import type { Execution, Trial, TrialConfig } from '../../contract/trial.ts'
import type { DeviceProbe } from '../ports.ts'
import { lostName } from './device-loss.ts'
import type { ExperimentState } from '../project/state.ts'
import type { TrialHistory } from './planner-history.ts'

/**
 * A device on which so many executions in a row were lost is given up, whatever its driver says. Faults of kernels do not
 * count: they say that a kernel failed, often at one size only, and the device may be well.
 */
const mostLosses = 3

type Earlier = Pick<ExperimentState, 'record' | 'executions' | 'skips'>

interface LostDevice {
  /** In a row. */
  losses: number
  /** Set once nothing more is run on it. */
  givenUp?: Failure
}

/**
 * Watches for devices that are lost while they measure. One that does not answer any more, or that is lost again and again,
 * is given up: what is left to be run on it is passed over, so that the rest of the experiment goes on and the experiment
 * can be resumed when the device is back.
 */
export class LostDevices {
  readonly #devices: Pick<DeviceProbe, 'list'>
  /** Those that the driver's tool listed when the experiment was started. */
  readonly #listed: ReadonlySet<number>
  readonly #known = new Map<string, LostDevice>()
  /** Executions of earlier runs: a resumed experiment measures again what a lost device kept it from. */
  readonly #earlier: ReadonlySet<string>

  /** To be made when a run begins: what earlier runs passed over because a device was lost may be had now. */
  constructor(devices: Pick<DeviceProbe, 'list'>, { record, executions, skips }: Earlier) {
    this.#devices = devices
    this.#listed = new Set(record.environment.devices.map(({ index }) => index))
    this.#earlier = new Set(executions.flatMap(({ execution }) => (wasLost(execution) ? [execution.id] : [])))
    for (const [trialId, { failure }] of skips) {
      if (failure.code === 'skipped-after-device-lost') skips.delete(trialId)
    }
  }

  /** True when a device was given up. */
  get any(): boolean {
    return [...this.#known.values()].some(({ givenUp }) => givenUp !== undefined)
  }

  /** Why nothing more is run on the device of a configuration; `undefined` where it can be used. */
  reasonAgainst(config: TrialConfig): Failure | undefined {
    return this.#known.get(keyOf(config))?.givenUp
  }

  /** To be told of every execution that ended. Gives a sentence where its device is given up for it. */
  async after(config: TrialConfig, execution: Execution): Promise<string | undefined> {
    if (config.executionProvider === 'cpu' || execution.outcome === 'cancelled') return undefined
    const key = keyOf(config)
    const before = this.#known.get(key)
    const lost = wasLost(execution) || (before !== undefined && foundNone(execution))
    // A device that is gone may also leave a call that never ends.
    const gone = !lost && endedWithoutWord(execution) && !(await this.#answers(config))
    if (!lost && !gone) {
      if (before?.givenUp === undefined) this.#known.delete(key)
      return undefined
    }
    const counted = gone || !wasFault(execution) ? 1 : 0
    const device: LostDevice = { ...before, losses: (before?.losses ?? 0) + counted }
    this.#known.set(key, device)
    const why =
      device.losses >= mostLosses
        ? `it was lost ${device.losses} times in a row`
        : !gone && (await this.#answers(config))
          ? undefined
          : 'the driver does not list it any more'
    if (why === undefined) return undefined
    const name = lostName(config.executionProvider, config.device)
    device.givenUp = {
      code: 'skipped-after-device-lost',
      message: `Not run: ${name} was lost, and ${why}.`,
      hint: 'Resume the experiment when the device is back.',
      owner: 'system',
    }
    return `${name} was lost, and ${why}: what was left to run on it is passed over, until the experiment is resumed.`
  }

  /** What the planner is to know: nothing more comes of trials on lost devices, and what earlier runs lost may be had now. */
  seenBy(history: readonly TrialHistory[]): TrialHistory[] {
    return history.map((entry) => {
      const { trial, executions, skip } = entry
      const failure = this.reasonAgainst(trial.config)
      return {
        trial,
        executions: executions.filter(({ id }) => !this.#earlier.has(id)),
        ...(skip !== undefined
          ? { skip }
          : failure !== undefined && { skip: { trialId: trial.id, failure } }),
      }
    })
  }

  /** The trials that no execution will come of, and why; those that have one are told by that. */
  leftOf({
    trials,
    executions,
  }: Pick<ExperimentState, 'trials' | 'executions'>): { left: Trial; failure: Failure }[] {
    if (!this.any) return []
    const begun = new Set(executions.map(({ execution }) => execution.trialId))
    return trials.flatMap((left) => {
      const failure = begun.has(left.id) ? undefined : this.reasonAgainst(left.config)
      return failure === undefined ? [] : [{ left, failure }]
    })
  }

  /** Whether the driver still lists the device; of those that it never listed nothing is known. */
  async #answers({ executionProvider, device = 0 }: TrialConfig): Promise<boolean> {
    const counted = executionProvider === 'cuda' || executionProvider === 'tensorrt'
    if (!counted || !this.#listed.has(device)) return true
    const { devices, telemetry } = await this.#devices.list()
    if (devices.length === 0 && !telemetry.available) return !saysLost(telemetry.reason)
    return devices.some(({ index }) => index === device)
  }
}

function wasLost(execution: Execution): boolean {
  return execution.outcome === 'failed' && execution.failure.code === 'device-lost'
}

/** A kernel of the model failed on it: the runtime's doing, and not the system's. */
function wasFault(execution: Execution): boolean {
  return wasLost(execution) && execution.outcome === 'failed' && execution.failure.owner === 'runtime'
}

/** After a loss, a session that finds no device to start on is the same loss. */
function foundNone(execution: Execution): boolean {
  return execution.outcome === 'failed' && execution.failure.code === 'provider-unavailable'
}

function endedWithoutWord({ outcome }: Execution): boolean {
  return outcome === 'timed-out' || outcome === 'crashed'
}

function saysLost(reason: string): boolean {
  return /\blost\b|fallen off|No devices were found/i.test(reason)
}

function keyOf({ executionProvider, device }: TrialConfig): string {
  // CUDA and TensorRT run on the same devices.
  const kind = executionProvider === 'tensorrt' ? 'cuda' : executionProvider
  return `${kind} ${device ?? 0}`
}
