import type { Analysis, Drift, Recommendation, Series } from './analysis.ts'
import type { LatencyFit, MemoryFit } from './fit.ts'
import { formatBytes, formatCount, formatNumber, formatPercent, formatThroughput } from './quantity.ts'
import type { Interval } from './interval.ts'

/**
 * What the evidence means, in sentences for people who are no statisticians: the same in the interface, on the terminal
 * and in reports.
 */

/** What the whiskers of a chart and the `±` of a number mean. */
export const intervalMeaning =
  'Whiskers and ± say how well a number is known: they are 95 % intervals, and if the whole experiment were repeated 100 times, about 95 of them would hold the true mean.'

/**
 * How the machine's speed changed, where that is more than chance: `The machine itself ran 6.0 % slower in block 3 than in
 * block 1. ...`
 */
export function driftSentence(drift: Drift | undefined): string | undefined {
  if (drift?.significant !== true) return undefined
  const known = drift.blocks.filter(({ ratio }) => Number.isFinite(ratio) && ratio > 0)
  const [first, ...rest] = known
  if (first === undefined || rest.length === 0) return undefined
  const slowest = rest.reduce((one, other) => (other.ratio > one.ratio ? other : one), first)
  const fastest = rest.reduce((one, other) => (other.ratio < one.ratio ? other : one), first)
  const ratio = slowest.ratio / fastest.ratio
  const slower =
    ratio < 2
      ? `ran ${formatPercent(ratio - 1)} slower in block ${slowest.block} than in block ${fastest.block}`
      : `took ${formatNumber(ratio)} times as long in block ${slowest.block} as in block ${fastest.block}`
  return `The machine itself ${slower}. Batch sizes are compared within blocks, in which they ran close in time, so that this favours none of them.`
}

/** `1.90 ms + 0.310 ms × batch`. */
export function latencyFormula({ overheadMs, perItemMs }: LatencyFit): string {
  return `${formatNumber(overheadMs)} ms + ${formatNumber(perItemMs)} ms × batch`
}

/** What the fitted line says of latency, or that there is none. */
export function latencyFitSentence(fit: LatencyFit): string {
  if (!fit.follows) {
    return `Latency does not follow a line over the batch size (a typical size lies ${formatPercent(fit.relativeError)} off it), so what a call costs cannot be told from what an item costs.`
  }
  const { halfSaturationBatch: half, asymptoticItemsPerSecond: top } = fit
  if (half === undefined || top === undefined) return callAndItem(fit)
  const reached =
    half < 1
      ? 'batch 1 already reaches more than half of that'
      : `batch ${formatNumber(half)} reaches half of that`
  return `${callAndItem(fit)} Larger batches spread the cost of the call over more items, up to about ${formatThroughput(top)}; ${reached}.`
}

function callAndItem({ overheadMs, perItemMs }: LatencyFit): string {
  return `A call costs ${formatNumber(overheadMs)} ms, and each item in it ${formatNumber(perItemMs)} ms.`
}

/** A line is not followed further than this many times the largest batch size that it was fitted to. */
const farthestPrediction = 16

/** What the fitted line says of memory, or that there is none. */
export function memoryFitSentence(fit: MemoryFit): string {
  const whose = fit.of === 'device' ? 'Device memory' : 'Host memory'
  if (!fit.follows) return `${whose} does not follow a line over the batch size, so nothing is predicted.`
  const line = `${whose} is ${formatBytes(fit.fixedBytes)}, and ${formatBytes(fit.perItemBytes)} more for each item.`
  const { largestThatFits: largest, limitBytes } = fit
  if (largest === undefined || limitBytes === undefined) return line
  if (largest.batchSize > farthestPrediction * Math.max(...fit.batchSizes)) {
    return `${line} By that, far larger batches than were measured fit within ${formatBytes(limitBytes)}.`
  }
  return `${line} By that, batch ${formatCount(largest.batchSize)}${spanWords(largest.ci95)} is the largest within ${formatBytes(limitBytes)}.`
}

