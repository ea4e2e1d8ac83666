import type { Boundary, Recommendation, Series } from '../../contract/analysis.ts'
import type { Constraints, Slo } from '../../contract/experiment.ts'
import { formatThroughput } from '../../contract/quantity.ts'
import type { Candidate, Choice } from './candidate.ts'
import { listBatches, type NameOf } from './phrases.ts'

/** What recommendations are made from. */
export interface RecommendInput {
  /** Trials that may be recommended. */
  readonly candidates: readonly Candidate[]
  /** Why there are no candidates, one sentence; used when there are none. */
  readonly nothing: string
  readonly constraints: Pick<Constraints, 'memoryBudgetBytes'>
  /** What is as good as the best (`Rules.tolerance`). */
  readonly tolerance: number
  readonly series: readonly Series[]
  readonly slo: Slo | undefined
  readonly boundary: Boundary | null
  readonly nameOf: NameOf
}

/** A card that recommends nothing, and why. */
export function nothing(goal: Recommendation['goal'], reason: string): Recommendation {
  return { goal, batchSize: null, equivalent: [], reason }
}

/**
 * A card for a choice. The reason is completed by what was found to be no different, with the value of the best one
 * measured (as `valueOf` words it) when that is another, and by what is not known.
 */
export function cardFor(
  goal: Recommendation['goal'],
  choice: Choice,
  reason: string,
  valueOf: (candidate: Candidate) => string,
): Recommendation {
  const { chosen, best, equivalent, repeated, within } = choice
  const batches = equivalent.map(({ report }) => report.config.batchSize)
  const { batchSize } = chosen.report.config
  const asGood = batches.filter((size) => size >= batchSize)
  const fromBest =
    best === chosen ? '' : ` from the best measured, ${valueOf(best)} at ${best.report.config.batchSize}`
  const among =
    asGood.length > 1 ? `; the smallest of ${listBatches(asGood)}, which show no difference${fromBest}` : ''
  // Smaller ones that are only not shown to be worse: too little was measured to tell.
  const smaller = batches.filter((size) => size < batchSize)
  const unclear =
    smaller.length > 0 ? `; ${listBatches(smaller)} measured worse, but not by so much that it is shown` : ''
  const once = repeated
    ? ''
    : ', from one execution each, so that differences between processes are not known'
  return {
    goal,
    batchSize,
    trialId: chosen.report.id,
    equivalent: batches,
    ...(smaller.length > 0 && { unsettled: smaller }),
    ...(within !== undefined && Number.isFinite(within) && { within }),
    reason: `${reason}${among}${unclear}${once}.`,
  }
}

/** A candidate's throughput, for `cardFor`. */
export function throughputOf({ report }: Candidate): string {
  return formatThroughput(report.throughput.itemsPerSecond)
}
