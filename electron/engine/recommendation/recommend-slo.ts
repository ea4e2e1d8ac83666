import type { Recommendation } from '../../contract/analysis.ts'
import { sloPhrase, type Slo } from '../../contract/experiment.ts'
import { formatMilliseconds } from '../../contract/quantity.ts'
import { chooseBest, meets, percentileLatency, type Candidate, type PercentileLatency } from './candidate.ts'
import { cardFor, nothing, throughputOf, type RecommendInput } from './card.ts'
import { throughputPhrase } from './phrases.ts'

/** The highest throughput among the trials that meet the bound; where none does, the closest miss. */
export function recommendSlo(
  { candidates, nameOf, tolerance }: Pick<RecommendInput, 'candidates' | 'nameOf' | 'tolerance'>,
  slo: Slo,
): Recommendation {
  const bounded = candidates.flatMap((candidate) => {
    const latency = percentileLatency(candidate.measurement, slo.percentile)
    return latency === undefined ? [] : [{ candidate, latency }]
  })
  const meeting = bounded.filter(({ latency }) => meets(latency, slo)).map(({ candidate }) => candidate)
  const choice = chooseBest(meeting, 'throughput', tolerance)
  const latencyOf = (candidate: Candidate) => bounded.find((entry) => entry.candidate === candidate)?.latency
  if (choice === undefined) {
    const reach = ({ point, upper }: PercentileLatency) => upper ?? point
    const [first, ...rest] = bounded
    if (first === undefined) return nothing('slo', `No latency is known to hold against ${sloPhrase(slo)}.`)
    const closest = rest.reduce(
      (one, other) => (reach(other.latency) < reach(one.latency) ? other : one),
      first,
    )
    const latency = sloLatencyPhrase(closest.latency, slo)
    return nothing(
      'slo',
      `No batch size meets ${sloPhrase(slo)}: the closest is ${nameOf(closest.candidate.report)}, with ${latency}.`,
    )
  }
  const { report } = choice.chosen
  const latency = latencyOf(choice.chosen)
  const at = latency === undefined ? '' : `, with ${sloLatencyPhrase(latency, slo)}`
  return cardFor(
    'slo',
    choice,
    `Highest throughput with ${sloPhrase(slo)}: ${throughputPhrase(report)} at batch ${nameOf(report)}${at}`,
    throughputOf,
  )
}

/** `p99 11.4 ms (at most 12.1 ms at 95 %)`; says so when the samples are too few for an upper end. */
function sloLatencyPhrase({ point, upper }: PercentileLatency, { percentile }: Slo): string {
  const end =
    upper === undefined
      ? 'a point estimate: the samples are too few for an interval'
      : `at most ${formatMilliseconds(upper)} at 95 %`
  return `p${percentile} ${formatMilliseconds(point)} (${end})`
}
