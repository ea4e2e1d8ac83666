import { readFile } from 'node:fs/promises'
import { release } from 'node:os'
import type { Device, Environment } from '../../contract/environment.ts'
import type { DeviceReading } from '../../contract/telemetry.ts'
import type { DeviceProbe, DeviceUser, DeviceWatch } from '../../engine/ports.ts'
import { cudaOfDriver, moduleVersion } from './driver-version.ts'
import { Columns, deviceFields, readingFields, userFields } from './fields.ts'
import { deviceOf, migInstancesOf, readingOf, userOf, versionsIn } from './output.ts'
import { Rounds } from './rounds.ts'
import { DriverTool, toolName, toolPaths, type Answer } from './tool.ts'
import { ToolProcess } from './tool-process.ts'
import { visibleIndex } from './visible-devices.ts'

const format = '--format=csv,noheader,nounits'

/** Rows of one round are this close together, in ms. */
const quietMs = 10

/** A watch that is silent for so many intervals, and so long at least (in ms), hangs or has nobody to tell of. */
const silent = { intervals: 20, leastMs: 5000 }
const nobody = { intervals: 3, leastMs: 200 }

/** Where the kernel's module tells its version, tool or not. */
const modulePath = '/proc/driver/nvidia/version'

type Telemetry = Environment['deviceTelemetry']

export interface NvidiaDevicesOptions {
  /** Where the tool may be. Default: the search path, and where drivers are known to put it. */
  paths?: readonly string[]
  /** A tool that does not answer within this is not waited for, in ms. Default: 10 s. */
  answerLimitMs?: number
  /** A watch in which nothing comes for so long is started again, in ms. Default: 20 intervals, 5 s at least. */
  silentMs?: number
}

/** NVIDIA's devices, by the tool that comes with their driver; indexes are those that CUDA knows them by. */
export function createNvidiaDevices(options: NvidiaDevicesOptions = {}): DeviceProbe {
  return new NvidiaDevices(options)
}

class NvidiaDevices implements DeviceProbe {
  readonly #tool: DriverTool
  readonly #silentMs: number | undefined
  readonly #refused = new Set<string>()
  /** All that were seen, hidden ones too, by UUID: they do not change while Batchscope runs. */
  readonly #known = new Map<string, Device>()
  #listing: ReturnType<DeviceProbe['list']> | undefined

  constructor({ paths = toolPaths(), answerLimitMs, silentMs }: NvidiaDevicesOptions) {
    this.#tool = new DriverTool(paths, answerLimitMs)
    this.#silentMs = silentMs
  }

