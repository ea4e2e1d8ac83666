import type { Boundary, Recommendation } from '../../contract/analysis.ts'
import type { Constraints, Slo } from '../../contract/experiment.ts'
import { formatMilliseconds, formatPercent, formatThroughput } from '../../contract/quantity.ts'
import { seriesKey } from '../experiment/configurations.ts'
import { knee } from '../statistics/kneedle.ts'
import {
  chooseBest,
  meets,
  percentileLatency,
  type Candidate,
  type Choice,
  type PercentileLatency,
} from './candidate.ts'
import { recommendMemory } from './recommend-memory.ts'
import { listBatches, plusMinus, sloPhrase, throughputPhrase, timesPhrase, type NameOf } from './phrases.ts'

/** What recommendations are made from. */
export interface RecommendInput {
  /** Trials that may be recommended. */
  readonly candidates: readonly Candidate[]
  /** Why there are no candidates, one sentence; used when there are none. */
  readonly nothing: string
  readonly constraints: Pick<Constraints, 'memoryBudgetBytes'>
  readonly slo: Slo | undefined
  readonly boundary: Boundary | null
  readonly nameOf: NameOf
}

/**
 * One card per goal, in the order latency, throughput, knee, slo (only with a bound), memory. All trials compete,
 * whatever their series; batch sizes that cannot be told apart from the best are those of the best one's series. Every
 * trial that completed under a memory budget is within it, because the operating system enforced it.
 */
export function recommend(input: RecommendInput): Recommendation[] {
  const fastest = chooseBest(input.candidates, 'throughput')
  const quickest = chooseBest(input.candidates, 'latency')
  if (fastest === undefined || quickest === undefined) {
    const goals = [
      'latency',
      'throughput',
      'knee',
      ...(input.slo ? (['slo'] as const) : []),
      'memory',
    ] as const
    return goals.map((goal) => nothing(goal, input.nothing))
  }
  const costOf = (candidate: Candidate) =>
    costAgainst(candidate, fastest.chosen, quickest.chosen, input.nameOf)
  const withCost = (card: Recommendation): Recommendation => {
    const chosen = input.candidates.find(({ report }) => report.id === card.trialId)
    const cost = chosen && costOf(chosen)
    return cost === undefined ? card : { ...card, cost }
  }
  return [
    recommendLatency(quickest, input.nameOf),
    recommendThroughput(fastest, input.nameOf),
    recommendKnee(input.candidates, fastest, input.nameOf),
    ...(input.slo ? [recommendSlo(input.candidates, input.slo, input.nameOf)] : []),
    recommendMemory(input),
  ].map(withCost)
}

/** A card that recommends nothing, and why. */
export function nothing(goal: Recommendation['goal'], reason: string): Recommendation {
  return { goal, batchSize: null, equivalent: [], reason }
}

/** A card for a choice; the reason is completed by what was found to be no different, and by what is not known. */
export function cardFor(goal: Recommendation['goal'], choice: Choice, reason: string): Recommendation {
  const batches = choice.equivalent.map(({ report }) => report.config.batchSize)
  const among =
    batches.length > 1 ? `; the smallest of ${listBatches(batches)}, which show no difference` : ''
  const once = choice.repeated
    ? ''
    : ', from one execution each, so that differences between processes are not known'
  return {
    goal,
    batchSize: choice.chosen.report.config.batchSize,
    trialId: choice.chosen.report.id,
    equivalent: batches,
    reason: `${reason}${among}${once}.`,
  }
}

function recommendLatency(choice: Choice, nameOf: NameOf): Recommendation {
  const { report } = choice.chosen
  const { mean, meanCi95 } = report.latencyMs
  const latency = `${formatMilliseconds(mean)}${plusMinus(meanCi95)}`
  return cardFor('latency', choice, `Lowest latency: ${latency} a call at batch ${nameOf(report)}`)
}

function recommendThroughput(choice: Choice, nameOf: NameOf): Recommendation {
  const { report } = choice.chosen
  return cardFor(
    'throughput',
    choice,
    `Highest throughput: ${throughputPhrase(report)} at batch ${nameOf(report)}`,
  )
}

/** The knee of the series with the highest throughput. It is a point on a curve: no set of equivalents. */
function recommendKnee(candidates: readonly Candidate[], fastest: Choice, nameOf: NameOf): Recommendation {
  const key = seriesKey(fastest.best.report.config)
  const series = candidates
    .filter(({ report }) => seriesKey(report.config) === key)
    .sort((one, other) => one.report.config.batchSize - other.report.config.batchSize)
  if (series.length < 3) {
    const sizes = series.length === 1 ? '1 was' : `${series.length} were`
    return nothing('knee', `A knee takes at least three batch sizes, and ${sizes} measured.`)
  }
  const at = knee(
    series.map(({ report }) => ({ x: report.config.batchSize, y: report.throughput.itemsPerSecond })),
  )
  const chosen = series.find(({ report }) => report.config.batchSize === at)
  if (chosen === undefined) {
    return nothing('knee', 'Throughput shows no bend over the batch sizes measured.')
  }
  const { report } = chosen
  const best = fastest.best.report
  const share = report.throughput.itemsPerSecond / best.throughput.itemsPerSecond
  return {
    goal: 'knee',
    batchSize: report.config.batchSize,
    trialId: report.id,
    equivalent: [report.config.batchSize],
    reason: `Past batch ${nameOf(report)} more batch buys little: it gives ${formatThroughput(report.throughput.itemsPerSecond)}, ${formatPercent(share)} of the highest, measured at ${best.config.batchSize}.`,
  }
}

function recommendSlo(candidates: readonly Candidate[], slo: Slo, nameOf: NameOf): Recommendation {
  const bounded = candidates.flatMap((candidate) => {
    const latency = percentileLatency(candidate.measurement, slo.percentile)
    return latency === undefined ? [] : [{ candidate, latency }]
  })
  const meeting = bounded.filter(({ latency }) => meets(latency, slo)).map(({ candidate }) => candidate)
  const choice = chooseBest(meeting, 'throughput')
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
  )
}

/** `p99 11.4 ms (at most 12.1 ms at 95 %)`; says so when the samples are too few for an upper end. */
export function sloLatencyPhrase({ point, upper }: PercentileLatency, { percentile }: Slo): string {
  const end =
    upper === undefined
      ? 'a point estimate: the samples are too few for an interval'
      : `at most ${formatMilliseconds(upper)} at 95 %`
  return `p${percentile} ${formatMilliseconds(point)} (${end})`
}

/** Differences in throughput and latency below these are not worth a word. */
const worthSaying = { throughput: 0.01, latency: 1.1 }

/** What a choice gives up against the highest throughput and the lowest latency. */
function costAgainst(
  { report }: Candidate,
  { report: fastest }: Candidate,
  { report: quickest }: Candidate,
  nameOf: NameOf,
): string | undefined {
  const parts: string[] = []
  const loss = 1 - report.throughput.itemsPerSecond / fastest.throughput.itemsPerSecond
  if (report.id !== fastest.id && loss > worthSaying.throughput) {
    parts.push(`${formatPercent(loss)} less throughput than batch ${nameOf(fastest)}`)
  }
  const ratio = report.latencyMs.mean / quickest.latencyMs.mean
  if (report.id !== quickest.id && ratio > worthSaying.latency) {
    parts.push(`a call takes ${timesPhrase(ratio)} as long as at batch ${nameOf(quickest)}`)
  }
  const sentence = parts.join(', and ')
  return sentence === '' ? undefined : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
}
