import { formatCount, formatMilliseconds } from '../../contract/quantity.ts'
import type { TimeBreakdown } from '../../contract/time-breakdown.ts'
import type { Flag } from '../../contract/trial.ts'

/** Kinds of operators that are named; the breakdown has the nodes. */
const mostNamed = 3

/** From this share of the call on they are worth a flag: below it nothing would be won on the device. */
const tellingShare = 0.01

/**
 * The flag of a trial whose nodes ran on the CPU for at least 1 % of a call although it asked for a device; `undefined` for
 * all others. The breakdown lists those nodes in any case.
 */
export function fallbackFlag({ fallback, providers, callMs }: TimeBreakdown): Flag | undefined {
  if (fallback === undefined || fallback.ms < tellingShare * callMs) return undefined
  const nodes = providers.reduce((sum, provider) => sum + provider.nodes, 0)
  const kinds = [...new Set(fallback.nodes.map(({ operator }) => operator))]
  const more = kinds.length - mostNamed
  const named = [...kinds.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(', ')
  const time = `${formatMilliseconds(fallback.ms)} of ${formatMilliseconds(callMs)} a call`
  return {
    name: 'ep-fallback',
    reason: `${formatCount(fallback.count)} of ${formatCount(nodes)} nodes ran on the CPU, for ${time}: ${named}`,
  }
}