  list(): ReturnType<DeviceProbe['list']> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined
    })
    return this.#listing
  }

  async driver(): Promise<Environment['driver']> {
    const answer = await this.#tool.ask([])
    const told = 'reason' in answer ? {} : versionsIn(answer.output)
    // A container may have the driver without its tool, and a tool of another version says nothing.
    const version = told.driver ?? moduleVersion(await readFile(modulePath, 'utf8').catch(() => ''))
    if (version === undefined) return undefined
    const cuda = told.cuda ?? cudaOfDriver(version)
    return { version, ...(cuda !== undefined && { cuda }) }
  }

  watch(
    intervalMs: number,
    listener: (readings: DeviceReading[]) => void,
    onProblem: (problem: string | undefined) => void = () => undefined,
  ): DeviceWatch {
    const columns = new Columns(readingFields, this.#refused)
    const rounds = new Rounds<DeviceReading>({
      keyOf: ({ index }) => index,
      quietMs,
      steady: true,
      announce: listener,
    })
    if (process.env.CUDA_VISIBLE_DEVICES?.includes('MIG-') === true && this.#known.size === 0)
      void this.list()
    return this.#follow(columns, '--query-gpu', intervalMs, rounds, onProblem, {
      take: (line) => {
        const row = columns.read(line)
        const read = row && readingOf(row)
        if (read === undefined) return false
        const { reading, uuid } = read
        const known = uuid === undefined ? undefined : this.#known.get(uuid)
        const index = this.#indexOf({ index: reading.index, ...(uuid && { uuid }), ...known })
        if (index !== undefined) rounds.take({ ...reading, index })
        return true
      },
      silentMs: this.#silentMs ?? Math.max(silent.leastMs, silent.intervals * intervalMs),
    })
  }

  async users(signal?: AbortSignal): Promise<DeviceUser[]> {
    const columns = new Columns(userFields, this.#refused)
    const answer = await this.#query('--query-compute-apps', columns, signal)
    if ('reason' in answer) return []
    const rows = linesOf(answer.output).flatMap((line) => this.#userIn(line, columns) ?? [])
    if (rows.some(({ uuid }) => this.#withUuid(uuid) === undefined)) await this.list()
    return rows.flatMap((row) => this.#placed(row) ?? [])
  }

  watchUsers(intervalMs: number, listener: (users: DeviceUser[]) => void): DeviceWatch {
    const columns = new Columns(userFields, this.#refused)
    let nobodyThere: NodeJS.Timeout | undefined
    const rounds = new Rounds<DeviceUser>({
      keyOf: ({ pid, device }) => `${pid} ${device}`,
      quietMs,
      steady: false,
      announce: listener,
    })
    // A round in which nobody computes prints nothing at all.
    const awaitNobody = () => {
      clearTimeout(nobodyThere)
      const ms = Math.max(nobody.leastMs, nobody.intervals * intervalMs)
      nobodyThere = setTimeout(() => listener([]), ms).unref()
    }
    const watch = this.#follow(columns, '--query-compute-apps', intervalMs, rounds, () => undefined, {
      take: (line) => {
        const row = this.#userIn(line, columns)
        if (row === undefined) return false
        awaitNobody()
        const user = this.#placed(row)
        if (user !== undefined) rounds.take(user)
        // Devices that were never listed: the next round knows them.
        else if (this.#known.size === 0) void this.list()
        return true
      },
      silentMs: Infinity,
    })
    return {
      ...watch,
      stop: () => {
        clearTimeout(nobodyThere)
        return watch.stop()
      },
    }
  }

  #follow<Key extends string>(
    columns: Columns<Key>,
    query: string,
    intervalMs: number,
    rounds: { stop(): void },
    onProblem: (problem: string | undefined) => void,
    { take, silentMs }: { take(line: string): boolean; silentMs: number },
  ): Required<DeviceWatch> {
    const loop = String(Math.max(1, Math.round(intervalMs)))
    const tool = new ToolProcess({
      tool: this.#tool,
      options: () => [`${query}=${columns.query}`, format, '-lms', loop],
      onLine: take,
      refused: (output) => columns.drop(output),
      onProblem,
      silentMs,
    })
    return {
      stop: () => {
        rounds.stop()
        return tool.stop()
      },
      holdStarts: (hold) => tool.holdStarts(hold),
    }
  }

  async #list(): ReturnType<DeviceProbe['list']> {
    const columns = new Columns(deviceFields, this.#refused)
    const answer = await this.#query('--query-gpu', columns)
    // One device that is lost makes the tool fail, though it goes on to tell of the others.
    const rows = linesOf(answer.output).flatMap((line) => {
      const row = columns.read(line)
      return (row && deviceOf(row)) ?? []
    })
    if ('reason' in answer && rows.length === 0) {
      return { devices: [], telemetry: { available: false, reason: answer.reason } }
    }
    const instances = rows.some(({ divided }) => divided) ? await this.#instances() : new Map<number, never>()
    const all = rows.map(({ device, divided }): Device => {
      const migInstances = divided ? instances.get(device.index) : undefined
      return migInstances === undefined ? device : { ...device, migInstances }
    })
    for (const device of all) if (device.uuid !== undefined) this.#known.set(device.uuid, device)
    const devices = all
      .flatMap((device) => {
        const index = this.#indexOf(device)
        return index === undefined ? [] : [{ ...device, index }]
      })
      .sort((one, other) => one.index - other.index)
    return { devices, telemetry: telemetryOf(all, devices) }
  }

  async #instances(): Promise<ReturnType<typeof migInstancesOf>> {
    const answer = await this.#tool.ask(['-L'])
    return 'reason' in answer ? new Map() : migInstancesOf(answer.output)
  }

  /** Asks until the driver knows every field that it is asked for. */
  async #query<Key extends string>(
    query: string,
    columns: Columns<Key>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    for (;;) {
      const answer = await this.#tool.ask([`${query}=${columns.query}`, format], signal)
      if (!('reason' in answer) || !columns.drop(answer.output)) return answer
    }
  }

  #indexOf(device: Pick<Device, 'index' | 'uuid' | 'migInstances'>): number | undefined {
    return visibleIndex(device, process.env.CUDA_VISIBLE_DEVICES)
  }

  #userIn(line: string, columns: Columns<keyof typeof userFields>): ReturnType<typeof userOf> {
    const row = columns.read(line)
    const user = row && userOf(row)
    // Windows lists every program that has a window, without its memory: none of them computes for all it tells.
    return user === undefined || (listsWindows() && user.memoryBytes === undefined) ? undefined : user
  }

  #placed({ uuid, ...user }: NonNullable<ReturnType<typeof userOf>>): DeviceUser | undefined {
    const device = this.#withUuid(uuid)
    const index = device && this.#indexOf(device)
    return index === undefined ? undefined : { ...user, device: index }
  }

  /** A device by its own UUID or that of one of its instances. */
  #withUuid(uuid: string): Device | undefined {
    return (
      this.#known.get(uuid) ??
      [...this.#known.values()].find(({ migInstances = [] }) =>
        migInstances.some((each) => each.uuid === uuid),
      )
    )
  }
}

function telemetryOf(all: readonly Device[], visible: readonly Device[]): Telemetry {
  if (visible.length > 0) return { available: true, source: toolName }
  const variable = process.env.CUDA_VISIBLE_DEVICES ?? ''
  return {
    available: false,
    reason:
      all.length === 0
        ? `${toolName} lists no device.`
        : `CUDA_VISIBLE_DEVICES is "${variable}", which hides every device: unset it, or name one of ${all.length}.`,
  }
}

function linesOf(output: string): string[] {
  return output.split(/\r?\n/).filter((line) => line.trim() !== '')
}

function listsWindows(): boolean {
  return process.platform === 'win32' || /microsoft/i.test(release())
}
