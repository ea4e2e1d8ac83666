import type { Boundary, TrialReport } from '../../contract/analysis.ts'
import type { Execution } from '../../contract/trial.ts'

/**
 * The memory boundary along one series: the smallest batch size that ran out of memory, and the largest below it that
 * completed. `null` when none ran out; trials skipped after one that did say nothing of their own. Where the runtime did
 * not tell whose memory it was, the CPU provider uses the host's and every other the device's.
 */
export function boundaryOf(
  series: readonly TrialReport[],
  executionsOf: (trialId: string) => readonly Execution[],
): Boundary | null {
  const failed = series.filter(({ outcome }) => outcome === 'out-of-memory')
  const [first, ...rest] = failed
  if (first === undefined) return null
  const smallest = rest.reduce(
    (one, other) => (other.config.batchSize < one.config.batchSize ? other : one),
    first,
  )
  const fitting = series
    .filter(({ outcome, config }) => outcome === 'completed' && config.batchSize < smallest.config.batchSize)
    .map(({ config }) => config.batchSize)
  const owner = executionsOf(smallest.id)
    .flatMap((execution) => (execution.outcome === 'out-of-memory' ? (execution.memoryOwner ?? []) : []))
    .at(-1)
  return {
    largestThatFits: fitting.length === 0 ? null : Math.max(...fitting),
    smallestThatDoesNot: smallest.config.batchSize,
    limitedBy: owner ?? (smallest.config.executionProvider === 'cpu' ? 'host' : 'device'),
  }
}
