import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { TimeBreakdown } from '../../contract/time-breakdown.ts'
import { median } from '../statistics/quantile.ts'
import { isCopy, type ProfiledCall, type ProfiledNode } from './read-profile.ts'
import { boundOf, splitOf } from './time-bound.ts'

/** What is known of a profiled run besides its profile. */
export interface ProfiledRun {
  readonly executionProvider: ExecutionProvider
  readonly inputBytes: number
  readonly outputBytes: number
  /** Keys of the nodes that only compute shapes, where another profile decided; default those that this one shows to. */
  readonly shapeKeys?: ReadonlySet<string>
}

const mostOperators = 10
const mostFallbackNodes = 50

/** Inputs below this say nothing of a rate: what they cost is mostly the same for any size. */
const tellingBytes = 1024 ** 2

/** What ordinary (not page-locked) memory reaches over PCI Express 3.0 x16, in round numbers. */
const usualBytesPerSecond = 4e9

/** The calls of one profile as one breakdown; `undefined` without any. */
export function breakdownOf(calls: readonly ProfiledCall[], run: ProfiledRun): TimeBreakdown | undefined {
  const last = calls.at(-1)
  if (last === undefined) return undefined
  const { executionProvider, inputBytes, outputBytes, shapeKeys = shapeKeysOf(calls) } = run
  const over = (valueOf: (call: ProfiledCall) => number) => median(calls.map(valueOf)) ?? 0
  const sums = (keyOf: (node: ProfiledNode) => string) => groupedTimes(calls, keyOf)
  const nodes = distinctNodes(calls)
  const nodeTimes = sums(({ key }) => key)
  const msOf = ({ key }: ProfiledNode) => nodeTimes.get(key) ?? 0
  const timed = nodes.map((node) => ({ ...node, ms: msOf(node) }))
  const spans = {
    callMs: over(({ callMs }) => callMs),
    copyInMs: over(({ copyInMs }) => copyInMs),
    executeMs: over(({ executeMs }) => executeMs),
    copyOutMs: over(({ copyOutMs }) => copyOutMs),
  }
  const onDevice = executionProvider !== 'cpu'
  const transfer = onDevice ? transferOf(spans, run, timed.filter(isCopy)) : undefined
  const onCpu = onDevice ? nodes.filter(({ provider }) => provider === 'cpu') : []
  const fallback = onCpu
    .filter((node) => !shapeKeys.has(node.key) && !isCopy(node))
    .sort((a, b) => msOf(b) - msOf(a))
  const shapeNodes = onCpu.filter(({ key }) => shapeKeys.has(key)).length
  const arena = last.arenas.get(executionProvider)
  const breakdown: TimeBreakdown = {
    runs: calls.length,
    ...spans,
    ...{ inputBytes, outputBytes },
    ...(transfer && { transfer, split: splitOf(spans, transfer, timed) }),
    providers: counted(nodes, ({ provider }) => provider, sums)
      .map(({ key, nodes: count, ms }) => ({ provider: key, nodes: count, ms }))
      .sort((a, b) => b.nodes - a.nodes),
    operators: counted(nodes, operatorKey, sums)
      .map(({ first, nodes: count, ms }) => ({
        operator: first.operator,
        provider: first.provider,
        ...{ nodes: count, ms },
      }))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, mostOperators),
    ...(fallback.length > 0 && {
      fallback: {
        count: fallback.length,
        ms: fallback.reduce((sum, node) => sum + msOf(node), 0),
        nodes: fallback.slice(0, mostFallbackNodes).map(({ name, operator }) => ({ name, operator })),
      },
    }),
    ...(shapeNodes > 0 && { shapeNodes }),
    ...(arena && { arena }),
  }
  const bound = boundOf(breakdown, timed)
  return { ...breakdown, ...(bound && { bound }) }
}

/**
 * Keys of the nodes that do nothing but compute shapes, as these calls show it. A node whose whole numbers have the batch in
 * them is small at some batch sizes and not at others: what the smallest one shows counts for its whole series.
 */
export function shapeKeysOf(calls: readonly ProfiledCall[]): ReadonlySet<string> {
  return new Set(distinctNodes(calls).flatMap(({ key, shapesOnly }) => (shapesOnly ? [key] : [])))
}

function operatorKey({ operator, provider }: ProfiledNode): string {
  return `${provider} ${operator}`
}

/** Every node that ran in any of the calls, once. */
function distinctNodes(calls: readonly ProfiledCall[]): ProfiledNode[] {
  const nodes = new Map<string, ProfiledNode>()
  for (const call of calls) for (const node of call.nodes) nodes.set(node.key, node)
  return [...nodes.values()]
}

/** By key, the median over the calls of the time of its nodes; a call in which none of them ran counts as 0. */
function groupedTimes(
  calls: readonly ProfiledCall[],
  keyOf: (node: ProfiledNode) => string,
): Map<string, number> {
  const times = new Map<string, number[]>()
  for (const [index, call] of calls.entries()) {
    for (const node of call.nodes) {
      const key = keyOf(node)
      const known = times.get(key) ?? calls.map(() => 0)
      known[index] = (known[index] ?? 0) + node.ms
      times.set(key, known)
    }
  }
  return new Map([...times].map(([key, values]) => [key, median(values) ?? 0]))
}

function counted(
  nodes: readonly ProfiledNode[],
  keyOf: (node: ProfiledNode) => string,
  sums: (keyOf: (node: ProfiledNode) => string) => Map<string, number>,
): { key: string; first: ProfiledNode; nodes: number; ms: number }[] {
  const times = sums(keyOf)
  const groups = new Map<string, { key: string; first: ProfiledNode; nodes: number; ms: number }>()
  for (const node of nodes) {
    const key = keyOf(node)
    const group = groups.get(key) ?? { key, first: node, nodes: 0, ms: times.get(key) ?? 0 }
    groups.set(key, { ...group, nodes: group.nodes + 1 })
  }
  return [...groups.values()]
}

function transferOf(
  { copyInMs, copyOutMs }: Pick<TimeBreakdown, 'copyInMs' | 'copyOutMs'>,
  { inputBytes, outputBytes }: ProfiledRun,
  copies: readonly ProfiledNode[],
): NonNullable<TimeBreakdown['transfer']> {
  const bytesPerSecond =
    inputBytes >= tellingBytes && copyInMs > 0 ? (inputBytes * 1000) / copyInMs : undefined
  const copying = (bytes: number) => (bytes * 1000) / (bytesPerSecond ?? usualBytesPerSecond)
  return {
    inMs: inputBytes >= tellingBytes ? copyInMs : Math.min(copyInMs, copying(inputBytes)),
    outMs: Math.min(copyOutMs, copying(outputBytes)),
    betweenMs: copies.reduce((sum, { ms, outputBytes: bytes }) => sum + Math.min(ms, copying(bytes)), 0),
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
  }
}
