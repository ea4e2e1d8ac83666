import type { Device } from '../../contract/environment.ts'
import type { DeviceReading } from '../../contract/telemetry.ts'
import type { deviceFields, readingFields, Row, userFields } from './fields.ts'

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

/** A device, and whether it is divided into MIG instances; `undefined` when the row is none. */
export function deviceOf(
  row: Row<keyof typeof deviceFields>,
): { device: Device; divided: boolean } | undefined {
  const index = wholeNumber(row.index)
  const { name, uuid, driver } = row
  if (index === undefined || name === undefined) return undefined
  const device = withoutAbsent({ index, name, uuid, driver, memoryTotalBytes: mebibytes(row.memoryTotal) })
  return { device, divided: row.mig === 'Enabled' }
}

/** One reading, and the UUID of its device where it is told; `undefined` when the row is none. */
export function readingOf(
  row: Row<keyof typeof readingFields>,
): { reading: DeviceReading; uuid: string | undefined } | undefined {
  const index = wholeNumber(row.index)
  if (index === undefined) return undefined
  const reading: DeviceReading = withoutAbsent({
    index,
    memoryUsedBytes: mebibytes(row.memoryUsed),
    memoryTotalBytes: mebibytes(row.memoryTotal),
    utilizationPercent: number(row.utilization),
    memoryUtilizationPercent: number(row.memoryUtilization),
    powerWatts: number(row.powerNow) ?? number(row.power),
    temperatureCelsius: number(row.temperature),
    smClockMhz: number(row.smClock),
    memoryClockMhz: number(row.memoryClock),
    throttleReasons: throttleReasons(row.throttle),
  })
  return { reading, uuid: row.uuid }
}

/** A process that computes; `undefined` when the row is none. Of a path its last part is told. */
export function userOf(
  row: Row<keyof typeof userFields>,
): { pid: number; uuid: string; name: string | undefined; memoryBytes: number | undefined } | undefined {
  const pid = wholeNumber(row.pid)
  if (pid === undefined || row.uuid === undefined) return undefined
  const name = row.name?.split(/[/\\]/).at(-1)
  return { pid, uuid: row.uuid, name, memoryBytes: mebibytes(row.memoryUsed) }
}

/** A bit mask such as `0x0000000000000004` in words; `undefined` when the driver does not tell. */
export function throttleReasons(mask: string | undefined): string[] | undefined {
  if (mask === undefined || !/^0x[0-9a-f]+$/i.test(mask)) return undefined
  const bits = BigInt(mask)
  return throttleBits.filter(([bit]) => (bits & bit) !== 0n).map(([, words]) => words)
}

/** The MIG instances in what `-L` prints, by the index of the device that they are part of. */
export function migInstancesOf(listing: string): Map<number, { name: string; uuid: string }[]> {
  const instances = new Map<number, { name: string; uuid: string }[]>()
  let within: { name: string; uuid: string }[] = []
  for (const line of listing.split(/\r?\n/)) {
    const device = /^GPU (\d+):/.exec(line)?.[1]
    if (device !== undefined) {
      within = []
      instances.set(Number(device), within)
    }
    const [, name, uuid] = /^\s+(MIG \S+)\s+Device\s+\d+:\s+\(UUID:\s*(MIG-[^)\s]+)\)/.exec(line) ?? []
    if (name !== undefined && uuid !== undefined) within.push({ name, uuid })
  }
  return instances
}

/** Driver and newest CUDA from the head of what the tool prints without options; what is not told is absent. */
export function versionsIn(banner: string): { driver?: string; cuda?: string } {
  // On WSL the tool and the driver have versions of their own; since 610 both lines are called otherwise.
  const driver = /(?:Driver|KMD) Version\s*:\s*(\d[\d.]*)/.exec(banner)?.[1]
  const cuda = /CUDA(?: UMD)? Version\s*:\s*(\d+\.\d+)/.exec(banner)?.[1]
  return { ...(driver !== undefined && { driver }), ...(cuda !== undefined && { cuda }) }
}

/** The tool's own complaint in what it printed, as one line; `undefined` when it made none. */
export function complaint(output: string): string | undefined {
  const lines = output.split('\n').map((text) => text.trim())
  const at = lines.findIndex((text) =>
    /^(NVIDIA-SMI has failed|NVIDIA-SMI couldn't find|No devices were found|Failed to initialize NVML|Unable to determine|GPU access blocked)/i.test(
      text,
    ),
  )
  if (at < 0) return undefined
  // Of two versions that do not go together, the one is told in the next line.
  const version = /^NVML library version: .*/i.exec(lines[at + 1] ?? '')?.[0]
  const words = lines[at]?.replace(/\s+/g, ' ') ?? ''
  return version === undefined ? words : `${words} (${version})`
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number.parseFloat(text.replace(',', '.'))
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
