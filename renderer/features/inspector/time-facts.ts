import { formatBytes, formatCount } from '../../../electron/contract/quantity.ts'
import type { TimeBreakdown } from '../../../electron/contract/time-breakdown.ts'
import { arenaWords, placementWords, profiledMs } from '../../../electron/contract/time-words.ts'
import type { Fact } from './trial-facts.ts'

/** What a profile tells besides times. */
export function timeFacts(time: TimeBreakdown): Fact[] {
  const { runs, callMs, inputBytes, outputBytes, transfer, shapeNodes, arena } = time
  const rate = transfer?.bytesPerSecond
  return [
    { key: 'calls', label: 'Profiled', value: `${formatCount(runs)} calls, ${profiledMs(callMs)} ms each` },
    {
      key: 'bytes',
      label: 'In and out',
      value: `${formatBytes(inputBytes)} in${rate === undefined ? '' : ` at ${formatBytes(rate)}/s`}, ${formatBytes(outputBytes)} out`,
    },
    {
      key: 'placement',
      label: 'Nodes',
      value: `${placementWords(time)}${shapeNodes === undefined ? '' : `; ${formatCount(shapeNodes)} of those on the CPU compute shapes only`}`,
    },
    ...(arena === undefined ? [] : [{ key: 'arena', label: 'Arena', value: arenaWords(arena) }]),
  ]
}

/** A row of the table of operators. */
export interface OperatorRow {
  key: string
  operator: string
  provider: string
  nodes: string
  /** A call. */
  ms: string
}

export function operatorRows({ operators }: TimeBreakdown): OperatorRow[] {
  return operators.map(({ operator, provider, nodes, ms }) => ({
    key: `${provider} ${operator}`,
    ...{ operator, provider },
    nodes: formatCount(nodes),
    ms: profiledMs(ms),
  }))
}

/** `3 nodes ran on the CPU instead, for 1.17 ms a call`; that not all are named, where that is so. */
export function fallbackTitle({ count, ms, nodes }: NonNullable<TimeBreakdown['fallback']>): string {
  const ran = `${count === 1 ? '1 node' : `${formatCount(count)} nodes`} ran on the CPU instead, for ${profiledMs(ms)} ms a call`
  return nodes.length < count ? `${ran}; these took longest` : ran
}
