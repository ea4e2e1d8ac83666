import type { Environment } from '../../../electron/contract/environment.ts'
import { formatBytes, formatCount } from '../../../electron/contract/quantity.ts'
import type { TelemetrySample } from '../../../electron/contract/telemetry.ts'

export interface MachineReading {
  name: string
  /** `fraction` is 0 to 1. */
  memory?: { text: string; fraction: number }
  values: string[]
  /** What the numbers are, and why they are those of the host where there is no GPU. */
  title: string
}

/**
 * The machine in one line: the GPU that is measured on (`measuredOn`, its index; without one the first) where there is one,
 * else the host; live while something is measured.
 */
export function machineReading(
  environment: Environment,
  latest: TelemetrySample | null,
  measuredOn?: number,
): MachineReading {
  const { devices } = environment
  const device = devices.find(({ index }) => index === measuredOn) ?? devices[0]
  if (device === undefined) return hostReading(environment, latest)
  return deviceReading(device, latest, devices.length > 1)
}

function deviceReading(
  device: Environment['devices'][number],
  latest: TelemetrySample | null,
  isOneOfSeveral: boolean,
): MachineReading {
  const reading = latest?.devices.find(({ index }) => index === device.index)
  const used = reading?.memoryUsedBytes
  const total = reading?.memoryTotalBytes ?? device.memoryTotalBytes
  const values: string[] = []
  if (used === undefined && total !== undefined) values.push(formatBytes(total))
  if (reading?.utilizationPercent !== undefined) values.push(`${Math.round(reading.utilizationPercent)} %`)
  if (reading?.powerWatts !== undefined) values.push(`${Math.round(reading.powerWatts)} W`)
  const problem = latest?.devicesProblem
  if (problem !== undefined) values.push('not read at present')
  return {
    name: isOneOfSeveral ? `${device.index}: ${device.name}` : device.name,
    ...(used === undefined || total === undefined ? {} : { memory: memoryOf(used, total) }),
    values,
    title: problem ?? 'Device memory in use, utilisation and power, as the driver reports them',
  }
}

function hostReading(environment: Environment, latest: TelemetrySample | null): MachineReading {
  const values: string[] = []
  if (latest?.host !== undefined) {
    values.push(`host ${formatBytes(latest.host.residentBytes)}`)
    values.push(`CPU ${formatCount(Math.round(latest.host.cpuPercent))} %`)
  } else {
    values.push(`${environment.host.logicalCores} cores`)
  }
  const why = environment.deviceTelemetry.available ? 'no GPU was found' : environment.deviceTelemetry.reason
  if (latest === null) values.push(formatBytes(environment.host.memoryBytes))
  return {
    name: 'No GPU',
    ...(latest === null
      ? {}
      : { memory: memoryOf(latest.system.memoryUsedBytes, latest.system.memoryTotalBytes) }),
    values,
    title: `The host's numbers, because ${lowerFirst(why)}: memory of the system, resident set and CPU of the session host`,
  }
}

function memoryOf(used: number, total: number): { text: string; fraction: number } {
  return {
    text: `${formatBytes(used)} of ${formatBytes(total)}`,
    fraction: total > 0 ? Math.min(1, used / total) : 0,
  }
}

/** A sentence as a clause: without its full stop, and lower case unless it begins with a name in capitals. */
function lowerFirst(sentence: string): string {
  const clause = sentence.replace(/\.$/, '')
  return /^[A-Z][a-z ]/.test(clause) ? clause.charAt(0).toLowerCase() + clause.slice(1) : clause
}
