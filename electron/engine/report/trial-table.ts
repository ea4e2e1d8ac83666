import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import { relativeHalfWidthOf, type Interval } from '../../contract/interval.ts'
import { formatBytes, formatNumber, formatPercent } from '../../contract/quantity.ts'
import { orderedTrials } from './report-input.ts'

/** A table as text, ready for any kind of report. */
export interface ReportTable {
  columns: readonly { title: string; align: 'left' | 'right' }[]
  rows: readonly (readonly string[])[]
}

/** A column of words. */
export const left = (title: string) => ({ title, align: 'left' as const })

/** A column of numbers. */
export const right = (title: string) => ({ title, align: 'right' as const })

/** What stands where there is no number. */
export const nothing = '–'

/** The main numbers of every trial. */
export function trialTable(analysis: Analysis): ReportTable {
  const labels = seriesLabels(analysis)
  const flagged = analysis.trials.some(({ flags }) => flags.length > 0)
  const powered = analysis.trials.some((trial) => trial.outcome === 'completed' && trial.energy)
  const several = analysis.series.length > 1
  return {
    columns: [
      right('Batch'),
      ...(several ? [left('Configuration')] : []),
      left('Outcome'),
      right('Items/s'),
      right('± 95 %'),
      right('p50 ms'),
      right('p99 ms'),
      right('Memory'),
      ...(powered ? [right('J/item'), right('W')] : []),
      ...(flagged ? [left('Flags')] : []),
    ],
    rows: orderedTrials(analysis).map((trial) => [
      String(trial.config.batchSize),
      ...(several ? [labels.get(trial.id) ?? nothing] : []),
      outcomeWords(trial),
      ...numbers(trial),
      memoryWords(trial),
      ...(powered ? energyCells(trial) : []),
      ...(flagged ? [trial.flags.map(({ name }) => name).join(', ')] : []),
    ]),
  }
}

/** What a trial is called in a sentence: `batch 8`, or `batch 8 (cpu, 2 threads)` among several series. */
export function trialName(trial: TrialReport, analysis: Analysis): string {
  const name = `batch ${trial.config.batchSize}`
  const label = seriesLabels(analysis).get(trial.id)
  return analysis.series.length > 1 && label !== undefined ? `${name} (${label})` : name
}

/** Peak memory of the device, or of the host where that is what ran the model or all that is known. */
export function peakBytes({ config, memory, outcome }: TrialReport): number | undefined {
  if (memory.devicePeakBytes !== undefined) return memory.devicePeakBytes
  // What the host needed says nothing about a device that ran out of memory.
  const device = config.executionProvider !== 'cpu' && outcome !== 'completed'
  return device ? undefined : memory.hostPeakBytes
}

/** The same as text; `–` when it is not known. */
export function memoryWords(trial: TrialReport): string {
  const bytes = peakBytes(trial)
  return bytes === undefined ? nothing : formatBytes(bytes)
}

/** The `±` of an interval: `1.2 %`. */
function halfWidth(interval: Interval | undefined): string {
  const relative = interval && relativeHalfWidthOf(interval)
  return relative === undefined ? nothing : formatPercent(relative)
}

function numbers(trial: TrialReport): string[] {
  if (trial.outcome !== 'completed') return [nothing, nothing, nothing, nothing]
  const { throughput, latencyMs } = trial
  return [
    formatNumber(throughput.itemsPerSecond),
    halfWidth(throughput.ci95),
    formatNumber(latencyMs.p50),
    formatNumber(latencyMs.p99) + (latencyMs.unsupportedPercentiles.includes(99) ? '*' : ''),
  ]
}

function energyCells(trial: TrialReport): string[] {
  const energy = trial.outcome === 'completed' ? trial.energy : undefined
  return energy === undefined
    ? [nothing, nothing]
    : [formatNumber(energy.joulesPerItem), formatNumber(energy.meanWatts)]
}

function outcomeWords(trial: TrialReport): string {
  return trial.outcome.replaceAll('-', ' ')
}

/** What each trial's series is called, by trial id. */
export function seriesLabels(analysis: Analysis): Map<string, string> {
  return new Map(analysis.series.flatMap(({ label, trialIds }) => trialIds.map((id) => [id, label] as const)))
}
