import type { Recommendation } from '../../contract/analysis.ts'
import { fittedLatencyMs, type LatencyFit } from '../../contract/fit.ts'
import { formatMilliseconds, formatPercent, formatThroughput } from '../../contract/quantity.ts'
import { seriesKey } from '../experiment/configurations.ts'
import { knee } from '../statistics/kneedle.ts'
import { chooseBest, type Candidate, type Choice } from './candidate.ts'
import { cardFor, nothing, throughputOf, type RecommendInput } from './card.ts'
import { recommendEfficiency } from './recommend-efficiency.ts'
import { recommendMemory } from './recommend-memory.ts'
import { recommendSlo } from './recommend-slo.ts'
import { plusMinus, throughputPhrase, timesPhrase, type NameOf } from './phrases.ts'

/**
 * One card per goal, in the order latency, throughput, knee, slo (only with a bound), memory, efficiency (only where power
 * is known). All trials compete, whatever their series; batch sizes that cannot be told apart from the best are those of the best one's series. Every
 * trial that completed under a memory budget is within it, because the operating system enforced it.
 */
export function recommend(input: RecommendInput): Recommendation[] {
  const { tolerance } = input
  const fastest = chooseBest(input.candidates, 'throughput', tolerance)
  const quickest = chooseBest(input.candidates, 'latency', tolerance)
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
    recommendKnee(input, fastest),
    ...(input.slo ? [recommendSlo(input, input.slo)] : []),
    recommendMemory(input),
    ...recommendEfficiency(input),
  ].map(withCost)
}

function recommendLatency(choice: Choice, nameOf: NameOf): Recommendation {
  const { report } = choice.chosen
  const { mean, meanCi95 } = report.latencyMs
  const latency = `${formatMilliseconds(mean)}${plusMinus(meanCi95)}`
  return cardFor(
    'latency',
    choice,
    `Lowest latency: ${latency} a call at batch ${nameOf(report)}`,
    (candidate) => formatMilliseconds(candidate.report.latencyMs.mean),
  )
}

function recommendThroughput(choice: Choice, nameOf: NameOf): Recommendation {
  const { report } = choice.chosen
  return cardFor(
    'throughput',
    choice,
    `Highest throughput: ${throughputPhrase(report)} at batch ${nameOf(report)}`,
    throughputOf,
  )
}

/**
 * The knee of the series with the highest throughput, on the curve as measured; where its latencies follow a line, beside
 * it the knee of the curve that the line gives, which noise does not move. A point on a curve: no set of equivalents.
 */
function recommendKnee(
  { candidates, nameOf, series: allSeries }: RecommendInput,
  fastest: Choice,
): Recommendation {
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
  const fit = allSeries.find((each) => each.key === key)?.latencyFit
  const fitted = fit?.follows === true ? fittedKnee(fit) : undefined
  const chosen = series.find(({ report }) => report.config.batchSize === at)
  if (chosen === undefined) {
    return nothing('knee', 'Throughput shows no bend over the batch sizes measured.')
  }
  const { report } = chosen
  const best = fastest.best.report
  const throughput = formatThroughput(report.throughput.itemsPerSecond)
  const share = report.throughput.itemsPerSecond / best.throughput.itemsPerSecond
  const beside =
    fit?.follows !== true
      ? ''
      : fitted === undefined
        ? '; the fitted curve shows no bend'
        : `; the fitted curve bends at ${fitted}`
  const reason =
    report.id === best.id
      ? `Past batch ${nameOf(report)} more batch buys nothing: it gives ${throughput}, the highest${beside}.`
      : `Past batch ${nameOf(report)} more batch buys little: it gives ${throughput}, ${formatPercent(share)} of the highest, measured at ${best.config.batchSize}${beside}.`
  return {
    goal: 'knee',
    batchSize: report.config.batchSize,
    trialId: report.id,
    equivalent: [report.config.batchSize],
    reason,
  }
}

/** Points that the fitted curve is looked at in: enough to place its knee. */
const fittedPoints = 256

/** The knee of the throughput curve b / (overhead + perItem b) over the batch sizes that the line was fitted to. */
function fittedKnee(fit: LatencyFit): number | undefined {
  const [first, last] = [fit.batchSizes[0], fit.batchSizes.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const count = Math.min(fittedPoints, last - first + 1)
  const points = Array.from({ length: count }, (_, index) => {
    const batch = Math.round(first + ((last - first) * index) / Math.max(1, count - 1))
    return { x: batch, y: batch / fittedLatencyMs(fit, batch) }
  })
  return knee(points)
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
