import type { Recommendation } from '../../contract/analysis.ts'
import { formatBytes, formatPercent } from '../../contract/quantity.ts'
import { chooseBest, memoryNeeded, type Candidate } from './candidate.ts'
import { cardFor, nothing, throughputOf, type RecommendInput } from './card.ts'
import { throughputPhrase } from './phrases.ts'

/**
 * Part of a memory budget that should stay free: a second run can need more than the first, and a process in production
 * holds more than the measured one.
 */
export const headroom = 0.1

/**
 * With a memory budget: the highest throughput among the trials whose peak leaves 10 % of it free; if none does, the
 * trial that needs the least, and what it leaves. Without one: the largest batch size that was measured and fits.
 */
export function recommendMemory(
  input: Pick<RecommendInput, 'candidates' | 'constraints' | 'boundary' | 'nameOf' | 'tolerance'>,
): Recommendation {
  const budget = input.constraints.memoryBudgetBytes
  return budget === undefined ? largestThatFits(input) : withinBudget(input, budget)
}

function withinBudget(
  { candidates, nameOf, tolerance }: Pick<RecommendInput, 'candidates' | 'nameOf' | 'tolerance'>,
  budget: number,
): Recommendation {
  const known = candidates.flatMap((candidate) => {
    const peak = candidate.report.memory.hostPeakBytes
    return peak === undefined ? [] : [{ candidate, peak }]
  })
  const [first, ...rest] = known
  if (first === undefined) {
    return nothing(
      'memory',
      `No trial's peak memory is known to hold against the budget of ${formatBytes(budget)}.`,
    )
  }
  const choice = chooseBest(
    known.filter(({ peak }) => peak <= budget * (1 - headroom)).map(({ candidate }) => candidate),
    'throughput',
    tolerance,
  )
  if (choice !== undefined) {
    const { report } = choice.chosen
    const peak = report.memory.hostPeakBytes ?? 0
    return cardFor(
      'memory',
      choice,
      `Highest throughput with ${formatPercent(headroom)} of ${formatBytes(budget)} to spare: ${throughputPhrase(report)} in ${formatBytes(peak)} at batch ${nameOf(report)}`,
      throughputOf,
    )
  }
  const least = rest.reduce((one, other) => (other.peak < one.peak ? other : one), first)
  const { report } = least.candidate
  const left =
    least.peak < budget ? `leaves ${formatPercent(1 - least.peak / budget)} free` : 'leaves nothing free'
  return single(
    least.candidate,
    `No batch size leaves ${formatPercent(headroom)} of ${formatBytes(budget)} free: ${nameOf(report)} needs the least, ${formatBytes(least.peak)}, and ${left}.`,
  )
}

function largestThatFits({
  candidates,
  boundary,
  nameOf,
}: Pick<RecommendInput, 'candidates' | 'boundary' | 'nameOf'>): Recommendation {
  const [first, ...rest] = candidates
  if (first === undefined) return nothing('memory', 'No trial completed.')
  const larger = (one: Candidate, other: Candidate) => {
    const difference = other.report.config.batchSize - one.report.config.batchSize
    if (difference !== 0) return difference > 0
    return other.report.throughput.itemsPerSecond > one.report.throughput.itemsPerSecond
  }
  const largest = rest.reduce((one, other) => (larger(one, other) ? other : one), first)
  const { report } = largest
  const needs = memoryNeeded(report)
  const size = needs === undefined ? '' : ` in ${formatBytes(needs)}`
  return single(
    largest,
    boundary === null || boundary.smallestThatDoesNot <= report.config.batchSize
      ? `The largest batch size measured, ${nameOf(report)}, fits${size}.`
      : `The largest that ${boundary.largestSeenOnce === report.config.batchSize ? 'ran, once,' : 'fits'} is ${nameOf(report)}${size}: ${boundary.smallestThatDoesNot} ran out of ${boundary.limitedBy} memory.`,
  )
}

function single({ report }: Candidate, reason: string): Recommendation {
  const batchSize = report.config.batchSize
  return { goal: 'memory', batchSize, trialId: report.id, equivalent: [batchSize], reason }
}
