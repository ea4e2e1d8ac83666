import type { CompletedTrialReport, LatencySummary } from '../../../electron/contract/analysis.ts'
import type { Interval } from '../../../electron/contract/interval.ts'
import {
  formatBytes,
  formatCount,
  formatEnergyPerItem,
  formatItemsPerJoule,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatThroughput,
  formatSignedPercent,
  formatWatts,
} from '../../../electron/contract/quantity.ts'
import { builtInRuntime } from '../../../electron/contract/runtime.ts'
import type { Energy, MemoryPeaks, MemoryPrediction, TrialConfig } from '../../../electron/contract/trial.ts'

/** A labelled value of the inspector's lists. */
export interface Fact {
  key: string
  label: string
  value: string
  mono?: boolean
}

/** A trial's configuration, factor by factor, and why the planner asked for it. */
export function configFacts(config: TrialConfig, reason?: string): Fact[] {
  return [
    { key: 'batch', label: 'Batch size', value: formatCount(config.batchSize) },
    ...(config.variant === undefined ? [] : [{ key: 'variant', label: 'Variant', value: config.variant }]),
    { key: 'provider', label: 'Provider', value: config.executionProvider },
    { key: 'runtime', label: 'Runtime', value: config.runtime ?? builtInRuntime },
    ...(config.device === undefined
      ? []
      : [{ key: 'device', label: 'Device', value: String(config.device) }]),
    {
      key: 'threads',
      label: 'Threads',
      value: config.threads === undefined ? "ONNX Runtime's choice" : String(config.threads),
    },
    ...Object.entries(config.dims).map(([key, value]) => ({
      key: `dim-${key}`,
      label: key,
      value: formatCount(value),
      mono: true,
    })),
    ...(reason === undefined ? [] : [{ key: 'reason', label: 'Why it was tried', value: reason }]),
  ]
}

/** A trial's numbers with their intervals. */
export function numberFacts(trial: CompletedTrialReport): Fact[] {
  const { latencyMs, throughput } = trial
  const percentile = (p: 50 | 90 | 95 | 99): Fact => ({
    key: `p${p}`,
    label: `p${p}`,
    value: `${formatMilliseconds(latencyMs[`p${p}`])}${
      latencyMs.unsupportedPercentiles.includes(p)
        ? ' (too few samples)'
        : rangeText(latencyMs.percentilesCi95?.[`p${p}`])
    }`,
  })
  return [
    {
      key: 'throughput',
      label: 'Throughput',
      value: formatThroughput(throughput.itemsPerSecond) + rangeText(throughput.ci95),
    },
    { key: 'mean', label: 'Mean', value: formatMilliseconds(latencyMs.mean) + rangeText(latencyMs.meanCi95) },
    percentile(50),
    percentile(90),
    percentile(95),
    percentile(99),
    {
      key: 'range',
      label: 'Least to most',
      value: `${formatNumber(latencyMs.min)} to ${formatMilliseconds(latencyMs.max)}`,
    },
    ...(latencyMs.stdev === undefined
      ? []
      : [{ key: 'stdev', label: 'Deviation', value: formatMilliseconds(latencyMs.stdev) }]),
    {
      key: 'samples',
      label: 'Samples',
      value: `${formatCount(latencyMs.samples)} in ${trial.executions} ${
        trial.executions === 1 ? 'execution' : 'executions'
      }`,
    },
    ...(latencyMs.outliers === undefined
      ? []
      : [{ key: 'outliers', label: 'Outliers', value: outlierText(latencyMs.outliers) }]),
    ...(trial.energy === undefined ? [] : energyFacts(trial.energy)),
    { key: 'load', label: 'Load', value: formatMilliseconds(trial.loadMs) },
    { key: 'first', label: 'First inference', value: formatMilliseconds(trial.firstInferenceMs) },
  ]
}

function energyFacts({ joulesPerItem, meanWatts, readings }: Energy): Fact[] {
  return [
    {
      key: 'energy',
      label: 'Energy',
      value: `${formatEnergyPerItem(joulesPerItem)}, ${formatItemsPerJoule(1 / joulesPerItem)}`,
    },
    {
      key: 'power',
      label: 'Power',
      value: `${formatWatts(meanWatts)} on average of ${formatCount(readings)} readings`,
    },
  ]
}

/** How the peak of a device was told. */
const measuredByWords: Record<NonNullable<MemoryPeaks['deviceMeasuredBy']>, string> = {
  process: "the process's own",
  difference: 'the whole device, less before',
}

/** What one execution of a trial measured, as a row of the inspector's table. */
export interface ExecutionRow {
  block: string
  /** In ms. */
  mean: string
  /** Against the mean of all executions: `+1.2 %`; empty for a single one. */
  difference: string
  samples: string
}

/** The executions of a trial; none for a report that does not tell them. */
export function executionRows({ perExecution = [] }: CompletedTrialReport): ExecutionRow[] {
  const middle = perExecution.reduce((sum, { meanLatencyMs }) => sum + meanLatencyMs, 0) / perExecution.length
  return perExecution.map(({ block, meanLatencyMs, samples }) => ({
    block: formatCount(block),
    mean: formatNumber(meanLatencyMs),
    difference: perExecution.length > 1 ? formatSignedPercent(meanLatencyMs / middle - 1) : '',
    samples: formatCount(samples),
  }))
}

/** Memory peaks, as far as they were read, and what had been predicted before the trial ran. */
export function memoryFacts(memory: MemoryPeaks, predicted?: MemoryPrediction): Fact[] {
  const rows: [key: string, label: string, bytes: number | undefined][] = [
    ['device', 'Device peak', memory.devicePeakBytes],
    ['baseline', 'Device before', memory.deviceBaselineBytes],
    ['host', 'Host peak', memory.hostPeakBytes],
  ]
  const how = memory.deviceMeasuredBy
  const note = (key: string) => (key === 'device' && how !== undefined ? ` (${measuredByWords[how]})` : '')
  return rows.flatMap(([key, label, bytes]) => [
    ...(bytes === undefined ? [] : [{ key, label, value: `${formatBytes(bytes)}${note(key)}` }]),
    ...(predicted?.of === key ? [predictionFact(predicted)] : []),
  ])
}

function predictionFact({ of, bytes, ci95 }: MemoryPrediction): Fact {
  const range = ci95 === undefined ? '' : ` (${formatBytes(ci95[0])} to ${formatBytes(ci95[1])})`
  return {
    key: 'predicted',
    label: of === 'device' ? 'Device predicted' : 'Host predicted',
    value: `${formatBytes(bytes)}${range}`,
  }
}

/** `3 (0.4 % of the time, up to 45.2 ms)`. */
function outlierText({ count, shareOfTime, largestMs }: NonNullable<LatencySummary['outliers']>): string {
  return `${formatCount(count)} (${formatPercent(shareOfTime)} of the time, up to ${formatMilliseconds(largestMs)})`
}

function rangeText(interval: Interval | undefined): string {
  return interval === undefined ? '' : ` (${formatNumber(interval[0])} to ${formatNumber(interval[1])})`
}