/** What the lines of a series say; nothing for a series that is too short for any. */
export function fitSentences({ latencyFit, memoryFit }: Pick<Series, 'latencyFit' | 'memoryFit'>): string[] {
  return [
    ...(latencyFit === undefined ? [] : [latencyFitSentence(latencyFit)]),
    ...(memoryFit === undefined ? [] : [memoryFitSentence(memoryFit)]),
  ]
}

function spanWords(interval: Interval | undefined): string {
  if (interval === undefined) return ''
  const [low, high] = interval.map((end) => formatCount(Math.round(end)))
  return low === undefined || high === undefined || low === high ? '' : ` (${low} to ${high})`
}

type Equivalence = Pick<Recommendation, 'equivalent' | 'unsettled'>

/** The batch sizes that are as good as the best as far as was measured: the recommended one is the smallest of them. */
export function asGoodAsBest({ equivalent, unsettled = [] }: Equivalence): number[] {
  return equivalent.filter((size) => !unsettled.includes(size))
}

/** `no difference shown: 16, 24, 32`, the recommended one included; undefined where it stands alone. */
export function equivalenceWords(recommendation: Equivalence): string | undefined {
  const sizes = asGoodAsBest(recommendation)
  return sizes.length < 2 ? undefined : `no difference shown: ${sizeList(sizes)}`
}

/** `still open: 1, 8 measured worse, but may be better`; undefined where all is settled. */
export function unsettledWords({ unsettled = [] }: Equivalence): string | undefined {
  if (unsettled.length === 0) return undefined
  return `still open: ${sizeList(unsettled)} measured worse, but may be better`
}

/** Up to five batch sizes by name, `16, 24, 32`; more by their ends, `13 from 1 to 32`. */
export function sizeList(batchSizes: readonly number[]): string {
  const sizes = batchSizes.toSorted((a, b) => a - b)
  const first = sizes[0]
  const last = sizes.at(-1)
  if (sizes.length <= 5 || first === undefined || last === undefined) return sizes.map(formatCount).join(', ')
  return `${sizes.length} from ${formatCount(first)} to ${formatCount(last)}`
}

/** A bound wider than this many times says nothing that a person could use. */
const widestBound = 10

/** `the true best is at most 1.4 % better (95 % sure)`; undefined where it cannot be told. */
export function withinWords({ within }: Pick<Recommendation, 'within'>): string | undefined {
  if (within === undefined || !Number.isFinite(within)) return undefined
  if (within < 0.0005) return 'nothing measured is better (95 % sure)'
  if (within >= widestBound) return undefined
  if (within >= 1) return `the true best is at most ${formatNumber(1 + within)} times as good (95 % sure)`
  return `the true best is at most ${formatPercent(within)} better (95 % sure)`
}

/** `The true best is at most 1.4 % better (95 % sure).`; of the best itself there is nothing to say. */
export function withinSentence({ within }: Pick<Recommendation, 'within'>): string | undefined {
  if ((within ?? 0) < 0.0005) return undefined
  const words = withinWords({ within })
  return words === undefined ? undefined : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

/**
 * Scaling efficiency by trial id: throughput(b) / (b x throughput(1)), 1 where twice the batch is twice the throughput
 * (design section 3). Only of series in which batch size 1 completed.
 */
export function scalingEfficiencies({
  trials,
  series,
}: Pick<Analysis, 'trials' | 'series'>): Map<string, number> {
  const byId = new Map(trials.map((trial) => [trial.id, trial]))
  const efficiencies = new Map<string, number>()
  for (const { trialIds } of series) {
    const completed = trialIds.flatMap((id) => {
      const trial = byId.get(id)
      return trial?.outcome === 'completed' ? [trial] : []
    })
    const single = completed.find(({ config }) => config.batchSize === 1)?.throughput.itemsPerSecond
    if (single === undefined || !(single > 0)) continue
    for (const { id, config, throughput } of completed) {
      const efficiency = throughput.itemsPerSecond / (config.batchSize * single)
      if (Number.isFinite(efficiency)) efficiencies.set(id, efficiency)
    }
  }
  return efficiencies
}
