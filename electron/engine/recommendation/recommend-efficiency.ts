import type { CompletedTrialReport, Recommendation } from '../../contract/analysis.ts'
import { formatItemsPerJoule, formatWatts } from '../../contract/quantity.ts'
import { chooseBest } from './candidate.ts'
import { cardFor, type RecommendInput } from './card.ts'

/**
 * The most items per joule, which is the highest throughput per watt, among the trials whose power is known; no card where
 * it is of none.
 */
export function recommendEfficiency({
  candidates,
  nameOf,
  tolerance,
}: Pick<RecommendInput, 'candidates' | 'nameOf' | 'tolerance'>): Recommendation[] {
  const known = candidates.filter(({ report }) => report.energy !== undefined)
  const choice = chooseBest(known, 'efficiency', tolerance)
  if (choice === undefined) return []
  const { report } = choice.chosen
  const watts = report.energy === undefined ? '' : ` and ${formatWatts(report.energy.meanWatts)}`
  const missing = candidates.length - known.length
  const left = missing === 0 ? '' : ` (without ${missing} whose power is not known)`
  return [
    cardFor(
      'efficiency',
      choice,
      `Best throughput per watt: ${itemsPerJoule(report)} at batch ${nameOf(report)}${watts}${left}`,
      (candidate) => itemsPerJoule(candidate.report),
    ),
  ]
}

function itemsPerJoule({ energy }: CompletedTrialReport): string {
  return formatItemsPerJoule(1 / (energy?.joulesPerItem ?? Infinity))
}
