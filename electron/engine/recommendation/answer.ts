import type { Analysis, Boundary, Recommendation, TrialReport } from '../../contract/analysis.ts'
import type { Constraints, Slo } from '../../contract/experiment.ts'
import { failureLine } from '../../contract/failure.ts'
import { formatBytes, formatMilliseconds, formatPercent, formatThroughput } from '../../contract/quantity.ts'
import type { VariantSummary } from '../../contract/variant-summary.ts'
import { seriesKey } from '../experiment/configurations.ts'
import { supportsPercentile } from '../statistics/percentile-support.ts'
import { meets, memoryNeeded, percentileLatency, type Candidate } from './candidate.ts'
import { throughputPhrase, timesPhrase, type NameOf } from './phrases.ts'
import { headroom } from './recommend-memory.ts'
import { runtimeSentences } from './runtime-sentences.ts'
import { variantSentences } from './variant-sentences.ts'

export interface AnswerInput {
  readonly trials: readonly TrialReport[]
  readonly candidates: readonly Candidate[]
  readonly recommendations: readonly Recommendation[]
  readonly constraints: Pick<Constraints, 'memoryBudgetBytes'>
  readonly tolerance: number
  readonly slo: Slo | undefined
  readonly boundary: Boundary | null
  readonly nameOf: NameOf
  /** Empty without variants. */
  readonly variants: readonly VariantSummary[]
}

/**
 * The answer that a person can quote, and what speaks for it against the next choice. It follows the latency bound where
 * there is one, else the memory budget, else throughput.
 */
export function answerOf(input: AnswerInput): Analysis['answer'] {
  if (input.trials.length === 0) return { headline: 'Nothing has been measured yet.' }
  const goal = input.slo ? 'slo' : input.constraints.memoryBudgetBytes === undefined ? 'throughput' : 'memory'
  const card = input.recommendations.find((recommendation) => recommendation.goal === goal)
  const chosen = input.candidates.find(({ report }) => report.id === card?.trialId)
  if (card === undefined || chosen === undefined) return withoutChoice(input, card)
  const support = [
    supportFor(chosen, card, input),
    ...variantSentences(chosen.report, input.variants),
    ...runtimeSentences(chosen, input.candidates),
    unsettled(card, input.tolerance),
    caution(chosen, input.candidates),
  ].filter((part) => part !== undefined)
  return {
    headline: headlineFor(chosen, input.slo, input.nameOf),
    ...(support.length > 0 && { support: support.join(' ') }),
  }
}

/** `Use batch 24: 2,858 items/s (±1.2 %), p99 11.4 ms, 3.10 GiB.` */
function headlineFor({ report, measurement }: Candidate, slo: Slo | undefined, nameOf: NameOf): string {
  const parts = [throughputPhrase(report)]
  // The highest percentile that the samples carry; the median needs none to carry it.
  const percentile =
    slo?.percentile ?? [99, 95, 90].find((each) => supportsPercentile(report.latencyMs.samples, each)) ?? 50
  const latency = percentileLatency(measurement, percentile)
  if (latency !== undefined) parts.push(`p${percentile} ${formatMilliseconds(latency.point)}`)
  const memory = memoryNeeded(report)
  if (memory !== undefined) parts.push(formatBytes(memory))
  return `Use batch ${nameOf(report)}: ${parts.join(', ')}.`
}

function withoutChoice(
  { trials, candidates, recommendations, nameOf }: AnswerInput,
  card: Recommendation | undefined,
) {
  const fallback = candidates.find(
    ({ report }) => report.id === recommendations.find(({ goal }) => goal === 'throughput')?.trialId,
  )
  const failure = trials.find((trial) => trial.outcome !== 'completed')?.failure
  const support =
    fallback === undefined
      ? failure && failureLine(failure)
      : `Without it, batch ${nameOf(fallback.report)} gives ${throughputPhrase(fallback.report)}.`
  return {
    headline: card?.reason ?? 'Nothing can be recommended.',
    ...(support !== undefined && { support }),
  }
}

function supportFor(chosen: Candidate, card: Recommendation, input: AnswerInput): string {
  const { report } = chosen
  const batch = report.config.batchSize
  const key = seriesKey(report.config)
  const series = input.candidates
    .filter((candidate) => seriesKey(candidate.report.config) === key)
    .sort((one, other) => one.report.config.batchSize - other.report.config.batchSize)
  const next = series.find((candidate) => candidate.report.config.batchSize > batch)
  const before = series.findLast((candidate) => candidate.report.config.batchSize < batch)

  const equals = series.filter(
    ({ report: { config } }) => config.batchSize > batch && card.equivalent.includes(config.batchSize),
  )
  const [rival] = equals
  if (rival !== undefined) return `${againstEquivalent(report, rival.report)}.`
  if (next !== undefined) return `${againstLarger(chosen, next, input)}.`
  const beyond = input.boundary?.smallestThatDoesNot
  const limit =
    beyond !== undefined && beyond > batch
      ? `${beyond} ran out of ${input.boundary?.limitedBy ?? 'device'} memory`
      : 'It is the largest batch size measured, and larger ones may be faster'
  if (before === undefined) return `${limit}.`
  return `${againstSmaller(report, before.report)}. ${limit}.`
}

