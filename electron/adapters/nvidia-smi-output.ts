import type { Device } from '../contract/environment.ts'
import type { DeviceReading } from '../contract/telemetry.ts'

/** What the tool is asked for to list devices, in the order of its columns. */
export const deviceFields = ['index', 'uuid', 'name', 'driver_version', 'memory.total'] as const

/** What it is asked for to list who computes. */
export const userFields = ['pid', 'gpu_uuid', 'used_memory', 'process_name'] as const

/** What it is asked for over and over. */
export const readingFields = [
  'index',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'utilization.memory',
  'power.draw',
  'temperature.gpu',
  'clocks.sm',
  'clocks.mem',
] as const

/** The name of the last column differs with the driver: it was renamed, and very old ones have none. */
export const throttleFields = ['clocks_throttle_reasons.active', 'clocks_event_reasons.active'] as const

const bytesPerMebibyte = 1024 * 1024

/** NVML's reasons for clocks below the maximum. Idling (0x1) and clocks that the user set (0x2, 0x100) slow nothing down. */
const throttleBits: readonly [bit: bigint, words: string][] = [
  [0x4n, 'software power cap'],
  [0x8n, 'hardware slowdown'],
  [0x10n, 'sync boost'],
  [0x20n, 'software thermal slowdown'],
  [0x40n, 'hardware thermal slowdown'],
  [0x80n, 'hardware power brake'],
]

/** One line of `--query-gpu` with `deviceFields`; `undefined` when it is no such line. */
export function parseDevice(line: string): Device | undefined {
  const [indexText, uuid, name, driver, totalMebibytes] = columns(line)
  const index = wholeNumber(indexText)
  if (index === undefined || name === undefined) return undefined
  return withoutAbsent({ index, name, uuid, driver, memoryTotalBytes: mebibytes(totalMebibytes) })
}

/**
 * One line of `--query-compute-apps` with `userFields`; `undefined` when it is no such line (`No running processes
 * found`). The name comes last, because it may hold commas; of a path its last part is told.
 */
export function parseUser(
  line: string,
): { pid: number; uuid: string; name: string | undefined; memoryBytes: number | undefined } | undefined {
  const [pidText, uuid, used] = columns(line)
  const pid = wholeNumber(pidText)
  if (pid === undefined || uuid === undefined) return undefined
  const program = told(line.split(',').slice(3).join(','))
  return { pid, uuid, name: program?.split(/[/\\]/).at(-1), memoryBytes: mebibytes(used) }
}

/** One line of `--query-gpu` with `readingFields` and a throttle field; `undefined` when it is no such line. */
export function parseReading(line: string): DeviceReading | undefined {
  const [
    indexText,
    total,
    used,
    utilization,
    memoryUtilization,
    power,
    temperature,
    smClock,
    memoryClock,
    throttle,
  ] = columns(line)
  const index = wholeNumber(indexText)
  if (index === undefined) return undefined
  return withoutAbsent({
    index,
    memoryUsedBytes: mebibytes(used),
    memoryTotalBytes: mebibytes(total),
    utilizationPercent: number(utilization),
    memoryUtilizationPercent: number(memoryUtilization),
    powerWatts: number(power),
    temperatureCelsius: number(temperature),
    smClockMhz: number(smClock),
    memoryClockMhz: number(memoryClock),
    throttleReasons: throttleReasons(throttle),
  })
}

/** A bit mask such as `0x0000000000000004` in words; `undefined` when the driver does not tell. */
export function throttleReasons(mask: string | undefined): string[] | undefined {
  if (mask === undefined || !/^0x[0-9a-f]+$/i.test(mask)) return undefined
  const bits = BigInt(mask)
  return throttleBits.filter(([bit]) => (bits & bit) !== 0n).map(([, words]) => words)
}

/** The tool's own complaint in what it printed, as one line; `undefined` when it made none. */
export function complaint(output: string): string | undefined {
  const line = output
    .split('\n')
    .map((text) => text.trim())
    .find((text) =>
      /^(NVIDIA-SMI has failed|No devices were found|Failed to initialize NVML|Unable to determine)/i.test(
        text,
      ),
    )
  return line?.replace(/\s+/g, ' ')
}

/** True when the tool rejected one of the fields that it was asked for. */
export function rejectsField(output: string): boolean {
  return /is not a valid field to query/i.test(output)
}

/** A line's values; what the driver does not tell is `undefined`. */
function columns(line: string): (string | undefined)[] {
  return line.split(',').map(told)
}

/** A value, unless the driver does not tell it: `[N/A]`, `[Not Supported]`, `[Not Found]`, empty. */
function told(text: string): string | undefined {
  const value = text.trim()
  return value === '' || /^\[.*\]$/.test(value) || value === 'N/A' ? undefined : value
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number.parseFloat(text)
  return Number.isFinite(value) ? value : undefined
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

function mebibytes(text: string | undefined): number | undefined {
  const value = number(text)
  return value === undefined ? undefined : value * bytesPerMebibyte
}

/** Absent fields are absent, not `undefined`: the reading is written to files as it is. */
function withoutAbsent<T extends object>(fields: T): T {
  for (const key of Object.keys(fields)) {
    if (Reflect.get(fields, key) === undefined) Reflect.deleteProperty(fields, key)
  }
  return fields
}
