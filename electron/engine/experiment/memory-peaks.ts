import type { MemoryPeaks } from '../../contract/trial.ts'

/**
 * The peaks of an execution from everything that saw some: the telemetry's, and the host's own and the launcher's, which
 * also know of peaks between two readings. Fields that nobody knows are absent.
 */
export function combinedPeaks(
  telemetry: MemoryPeaks,
  ...hostPeaks: readonly (number | undefined)[]
): MemoryPeaks {
  const known = [telemetry.hostPeakBytes, ...hostPeaks].filter((peak) => peak !== undefined)
  return known.length === 0 ? telemetry : { ...telemetry, hostPeakBytes: Math.max(...known) }
}

/** What was seen of one device's memory over an execution, in bytes. */
export interface DeviceMemorySeen {
  /** Lowest use of the whole device before the host could have used it: what others hold; `undefined` when nobody read. */
  baseline: number | undefined
  /** Highest use of the whole device since. */
  highest: Height | undefined
  /** What the driver told of the host's own process, at its highest, and when it last told. */
  ofHost: { bytes: number; lastMs: number } | undefined
  /** Whether the device was read from before the host was watched until now without a gap that could hide a height. */
  covered: boolean
}

/** The highest use of a device's memory, and when it was nearly there: use flickers, and a flicker is no new height. */
export interface Height {
  readonly bytes: number
  readonly reachedMs: number
  readonly reachedBytes: number
}

/** A rise by less than this, as a fraction and in bytes, is a flicker. */
const leastRise = { fraction: 0.01, bytes: 16 * 1024 ** 2 }

/** The height after one more reading. */
export function raised(height: Height | undefined, bytes: number, atMs: number): Height {
  if (height === undefined) return { bytes, reachedMs: atMs, reachedBytes: bytes }
  const rise = bytes - height.reachedBytes
  if (rise > Math.max(leastRise.bytes, leastRise.fraction * height.reachedBytes)) {
    return { bytes, reachedMs: atMs, reachedBytes: bytes }
  }
  return bytes > height.bytes ? { ...height, bytes } : height
}

/**
 * A device's part of the peaks. The driver's word of the host's own process counts nobody else, and is taken where it came
 * after the device's use had reached its height: an execution that ran out of memory may have ended before the driver was
 * asked again. Else it is the difference to the baseline, which is read more often and counts whoever else came; none is
 * told where the device was not read all the time, because the baseline may then hold the host, and the height be missed.
 */
export function devicePeaks({ baseline, highest, ofHost, covered }: DeviceMemorySeen): MemoryPeaks {
  const beforeBytes = baseline === undefined ? {} : { deviceBaselineBytes: baseline }
  if (ofHost !== undefined && (highest === undefined || ofHost.lastMs >= highest.reachedMs)) {
    return { devicePeakBytes: ofHost.bytes, ...beforeBytes, deviceMeasuredBy: 'process' }
  }
  if (!covered || baseline === undefined || highest === undefined) return {}
  return { devicePeakBytes: highest.bytes - baseline, ...beforeBytes, deviceMeasuredBy: 'difference' }
}
