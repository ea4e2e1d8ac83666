import type {
  CompletedTrialReport,
  ExecutionSummary,
  LatencySummary,
  TrialReport,
  UnfinishedTrialReport,
} from '../../contract/analysis.ts'
import type { Interval } from '../../contract/interval.ts'
import type { Rules } from '../../contract/experiment.ts'
import type { Failure } from '../../contract/failure.ts'
import type { TrialDrift } from '../../contract/output-drift.ts'
import type { TrialTime } from '../../contract/time-breakdown.ts'
import type { Execution, MemoryPeaks, Skip, Trial, UnfinishedExecution } from '../../contract/trial.ts'
import type { ExecutionVariation } from '../statistics/execution-variation.ts'
import { executionsInterval } from '../statistics/hierarchical.ts'
import { outliersOf } from '../statistics/outliers.ts'
import type { MeanEstimate } from '../statistics/mean-estimate.ts'
import { reportedPercentiles, unsupportedPercentiles } from '../statistics/percentile-support.ts'
import { quantile, type SortedSamples } from '../statistics/quantile.ts'
import { createRandom, deriveSeed } from '../statistics/random.ts'
import { meanInterval } from '../statistics/stopping.ts'
import { fallbackFlag } from './fallback-flag.ts'
import { meanEnergy } from './mean-energy.ts'
import { measure, type MeasuredExecution, type Measurement } from './measurement.ts'
import { percentileInterval } from './percentile-interval.ts'
import { flagsOf } from './trial-flags.ts'

/**
 * What a trial's executions so far show; `undefined` while none has ended and it was not skipped.
 *
 * Outcome: out of memory if any execution ran out of it, for a second run can need more than the first; else completed if
 * any completed, with the failure of those that did not beside the numbers; else skipped; else that of the last execution.
 *
 * `variation` is what all trials of the experiment show of differences between executions (`variationOf`). Without it,
 * two executions give an interval that is honest but very wide.
 */
export function reportTrial(
  trial: Trial,
  executions: readonly Execution[],
  skip: Skip | undefined,
  seed: number,
  rules: Rules,
  variation?: ExecutionVariation,
): TrialReport | undefined {
  return reportMeasured({ trial, executions, skip, measurement: measure(executions) }, seed, rules, variation)
}

/** A trial with everything known of it. */
export interface TrialEvidence {
  readonly trial: Trial
  readonly executions: readonly Execution[]
  readonly skip: Skip | undefined
  readonly measurement: Measurement | undefined
  /** Its outputs beside the reference's, where it is a variant's and they were compared. */
  readonly drift?: TrialDrift | undefined
  /** Where the time of a call went, where it ran on a device and was profiled. */
  readonly time?: TrialTime | undefined
}