type Numbers = Candidate['report']

function gainOver(report: Numbers, other: Numbers): number {
  return other.throughput.itemsPerSecond / report.throughput.itemsPerSecond - 1
}

/** `32 is no faster (no difference shown) and needs 0.90 GiB more`. */
function againstEquivalent(report: Numbers, rival: Numbers): string {
  const { batchSize } = rival.config
  const same = `${batchSize} is no faster (no difference shown)`
  const [memory, other] = [memoryNeeded(report), memoryNeeded(rival)]
  if (memory !== undefined && other !== undefined && other > memory * 1.01) {
    return `${same} and needs ${formatBytes(other - memory)} more`
  }
  const ratio = rival.latencyMs.mean / report.latencyMs.mean
  return ratio > 1.01 ? `${same}, and a call takes ${timesPhrase(ratio)} as long` : same
}

/**
 * What the next larger batch size would give, and why it is not the answer. Whether it is faster is told only as far as
 * the throughput card shows it: of its batch sizes none differs from the best, and every other one of the series does.
 */
function againstLarger({ report }: Candidate, next: Candidate, input: AnswerInput): string {
  const { slo, constraints } = input
  const { batchSize } = next.report.config
  const best = bestOfSeries(report, input)
  const amongBest = best.includes(report.config.batchSize)
  if (amongBest && best.includes(batchSize)) return againstEquivalent(report, next.report)
  const gain = gainOver(report, next.report)
  if (amongBest && gain < 0) return `${batchSize} is ${formatPercent(-gain)} slower`

  const gives = `${batchSize} gives ${formatThroughput(next.report.throughput.itemsPerSecond)}`
  const latency = slo && percentileLatency(next.measurement, slo.percentile)
  if (slo && latency && !meets(latency, slo)) {
    const reaches =
      latency.point > slo.milliseconds
        ? `its p${slo.percentile} is ${formatMilliseconds(latency.point)}`
        : `its p${slo.percentile} may be as high as ${formatMilliseconds(latency.upper ?? latency.point)}`
    return `${gives}, but ${reaches}`
  }
  const memory = next.report.memory.hostPeakBytes
  if (slo === undefined && constraints.memoryBudgetBytes !== undefined && memory !== undefined) {
    const spare = `${formatPercent(headroom)} of ${formatBytes(constraints.memoryBudgetBytes)}`
    return `${gives}, but at ${formatBytes(memory)} leaves less than ${spare} free`
  }
  return gives
}

/** The batch sizes of the highest throughput, if they are of the same series. */
function bestOfSeries(report: Numbers, { candidates, recommendations }: AnswerInput): readonly number[] {
  const card = recommendations.find(({ goal }) => goal === 'throughput')
  const fastest = candidates.find((candidate) => candidate.report.id === card?.trialId)
  const same = fastest !== undefined && seriesKey(fastest.report.config) === seriesKey(report.config)
  return same ? (card?.equivalent ?? []) : []
}

function againstSmaller(report: Numbers, before: Numbers): string {
  const loss = 1 - before.throughput.itemsPerSecond / report.throughput.itemsPerSecond
  return `${before.config.batchSize} is ${formatPercent(Math.max(0, loss))} slower`
}

/** What measuring did not settle: how far ahead another batch size may be. */
function unsettled({ within }: Recommendation, tolerance: number): string | undefined {
  if (within === undefined || within <= tolerance) return undefined
  const much = within < 1 ? `up to ${formatPercent(within)} faster` : 'far faster'
  return `Not settled: another batch size may be ${much}, and more executions would tell.`
}

/**
 * An answer must not sound surer than its measurement: what was never repeated, and the flags of the recommended trial, by
 * name; each stands with its reason beside the trial.
 */
function caution({ report }: Candidate, candidates: readonly Candidate[]): string | undefined {
  const doubts: string[] = report.flags.map(({ name }) => name)
  if (candidates.every(({ measurement }) => measurement.executions.length === 1)) {
    doubts.unshift('one execution each, so that differences between processes are not known')
  }
  return doubts.length === 0 ? undefined : `Read with care: ${doubts.join(', ')}.`
}
