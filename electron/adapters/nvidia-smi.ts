import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Environment } from '../contract/environment.ts'
import type { DeviceReading } from '../contract/telemetry.ts'
import type { DeviceProbe, DeviceUser } from '../engine/ports.ts'
import { systemCode } from './file-failure.ts'
import {
  complaint,
  deviceFields,
  parseDevice,
  parseReading,
  parseUser,
  readingFields,
  rejectsField,
  throttleFields,
  userFields,
} from './nvidia-smi-output.ts'

const tool = 'nvidia-smi'
const format = '--format=csv,noheader,nounits'

/** A driver that hangs must not hang Batchscope, in ms. */
const listTimeoutMs = 10_000

/** A tool that dies is started again this many times, this long after, in ms. */
const maximumRestarts = 3
const restartDelayMs = 1000

/** It gets this long to end by itself, in ms. */
const stopMs = 1000

type Telemetry = Environment['deviceTelemetry']

/** NVIDIA's devices, by the tool that comes with their driver. */
export const nvidiaDevices: DeviceProbe = {
  async list() {
    const query = await queryOnce([`--query-gpu=${deviceFields.join(',')}`, format])
    if ('reason' in query) return { devices: [], telemetry: { available: false, reason: query.reason } }
    const devices = query.lines.map(parseDevice).filter((device) => device !== undefined)
    const telemetry: Telemetry =
      devices.length > 0
        ? { available: true, source: tool }
        : { available: false, reason: `${tool} lists no device.` }
    return { devices, telemetry }
  },

  watch: (intervalMs, listener) => new DeviceWatch(intervalMs, listener),

  watchUsers: () => ({ stop: () => Promise.resolve() }),

  driver: () => Promise.resolve(undefined),

  async users() {
    const query = await queryOnce([`--query-compute-apps=${userFields.join(',')}`, format])
    if ('reason' in query) return []
    const users = query.lines.map(parseUser).filter((user) => user !== undefined)
    if (users.some(({ uuid }) => !deviceIndexes.has(uuid))) {
      for (const { uuid, index } of (await nvidiaDevices.list()).devices) {
        if (uuid !== undefined) deviceIndexes.set(uuid, index)
      }
    }
    return users.flatMap(({ uuid, ...user }): DeviceUser[] => {
      const device = deviceIndexes.get(uuid)
      // Windows lists every program that has a window, without its memory: none of them computes for all it tells.
      const hasWindowOnly = process.platform === 'win32' && user.memoryBytes === undefined
      return device === undefined || hasWindowOnly ? [] : [{ ...user, device }]
    })
  },
}

/** Of the devices seen so far, by UUID: they do not change while Batchscope runs. */
const deviceIndexes = new Map<string, number>()

function queryOnce(options: string[]): Promise<{ lines: string[] } | { reason: string }> {
  return new Promise((resolve) => {
    execFile(tool, options, { timeout: listTimeoutMs, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) resolve({ lines: stdout.split('\n').filter((line) => line.trim() !== '') })
      else resolve({ reason: whyNot(error, `${stdout}\n${stderr}`) })
    })
  })
}

function whyNot(error: Error, output: string): string {
  if (systemCode(error) === 'ENOENT') {
    return `There is no NVIDIA driver here (${tool} was not found), so the memory, power and clocks of graphics processors are not measured.`
  }
  if ('killed' in error && error.killed === true)
    return `${tool} did not answer within ${listTimeoutMs / 1000} s.`
  const said = complaint(output)
  return said === undefined
    ? `${tool} failed: ${firstLine(output) ?? error.message}`
    : `${tool} says: ${said}`
}

function firstLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '')
}

/** One long-lived process that prints a line a device every `intervalMs`. */
class DeviceWatch {
  readonly #intervalMs: number
  readonly #listener: (readings: DeviceReading[]) => void
  readonly #latest = new Map<number, DeviceReading>()
  readonly #throttleFields: string[] = [...throttleFields]
  #child: ChildProcess | undefined
  #restarts = 0
  #restartTimer: NodeJS.Timeout | undefined
  #announcing = false
  #stopped = false

  constructor(intervalMs: number, listener: (readings: DeviceReading[]) => void) {
    this.#intervalMs = Math.max(1, Math.round(intervalMs))
    this.#listener = listener
    this.#start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#restartTimer)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), stopMs)
      child.once('close', () => {
        clearTimeout(force)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  #start(): void {
    const throttleField = this.#throttleFields[0]
    const fields = throttleField === undefined ? readingFields : [...readingFields, throttleField]
    const child = spawn(tool, [`--query-gpu=${fields.join(',')}`, format, '-lms', String(this.#intervalMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#child = child
    let rejected = false
    const look = (line: string) => {
      const reading = parseReading(line)
      if (reading !== undefined) this.#take(reading)
      else if (rejectsField(line)) rejected = true
    }
    createInterface({ input: child.stdout }).on('line', look)
    createInterface({ input: child.stderr }).on('line', look)
    // There is no such tool: there is nothing to restart. `list` says why.
    child.once('error', () => {
      this.#stopped = true
      this.#child = undefined
    })
    child.once('close', () => {
      if (rejected && this.#throttleFields.length > 0) {
        this.#throttleFields.shift()
        this.#restartIn(0)
      } else if (this.#restarts < maximumRestarts) {
        this.#restarts += 1
        this.#restartIn(restartDelayMs)
      }
    })
  }

  #restartIn(ms: number): void {
    if (this.#stopped) return
    this.#restartTimer = setTimeout(() => this.#start(), ms)
    this.#restartTimer.unref()
  }

  /** All lines that arrived together are announced together. */
  #take(reading: DeviceReading): void {
    this.#latest.set(reading.index, reading)
    if (this.#announcing) return
    this.#announcing = true
    setImmediate(() => {
      this.#announcing = false
      if (!this.#stopped) this.#listener([...this.#latest.values()])
    })
  }
}