/** `reportTrial` for executions that were read already. */
export function reportMeasured(
  { trial, executions, skip, measurement, drift, time }: TrialEvidence,
  seed: number,
  rules: Rules,
  variation: ExecutionVariation | undefined,
): TrialReport | undefined {
  if (executions.length === 0 && skip === undefined) return undefined
  const unfinished = executions.filter((execution) => execution.outcome !== 'completed')
  const outOfMemory = unfinished.findLast((execution) => execution.outcome === 'out-of-memory')
  const predictedMemory = executions[0]?.predictedMemory
  const fallback = time?.breakdown && fallbackFlag(time.breakdown)
  const flagsWith = (interval?: Interval) => [
    ...flagsOf(executions, measurement, rules, interval),
    ...(fallback === undefined ? [] : [fallback]),
  ]
  const common = {
    id: trial.id,
    config: trial.config,
    reason: trial.reason,
    executions: executions.length,
    flags: flagsWith(),
    memory: peaksOf(executions),
    ...(predictedMemory && { predictedMemory }),
    ...(drift && drift.outputs.length > 0 && { outputDrift: drift.outputs }),
    ...(drift?.problem !== undefined && { outputDriftProblem: drift.problem }),
    ...(time?.breakdown && { timeBreakdown: time.breakdown }),
    ...(time?.problem !== undefined && { timeBreakdownProblem: time.problem }),
  }
  const without = (outcome: UnfinishedTrialReport['outcome'], failure: Failure): UnfinishedTrialReport => ({
    ...common,
    outcome,
    failure,
  })
  if (outOfMemory !== undefined) return without('out-of-memory', outOfMemory.failure)

  if (measurement !== undefined) {
    const random = createRandom(deriveSeed(seed, trial.id))
    const numbers = numbersOf(trial.config.batchSize, measurement, random, variation)
    if (numbers !== undefined) {
      const failure = unfinished.findLast((execution) => execution.outcome !== 'cancelled')?.failure
      const flags = flagsWith(numbers.latencyMs.meanCi95)
      return {
        ...common,
        flags,
        outcome: 'completed',
        ...numbers,
        ...(failure === undefined ? {} : { failure }),
      }
    }
  }
  if (skip !== undefined) return without('skipped', skip.failure)
  const last: UnfinishedExecution | undefined = unfinished.at(-1)
  return last === undefined ? without('failed', nothingMeasured(trial)) : without(last.outcome, last.failure)
}

type Numbers = Pick<
  CompletedTrialReport,
  'latencyMs' | 'throughput' | 'loadMs' | 'firstInferenceMs' | 'perExecution' | 'energy'
>

function numbersOf(
  batchSize: number,
  { executions, sorted }: Measurement,
  random: ReturnType<typeof createRandom>,
  variation: ExecutionVariation | undefined,
): Numbers | undefined {
  const energy = meanEnergy(executions.map(({ execution }) => execution))
  const samples = sorted.length
  const mean = sorted.reduce((sum, sample) => sum + sample, 0) / samples
  const windowMs = executions.reduce((sum, { execution }) => sum + execution.windowMs, 0)
  const itemsPerSecond = (batchSize * samples * 1000) / windowMs
  const [only] = executions
  let latencyInterval: Interval | undefined
  let periodInterval: Interval | undefined
  if (only !== undefined && executions.length === 1 && variation === undefined) {
    latencyInterval = meanInterval(only.execution.samplesMs, random)
    const scale = only.period.mean / only.latency.mean
    periodInterval = latencyInterval && [latencyInterval[0] * scale, latencyInterval[1] * scale]
  } else if (samples > 1) {
    latencyInterval = executionsInterval(
      executions.map(({ latency }) => latency),
      variation,
    )
    periodInterval = executionsInterval(
      executions.map(({ period }) => period),
      variation,
    )
  }
  const latencyMs = latencyOf(sorted, mean, latencyInterval)
  if (latencyMs === undefined || !Number.isFinite(itemsPerSecond)) return undefined
  const outliers = outlierSummary(executions)
  const estimates = executions.map(({ latency }) => latency)
  const rates = periodInterval?.map((period) => (batchSize * 1000) / period)
  const [high, low] = rates?.every(Number.isFinite) ? rates : []
  return {
    latencyMs: {
      ...latencyMs,
      ...percentileIntervals(sorted, estimates, variation),
      ...(outliers && { outliers }),
    },
    throughput: { itemsPerSecond, ...(low !== undefined && high !== undefined && { ci95: [low, high] }) },
    loadMs: average(executions.map(({ execution }) => execution.loadMs)),
    firstInferenceMs: average(executions.map(({ execution }) => execution.firstInferenceMs)),
    perExecution: executions.map((each) => summaryOf(each, batchSize)),
    ...(energy && { energy }),
  }
}

function percentileIntervals(
  sorted: SortedSamples,
  estimates: readonly MeanEstimate[],
  variation: ExecutionVariation | undefined,
): Pick<LatencySummary, 'percentilesCi95'> {
  const intervals = reportedPercentiles.flatMap((percentile) => {
    const interval = percentileInterval(sorted, percentile, estimates, variation)
    return interval === undefined ? [] : [[`p${percentile}`, interval] as const]
  })
  return intervals.length === 0 ? {} : { percentilesCi95: Object.fromEntries(intervals) }
}

