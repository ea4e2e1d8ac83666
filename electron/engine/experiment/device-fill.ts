import type { Environment } from '../../contract/environment.ts'
import { formatBytes, formatCount } from '../../contract/quantity.ts'
import type { MemoryPeaks } from '../../contract/trial.ts'
import type { DeviceUser } from '../ports.ts'

/** How full a device is, in bytes. */
export interface DeviceFill {
  /** As its driver counts. */
  readonly index: number
  readonly totalBytes: number
  /** In use before the session host could have used any: what others hold. */
  readonly beforeBytes: number
  /** In use at the highest, so far. */
  readonly highestBytes: number
  /** Who computed on it before. */
  readonly users: readonly Pick<DeviceUser, 'pid' | 'name' | 'memoryBytes'>[]
}

/**
 * From what telemetry saw of a device and who used it before; `undefined` where its driver tells too little. Of a divided
 * device a process gets one instance, and how full that is is not told.
 */
export function deviceFillOf(
  index: number | undefined,
  { devices }: Pick<Environment, 'devices'>,
  { deviceBaselineBytes: beforeBytes, devicePeakBytes = 0 }: MemoryPeaks,
  users: readonly DeviceUser[],
): DeviceFill | undefined {
  const device = devices.find((each) => each.index === index)
  const totalBytes = device?.memoryTotalBytes
  if (
    index === undefined ||
    totalBytes === undefined ||
    beforeBytes === undefined ||
    device?.migInstances !== undefined
  )
    return undefined
  return {
    ...{ index, totalBytes, beforeBytes },
    highestBytes: beforeBytes + devicePeakBytes,
    users: users.filter((user) => user.device === index),
  }
}

/** From this share of a device's memory on, what others hold is worth saying. */
const leastShare = 0.05

/** A device with less than this left, as a share and in bytes, is full: allocations come in larger pieces. */
const leftWhenFull = { share: 0.02, bytes: 256 * 1024 ** 2 }

/** True when hardly any of its memory was left at the highest. */
export function wasFull({ totalBytes, highestBytes }: DeviceFill): boolean {
  return totalBytes - highestBytes <= Math.max(leftWhenFull.bytes, leftWhenFull.share * totalBytes)
}

/** `GPU 0 had 312 MiB of 24 GiB free`. */
export function freeBefore({ index, totalBytes, beforeBytes }: DeviceFill): string {
  const free = Math.max(0, totalBytes - beforeBytes)
  return `GPU ${index} had ${formatBytes(free)} of ${formatBytes(totalBytes)} free`
}

/** True where others held so much of its memory that it is worth saying. */
export function isShared({ totalBytes, beforeBytes }: DeviceFill): boolean {
  return beforeBytes >= leastShare * totalBytes
}

/** Who holds the memory: `python (process 4711) holds 22 GiB`. */
export function holders(fill: DeviceFill): string {
  const [largest, ...others] = [...fill.users].sort(
    (one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0),
  )
  if (largest === undefined) return `other programs hold ${formatBytes(fill.beforeBytes)}`
  const { name = 'an unnamed program', pid, memoryBytes } = largest
  const holds = memoryBytes === undefined ? 'uses it' : `holds ${formatBytes(memoryBytes)}`
  const more =
    others.length === 0
      ? ''
      : `, and ${formatCount(others.length)} more ${others.length === 1 ? 'uses' : 'use'} it`
  return `${name} (process ${pid}) ${holds}${more}`
}
