import { formatBytes, formatCount, formatMilliseconds } from '../../contract/quantity.ts'
import type { TimeBreakdown } from '../../contract/time-breakdown.ts'
import { isCopy, type ProfiledNode } from './read-profile.ts'

type Bound = NonNullable<TimeBreakdown['bound']>
type Split = NonNullable<TimeBreakdown['split']>
type Transfer = NonNullable<TimeBreakdown['transfer']>
type TimedNode = Pick<ProfiledNode, 'operator' | 'provider' | 'ms' | 'turns'>

/** Copying is what a call is bound by from this share of it on, where nothing else has a larger one. */
export const boundByTransfer = 0.4

/**
 * The device counts as the slower one when the CPU waits for it for at least this share of launching and waiting. Below
 * it the device was done as soon as it had been given the last work: what it had to wait for was the CPU. That is never
 * quite 0, for even then the last kernels are computed after the last launch.
 */
export const boundByDevice = 0.25

/** Launching a node's kernels takes some 5 to 50 µs; what a node takes beyond this at each turn is waiting for the device, in ms. */
export const longestLaunchMs = 0.1

/**
 * Divides a call on a device into copying (the estimate in `transfer`), nodes that run on the CPU, waiting for the device
 * (after the executor, and inside of nodes that take longer than any launch does), and launching, which is the rest.
 */
export function splitOf(
  { callMs, copyOutMs }: Pick<TimeBreakdown, 'callMs' | 'copyOutMs'>,
  { inMs, outMs, betweenMs }: Transfer,
  nodes: readonly TimedNode[],
): Split {
  const sum = (of: readonly TimedNode[], valueOf = ({ ms }: TimedNode) => ms) =>
    of.reduce((total, node) => total + valueOf(node), 0)
  const { copies, onCpu, launched } = sorted(nodes)
  const cpuNodesMs = sum(onCpu)
  const waitMs =
    copyOutMs -
    outMs +
    sum(launched, ({ ms, turns }) => Math.max(0, ms - turns * longestLaunchMs)) +
    Math.max(0, sum(copies) - betweenMs)
  const launchMs = Math.max(0, callMs - inMs - outMs - betweenMs - cpuNodesMs - waitMs)
  return { launchMs, cpuNodesMs, waitMs }
}

/**
 * What a call on a device spends most of its time on; `undefined` for the CPU.
 *
 * Copying decides by its share. Otherwise it is not the shares that decide between launching and computing, for the device
 * computes while the CPU launches: it is whether the device still had work when the CPU was done.
 */
export function boundOf(
  {
    callMs,
    inputBytes,
    outputBytes,
    transfer,
    split,
  }: Pick<TimeBreakdown, 'callMs' | 'inputBytes' | 'outputBytes' | 'transfer' | 'split'>,
  nodes: readonly TimedNode[],
): Bound | undefined {
  if (transfer === undefined || split === undefined || !(callMs > 0)) return undefined
  const { inMs, outMs, betweenMs } = transfer
  const { launchMs, cpuNodesMs, waitMs } = split
  const { onCpu, launched } = sorted(nodes)
  const transferMs = inMs + outMs + betweenMs
  const of = `Of ${formatMilliseconds(callMs)} a call,`
  if (transferMs >= boundByTransfer * callMs && transferMs >= Math.max(launchMs, waitMs + cpuNodesMs)) {
    const parts = [
      { ms: inMs, text: `copying ${formatBytes(inputBytes)} of inputs to the device takes` },
      { ms: outMs, text: `copying ${formatBytes(outputBytes)} of outputs back about` },
      { ms: betweenMs, text: 'copying between nodes on the device and on the CPU about' },
    ].filter(({ ms }, index) => index === 0 || ms >= 0.1 * transferMs)
    const words = parts.map(({ ms, text }) => `${text} ${formatMilliseconds(ms)}`)
    return { kind: 'transfer', evidence: `${of} ${listed(words)}.` }
  }
  if (cpuNodesMs > Math.max(launchMs, waitMs)) {
    return {
      kind: 'compute',
      evidence: `${of} ${nodeCount(onCpu.length)} on the CPU instead of the device ${onCpu.length === 1 ? 'takes' : 'take'} ${formatMilliseconds(cpuNodesMs)}.`,
    }
  }
  if (waitMs >= boundByDevice * (waitMs + launchMs)) {
    return {
      kind: 'compute',
      evidence: `${of} waiting for the device takes ${formatMilliseconds(waitMs)}, and giving it its work ${formatMilliseconds(launchMs)}.`,
    }
  }
  return {
    kind: 'launch',
    evidence: `${of} the CPU spends ${formatMilliseconds(launchMs)} launching ${nodeCount(launched.length)}, and the device is done ${formatMilliseconds(waitMs)} after that.`,
  }
}

function sorted(nodes: readonly TimedNode[]) {
  const own = nodes.filter((node) => !isCopy(node))
  return {
    copies: nodes.filter(isCopy),
    onCpu: own.filter(({ provider }) => provider === 'cpu'),
    launched: own.filter(({ provider }) => provider !== 'cpu'),
  }
}

function nodeCount(count: number): string {
  return count === 1 ? '1 node' : `${formatCount(count)} nodes`
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}
