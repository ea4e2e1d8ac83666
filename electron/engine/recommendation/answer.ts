import type { Analysis, Boundary, Recommendation, TrialReport } from '../../contract/analysis.ts'
import type { Constraints, Slo } from '../../contract/experiment.ts'
import { failureLine } from '../../contract/failure.ts'
import { formatBytes, formatMilliseconds, formatPercent, formatThroughput } from '../../contract/quantity.ts'
import { seriesKey } from '../experiment/configurations.ts'
import { supportsPercentile } from '../statistics/percentile-support.ts'
import { meets, memoryNeeded, percentileLatency, type Candidate } from './candidate.ts'
import { sloPhrase, throughputPhrase, timesPhrase, type NameOf } from './phrases.ts'

export interface AnswerInput {
  readonly trials: readonly TrialReport[]
  readonly candidates: readonly Candidate[]
  readonly recommendations: readonly Recommendation[]
  readonly constraints: Pick<Constraints, 'memoryBudgetBytes'>
  readonly slo: Slo | undefined
  readonly boundary: Boundary | null
  readonly nameOf: NameOf
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
  const support = [supportFor(chosen, card, input), caution(chosen)].filter((part) => part !== undefined)
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

function supportFor(chosen: Candidate, card: Recommendation, input: AnswerInput): string | undefined {
  const { report } = chosen
  const batch = report.config.batchSize
  const key = seriesKey(report.config)
  const series = input.candidates
    .filter((candidate) => seriesKey(candidate.report.config) === key)
    .sort((one, other) => one.report.config.batchSize - other.report.config.batchSize)
  const next = series.find((candidate) => candidate.report.config.batchSize > batch)
  const before = series.findLast((candidate) => candidate.report.config.batchSize < batch)

  const rival = series.find(
    ({ report: { config } }) => config.batchSize > batch && card.equivalent.includes(config.batchSize),
  )
  if (rival !== undefined) return `${againstEquivalent(report, rival.report)}.`
  if (next !== undefined) return `${againstLarger(report, next, input)}.`
  const beyond = input.boundary?.smallestThatDoesNot
  const limit =
    beyond !== undefined && beyond > batch
      ? `${beyond} ran out of ${input.boundary?.limitedBy ?? 'device'} memory`
      : 'It is the largest batch size measured, and larger ones may be faster'
  if (before === undefined) return `${limit}.`
  return `${againstSmaller(report, before.report)}. ${limit}.`
}

type Numbers = Candidate['report']

/** `32 is no faster (no difference shown) and needs 0.90 GiB more`. */
function againstEquivalent(report: Numbers, rival: Numbers): string {
  const same = `${rival.config.batchSize} is no faster (no difference shown)`
  const [memory, other] = [memoryNeeded(report), memoryNeeded(rival)]
  if (memory !== undefined && other !== undefined && other > memory * 1.01) {
    return `${same} and needs ${formatBytes(other - memory)} more`
  }
  const ratio = rival.latencyMs.mean / report.latencyMs.mean
  return ratio > 1.01 ? `${same}, and a call takes ${timesPhrase(ratio)} as long` : same
}

function againstLarger(report: Numbers, next: Candidate, { slo, constraints }: AnswerInput): string {
  const { batchSize } = next.report.config
  const gain = next.report.throughput.itemsPerSecond / report.throughput.itemsPerSecond - 1
  if (gain <= 0) return `${batchSize} is ${formatPercent(-gain)} slower`
  const gives = `${batchSize} gives ${formatThroughput(next.report.throughput.itemsPerSecond)}`
  const latency = slo && percentileLatency(next.measurement, slo.percentile)
  if (slo && latency && !meets(latency, slo)) {
    const reach = latency.point > slo.milliseconds ? '' : 'may reach '
    const value = latency.point > slo.milliseconds ? latency.point : (latency.upper ?? latency.point)
    return `${gives}, but its p${slo.percentile} ${reach || 'of '}${formatMilliseconds(value)} breaks ${sloPhrase(slo)}`
  }
  const memory = next.report.memory.hostPeakBytes
  if (constraints.memoryBudgetBytes !== undefined && memory !== undefined) {
    return `${gives}, but needs ${formatBytes(memory)} of the ${formatBytes(constraints.memoryBudgetBytes)}`
  }
  return `${gives}`
}

function againstSmaller(report: Numbers, before: Numbers): string {
  const loss = 1 - before.throughput.itemsPerSecond / report.throughput.itemsPerSecond
  return `${before.config.batchSize} is ${formatPercent(Math.max(0, loss))} slower`
}

/** Names the flags of the recommended trial: an answer must not sound surer than its measurement. */
function caution({ report }: Candidate): string | undefined {
  if (report.flags.length === 0) return undefined
  return `Read with care: ${report.flags.map(({ name, reason }) => `${name} (${reason})`).join(', ')}.`
}
