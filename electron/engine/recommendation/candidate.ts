import type { CompletedTrialReport } from '../../contract/analysis.ts'
import type { Slo } from '../../contract/experiment.ts'
import { supportsPercentile } from '../statistics/percentile-support.ts'
import { quantile, sortSamples } from '../statistics/quantile.ts'
import { quantileInterval } from '../statistics/quantile-interval.ts'
import { seriesKey } from '../experiment/configurations.ts'
import {
  asGoodWithin,
  bestSet,
  smallestAsGood,
  type BestSet,
  type Contender,
} from '../statistics/best-set.ts'
import type { MeasuredExecution, Measurement } from './measurement.ts'

/** A trial that may be recommended. */
export interface Candidate {
  readonly report: CompletedTrialReport
  readonly measurement: Measurement
}

/** Whether a trial may be recommended: a model that ignores the batch must not look fast, and one sample shows nothing. */
export function mayBeRecommended({ latencyMs, flags }: CompletedTrialReport): boolean {
  return latencyMs.samples > 1 && !flags.some(({ name }) => name === 'batch-ignored')
}

/** What candidates are compared by: items per second, time of a call, or items per joule. */
export type Measure = 'throughput' | 'latency' | 'efficiency'

/** The best of some candidates by a measure, and those of its series that cannot be told apart from it. */
export interface Choice {
  /** The smallest batch size of `equivalent` that measured as good as the best: what is recommended. */
  readonly chosen: Candidate
  /** At 95 %, no candidate of the series is further ahead of the chosen one than this, as a fraction. */
  readonly within: number | undefined
  readonly best: Candidate
  /** Ascending by batch size. */
  readonly equivalent: readonly Candidate[]
  /** False when every trial was executed once, so that differences between processes are not known. */
  readonly repeated: boolean
}

/** `undefined` without candidates. */
export function chooseBest(
  candidates: readonly Candidate[],
  measure: Measure,
  tolerance: number,
): Choice | undefined {
  const overall = compare(candidates, measure)
  if (overall === undefined) return undefined
  const key = seriesKey(overall.best.report.config)
  const series = candidates
    .filter(({ report }) => seriesKey(report.config) === key)
    .sort((one, other) => one.report.config.batchSize - other.report.config.batchSize)
  const set = series.length === candidates.length ? overall : compare(series, measure)
  if (set === undefined) return undefined
  const equivalent = series.filter((candidate) => set.equivalent.includes(candidate))
  const sizeOf = ({ report }: Candidate) => report.config.batchSize
  const chosen = smallestAsGood(set, sizeOf, asGoodWithin(tolerance))
  return {
    chosen,
    within: set.repeated
      ? Math.max(0, ...series.map((candidate) => set.aheadAtMost(candidate, chosen)))
      : undefined,
    best: set.best,
    equivalent,
    repeated: set.repeated,
  }
}

function compare(candidates: readonly Candidate[], measure: Measure): BestSet<Candidate> | undefined {
  return bestSet(candidates.map((candidate) => contenderBy(measure, candidate)))
}

function contenderBy(measure: Measure, candidate: Candidate): Contender<Candidate> {
  if (measure === 'throughput') return throughputContender(candidate, candidate)
  if (measure === 'latency') {
    return contender(candidate, candidate, ({ latency }) => ({ value: 1 / latency.mean, estimate: latency }))
  }
  // What the power itself adds to the uncertainty shows between executions only. One whose power is not known is left
  // out: its value is no number above 0.
  return contender(candidate, candidate, ({ execution, period }) => ({
    value: 1 / (execution.energy?.joulesPerItem ?? Infinity),
    estimate: period,
  }))
}

/** A candidate to be compared by its items per second. */
export function throughputContender<K>(candidate: Candidate, key: K): Contender<K> {
  const items = candidate.report.config.batchSize
  return contender(candidate, key, ({ period }) => ({
    value: (items * 1000) / period.mean,
    estimate: period,
  }))
}

function contender<K>(
  { measurement }: Candidate,
  key: K,
  valueOf: (execution: MeasuredExecution) => Omit<Contender<K>['executions'][number], 'block'>,
): Contender<K> {
  const executions = measurement.executions.map((each) => ({
    block: each.execution.block,
    ...valueOf(each),
  }))
  return { key, executions }
}

/** A trial's latency at a percentile, in ms. */
export interface PercentileLatency {
  readonly point: number
  /** Upper end of its 95 % interval; absent where the samples are too few to carry the percentile. */
  readonly upper?: number
}

/**
 * The percentile over all samples. Its upper end is that of the order-statistic interval, or the percentile of the worst
 * single execution that has enough samples for it, whichever is higher: the interval knows nothing of how executions
 * differ.
 */
export function percentileLatency(
  { executions, sorted }: Measurement,
  percentile: number,
): PercentileLatency | undefined {
  const p = percentile / 100
  const point = quantile(sorted, p)
  if (point === undefined) return undefined
  const interval = quantileInterval(sorted, p)
  if (interval === undefined || !supportsPercentile(sorted.length, percentile)) return { point }
  const each = executions.flatMap(({ execution: { samplesMs } }) =>
    supportsPercentile(samplesMs.length, percentile) ? (quantile(sortSamples(samplesMs), p) ?? []) : [],
  )
  return { point, upper: Math.max(interval[1], ...each) }
}

/** Whether a latency is within the bound: its upper end where there is one, else itself. */
export function meets({ point, upper }: PercentileLatency, slo: Slo): boolean {
  return (upper ?? point) <= slo.milliseconds
}

/**
 * What people compare the memory of trials by: the device's where the provider runs on one and its driver tells, else the
 * host's. In bytes.
 */
export function memoryNeeded({
  config,
  memory,
}: Pick<CompletedTrialReport, 'config' | 'memory'>): number | undefined {
  return config.executionProvider === 'cpu'
    ? memory.hostPeakBytes
    : (memory.devicePeakBytes ?? memory.hostPeakBytes)
}
