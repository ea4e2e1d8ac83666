import { formatBytes, formatCount, formatNumber, formatPercent } from './quantity.ts'
import type { boundKinds, TimeBreakdown } from './time-breakdown.ts'

type BoundKind = (typeof boundKinds)[number]

/** What each kind means, and what helps; as a person reads it. */
export const boundWords: Record<BoundKind, { title: string; meaning: string }> = {
  transfer: {
    title: 'transfer-bound',
    meaning:
      'Copying between the host and the device takes the largest part. Smaller inputs and outputs help: a smaller element type, preprocessing on the device, fewer outputs.',
  },
  launch: {
    title: 'launch-bound',
    meaning:
      'The device is done sooner than the CPU can give it work. A larger batch is nearly free here; so are fewer and larger operators, and a faster CPU helps.',
  },
  compute: {
    title: 'compute-bound',
    meaning:
      'Computing itself takes most of the time, not handing over the work. A smaller element type or a smaller model helps; a larger batch helps little.',
  },
}

/** One part of a call's time. */
export interface TimePart {
  key: 'in' | 'execute' | 'launch' | 'cpu' | 'between' | 'wait' | 'out'
  name: string
  ms: number
  /** Of the whole call, 0 to 1. */
  share: number
}

/**
 * A call, roughly in the order of time, by the parts that it is judged by. Without those (on the CPU, and in records from
 * before they were kept) by the spans of the profile.
 */
export function timeParts(time: TimeBreakdown): TimePart[] {
  const parts = partsOf(time)
  // Medians of spans need not add up to the median of the call; shares do.
  const total = parts.reduce((sum, { ms }) => sum + ms, 0)
  return parts.map((part) => ({ ...part, share: total > 0 ? part.ms / total : 0 }))
}

function partsOf({
  copyInMs,
  executeMs,
  copyOutMs,
  transfer,
  split,
}: TimeBreakdown): Omit<TimePart, 'share'>[] {
  if (transfer === undefined) {
    return [
      { key: 'in', name: 'copy in', ms: copyInMs },
      { key: 'execute', name: 'compute', ms: executeMs },
      { key: 'out', name: 'copy out', ms: copyOutMs },
    ]
  }
  const { inMs, betweenMs, outMs } = transfer
  if (split === undefined) {
    return [
      { key: 'in', name: 'copy in', ms: copyInMs },
      { key: 'execute', name: 'launch and compute', ms: executeMs },
      { key: 'wait', name: 'wait for the device', ms: copyOutMs - outMs },
      { key: 'out', name: 'copy out', ms: outMs },
    ]
  }
  return [
    { key: 'in', name: 'copy in', ms: inMs },
    { key: 'launch', name: 'launch', ms: split.launchMs },
    ...(split.cpuNodesMs > 0
      ? [{ key: 'cpu' as const, name: 'nodes on the CPU', ms: split.cpuNodesMs }]
      : []),
    ...(betweenMs > 0 ? [{ key: 'between' as const, name: 'copy between nodes', ms: betweenMs }] : []),
    { key: 'wait', name: 'wait for the device', ms: split.waitMs },
    { key: 'out', name: 'copy out', ms: outMs },
  ]
}

/** Milliseconds of a profile, whose clock counts whole µs: smaller digits would be noise. */
export function profiledMs(ms: number): string {
  return ms > 0 && ms < 0.01 ? '<0.01' : formatNumber(ms)
}

/** `cuda 328, cpu 12`. */
export function placementWords({ providers }: TimeBreakdown): string {
  return providers.map(({ provider, nodes }) => `${provider} ${formatCount(nodes)}`).join(', ')
}

/** Of what the arena holds, the part that was never in use at once: 0 to 1. */
export function fragmentation({ heldBytes, peakInUseBytes }: NonNullable<TimeBreakdown['arena']>): number {
  return heldBytes > 0 ? Math.max(0, 1 - peakInUseBytes / heldBytes) : 0
}

/** `3.11 MiB held, 2.11 MiB in use at most: 32 % of it never at once`. */
export function arenaWords(arena: NonNullable<TimeBreakdown['arena']>): string {
  const { heldBytes, peakInUseBytes } = arena
  return `${formatBytes(heldBytes)} held, ${formatBytes(peakInUseBytes)} in use at most: ${formatPercent(fragmentation(arena))} of it never at once`
}
