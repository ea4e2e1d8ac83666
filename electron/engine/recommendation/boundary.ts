import type { Boundary, CompletedTrialReport, TrialReport } from '../../contract/analysis.ts'
import type { Execution } from '../../contract/trial.ts'
import { fitMemory, largestWithin, memoryLimit, memoryPoints, type MemoryLimits } from './memory-fit.ts'

/** Executions that must complete before a size counts as fitting: a second run can need more than the first. */
export const runsToFit = 2

/**
 * The memory boundary along one series: the smallest batch size that ran out of memory, even if only once, and the largest
 * below it that completed twice. `null` when none ran out; trials skipped after one that did say nothing of their own.
 * Beside it stands what the memory of smaller batch sizes predicts. Where the runtime did not tell whose memory it was,
 * the CPU provider uses the host's and every other the device's.
 */
export function boundaryOf(
  series: readonly TrialReport[],
  executionsOf: (trialId: string) => readonly Execution[],
  limits: MemoryLimits,
): Boundary | null {
  const failed = series.filter(({ outcome }) => outcome === 'out-of-memory')
  const [first, ...rest] = failed
  if (first === undefined) return null
  const smallest = rest.reduce(
    (one, other) => (other.config.batchSize < one.config.batchSize ? other : one),
    first,
  )
  const below = series.flatMap((trial) =>
    trial.outcome === 'completed' && trial.config.batchSize < smallest.config.batchSize ? [trial] : [],
  )
  const completions = ({ id }: CompletedTrialReport) =>
    executionsOf(id).filter(({ outcome }) => outcome === 'completed').length
  const largestThatFits = largestOf(below.filter((trial) => completions(trial) >= runsToFit))
  const largestSeen = largestOf(below)
  const owner = executionsOf(smallest.id)
    .flatMap((execution) => (execution.outcome === 'out-of-memory' ? (execution.memoryOwner ?? []) : []))
    .at(-1)
  const limitedBy = owner ?? (smallest.config.executionProvider === 'cpu' ? 'host' : 'device')
  const predicted = predictedFrom(below, smallest.config.batchSize, limitedBy, limits)
  return {
    largestThatFits,
    smallestThatDoesNot: smallest.config.batchSize,
    ...(largestSeen !== null && largestSeen > (largestThatFits ?? 0) && { largestSeenOnce: largestSeen }),
    ...(predicted && { predicted }),
    limitedBy,
  }
}

function largestOf(trials: readonly CompletedTrialReport[]): number | null {
  return trials.length === 0 ? null : Math.max(...trials.map(({ config }) => config.batchSize))
}

/** Takes three to tell a line from chance. */
const enoughToPredict = 3

/**
 * What was foreseeable: the prediction from batch sizes up to half of the one that did not fit, because those next to the
 * boundary would make any prediction right. With fewer than three of these, from all below it but the largest.
 */
function predictedFrom(
  below: readonly CompletedTrialReport[],
  smallestThatDoesNot: number,
  limitedBy: Boundary['limitedBy'],
  limits: MemoryLimits,
): Boundary['predicted'] {
  const far = below.filter(({ config }) => config.batchSize <= smallestThatDoesNot / 2)
  const largest = largestOf(below)
  const used =
    far.length >= enoughToPredict ? far : below.filter(({ config }) => config.batchSize !== largest)
  const { of, points } = memoryPoints(used)
  // The peaks of one kind of memory say nothing of the limit of the other.
  if (of !== limitedBy) return undefined
  const fit = fitMemory(points)
  const limitBytes = memoryLimit(of, used, limits)
  return fit === undefined || limitBytes === undefined ? undefined : largestWithin(fit, limitBytes)
}
