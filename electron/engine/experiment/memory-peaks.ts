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