function summaryOf({ execution, latency, period }: MeasuredExecution, batchSize: number): ExecutionSummary {
  const { mean, samples, relativeVariance, blocks } = latency
  return {
    block: execution.block,
    samples,
    meanLatencyMs: mean,
    itemsPerSecond: (batchSize * 1000) / period.mean,
    ...(relativeVariance !== undefined && { meanRelativeVariance: relativeVariance }),
    sampleBlocks: blocks,
  }
}

function latencyOf(
  sorted: SortedSamples,
  mean: number,
  interval: Interval | undefined,
): LatencySummary | undefined {
  const [min, p50, p90, p95, p99, max] = [0, 0.5, 0.9, 0.95, 0.99, 1].map((p) => quantile(sorted, p))
  if (min === undefined || p50 === undefined || p90 === undefined) return undefined
  if (p95 === undefined || p99 === undefined || max === undefined) return undefined
  const squares = sorted.reduce((sum, sample) => sum + (sample - mean) ** 2, 0)
  return {
    mean,
    ...(interval && { meanCi95: interval }),
    ...(sorted.length > 1 && { stdev: Math.sqrt(squares / (sorted.length - 1)) }),
    min,
    p50,
    p90,
    p95,
    p99,
    max,
    samples: sorted.length,
    unsupportedPercentiles: unsupportedPercentiles(sorted.length),
  }
}

/**
 * The outliers of all executions, each labelled against its own, for executions differ in level. `undefined` where there
 * are none, or where too few samples tell.
 */
function outlierSummary(executions: Measurement['executions']): LatencySummary['outliers'] {
  const labelled = executions.flatMap(({ execution }) => outliersOf(execution.samplesMs) ?? [])
  const count = labelled.reduce((sum, each) => sum + each.count, 0)
  if (count === 0) return undefined
  const ofOutliers = labelled.reduce((sum, each) => sum + each.totalMs, 0)
  const ofAll = executions.reduce((sum, { latency }) => sum + latency.mean * latency.samples, 0)
  return {
    count,
    shareOfTime: ofAll > 0 ? Math.min(1, ofOutliers / ofAll) : 0,
    largestMs: Math.max(...labelled.map(({ largestMs }) => largestMs)),
  }
}

/** The highest peak of any execution, whatever its outcome. */
function peaksOf(executions: readonly Execution[]): MemoryPeaks {
  const peak = (valueOf: (memory: MemoryPeaks) => number | undefined) => {
    const values = executions.flatMap(({ memory }) => valueOf(memory) ?? [])
    return values.length === 0 ? undefined : Math.max(...values)
  }
  const hostPeakBytes = peak((memory) => memory.hostPeakBytes)
  const devicePeakBytes = peak((memory) => memory.devicePeakBytes)
  const deviceBaselineBytes = peak((memory) => memory.deviceBaselineBytes)
  const highest = executions.find(({ memory }) => memory.devicePeakBytes === devicePeakBytes)?.memory
  const deviceMeasuredBy = devicePeakBytes === undefined ? undefined : highest?.deviceMeasuredBy
  return {
    ...(hostPeakBytes !== undefined && { hostPeakBytes }),
    ...(devicePeakBytes !== undefined && { devicePeakBytes }),
    ...(deviceBaselineBytes !== undefined && { deviceBaselineBytes }),
    ...(deviceMeasuredBy !== undefined && { deviceMeasuredBy }),
  }
}

function nothingMeasured(trial: Trial): Failure {
  return {
    code: 'internal',
    message: `Batch ${trial.config.batchSize} ended without a usable sample.`,
    hint: 'Run it again with a longer measuring time.',
    owner: 'system',
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
