import { stringify } from 'csv-stringify/sync'
import type { TrialReport } from '../../contract/analysis.ts'
import { scalingEfficiencies } from '../../contract/evidence.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import type { VariantSummary } from '../../contract/variant-summary.ts'
import { referenceName } from '../../contract/variant-words.ts'
import { hasVariants } from '../experiment/configurations.ts'
import { orderedTrials, type ReportInput } from './report-input.ts'
import { hasTimes, timeColumns } from './time-columns.ts'

/** A field of a table: text, a number, or `undefined` for an empty one. */
type Field = string | number | undefined

/** Columns by name, each with how a row's field is found. */
type Columns<Row> = Record<string, (row: Row) => Field>

/** One row a trial, RFC 4180 (comma, CRLF, a header). Fields that do not apply are empty. */
export function trialsCsv({ analysis }: ReportInput): string {
  const trials = orderedTrials(analysis)
  const efficiencies = scalingEfficiencies(analysis)
  return table<TrialReport>(trials, {
    trial: ({ id }) => id,
    ...configColumns(
      trials.map(({ config }) => config),
      ({ config }) => config,
    ),
    outcome: ({ outcome }) => outcome,
    executions: ({ executions }) => executions,
    samples: (trial) => latency(trial)?.samples,
    latency_mean_ms: (trial) => latency(trial)?.mean,
    latency_mean_ci95_low_ms: (trial) => latency(trial)?.meanCi95?.[0],
    latency_mean_ci95_high_ms: (trial) => latency(trial)?.meanCi95?.[1],
    latency_stdev_ms: (trial) => latency(trial)?.stdev,
    latency_min_ms: (trial) => latency(trial)?.min,
    latency_p50_ms: (trial) => latency(trial)?.p50,
    latency_p90_ms: (trial) => latency(trial)?.p90,
    latency_p95_ms: (trial) => latency(trial)?.p95,
    latency_p99_ms: (trial) => latency(trial)?.p99,
    latency_max_ms: (trial) => latency(trial)?.max,
    outliers: (trial) => latency(trial)?.outliers?.count,
    unsupported_percentiles: (trial) => latency(trial)?.unsupportedPercentiles.join(' '),
    throughput_items_per_s: (trial) => throughput(trial)?.itemsPerSecond,
    throughput_ci95_low_items_per_s: (trial) => throughput(trial)?.ci95?.[0],
    throughput_ci95_high_items_per_s: (trial) => throughput(trial)?.ci95?.[1],
    scaling_efficiency: ({ id }) => efficiencies.get(id),
    host_peak_bytes: ({ memory }) => memory.hostPeakBytes,
    device_peak_bytes: ({ memory }) => memory.devicePeakBytes,
    device_baseline_bytes: ({ memory }) => memory.deviceBaselineBytes,
    device_measured_by: ({ memory }) => memory.deviceMeasuredBy,
    ...(trials.some((trial) => energy(trial) !== undefined) && energyColumns),
    load_ms: (trial) => (trial.outcome === 'completed' ? trial.loadMs : undefined),
    first_inference_ms: (trial) => (trial.outcome === 'completed' ? trial.firstInferenceMs : undefined),
    reason: ({ reason }) => reason,
    flags: ({ flags }) => flags.map(({ name }) => name).join(' '),
    flag_reasons: ({ flags }) => flags.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    ...(analysis.variants && variantColumns(analysis.variants)),
    ...(hasTimes(trials) && timeColumns),
    failure_code: (trial) => (trial.outcome === 'completed' ? undefined : trial.failure.code),
    failure_message: (trial) => (trial.outcome === 'completed' ? undefined : trial.failure.message),
  })
}

const energyColumns: Columns<TrialReport> = {
  energy_j_per_item: (trial) => energy(trial)?.joulesPerItem,
  power_mean_w: (trial) => energy(trial)?.meanWatts,
  power_readings: (trial) => energy(trial)?.readings,
}

/** How a trial compares with the reference; of the output that lies farthest off, where there are several. */
function variantColumns(summaries: readonly VariantSummary[]): Columns<TrialReport> {
  const rows = new Map(
    summaries.flatMap((summary) => summary.rows.map((row) => [row.trialId, { summary, row }])),
  )
  const of = ({ id }: TrialReport) => rows.get(id)
  return {
    model_bytes: (trial) => of(trial)?.summary.model?.bytes,
    speed_ratio: (trial) => of(trial)?.row.speed?.ratio,
    speed_ratio_ci95_low: (trial) => of(trial)?.row.speed?.ci95?.[0],
    speed_ratio_ci95_high: (trial) => of(trial)?.row.speed?.ci95?.[1],
    drift_output: (trial) => of(trial)?.row.worst?.output,
    drift_max_absolute: (trial) => of(trial)?.row.worst?.maxAbsolute,
    drift_mean_absolute: (trial) => of(trial)?.row.worst?.meanAbsolute,
    drift_relative: (trial) => of(trial)?.row.worst?.relative,
    drift_cosine: (trial) => of(trial)?.row.worst?.cosine,
    drift_top1_agreement: (trial) => of(trial)?.row.worst?.top1Agreement,
    drift_not_finite: (trial) => of(trial)?.row.worst?.notFinite,
    drift_problem: ({ outputDriftProblem }) => outputDriftProblem,
  }
}

interface SampleRow {
  config: TrialConfig
  trial: string
  execution: string
  block: number
  index: number
  latencyMs: number
}

/** One row a sample, in the order in which they were taken; `index` counts from 0 within an execution. */
export function samplesCsv({ experiment }: ReportInput): string {
  const configs = new Map(experiment.trials.map(({ id, config }) => [id, config]))
  const rows: SampleRow[] = []
  for (const { execution } of experiment.executions) {
    const config = configs.get(execution.trialId)
    if (execution.outcome !== 'completed' || config === undefined) continue
    const { id, trialId, block, samplesMs } = execution
    samplesMs.forEach((latencyMs, index) =>
      rows.push({ config, trial: trialId, execution: id, block, index, latencyMs }),
    )
  }
  return table<SampleRow>(rows, {
    trial: ({ trial }) => trial,
    ...configColumns([...configs.values()], ({ config }) => config),
    execution: ({ execution }) => execution,
    block: ({ block }) => block,
    index: ({ index }) => index,
    latency_ms: ({ latencyMs }) => latencyMs,
  })
}

/** The factors of `all` configurations; variant and runtime only where there are others than the model and the built-in. */
function configColumns<Row>(all: readonly TrialConfig[], configOf: (row: Row) => TrialConfig): Columns<Row> {
  const dims = dimensionKeys(all)
  return {
    ...(hasVariants(all) && { variant: (row: Row) => configOf(row).variant ?? referenceName }),
    batch_size: (row) => configOf(row).batchSize,
    execution_provider: (row) => configOf(row).executionProvider,
    ...(all.some(({ runtime }) => runtime !== undefined) && {
      runtime: (row: Row) => configOf(row).runtime ?? builtInRuntime,
    }),
    device: (row) => configOf(row).device,
    threads: (row) => configOf(row).threads,
    ...Object.fromEntries(dims.map((key) => [`dim_${key}`, (row: Row) => configOf(row).dims[key]])),
  }
}

function dimensionKeys(configs: Iterable<TrialConfig>): string[] {
  return [...new Set([...configs].flatMap(({ dims }) => Object.keys(dims)))].sort()
}

function latency(trial: TrialReport) {
  return trial.outcome === 'completed' ? trial.latencyMs : undefined
}

function throughput(trial: TrialReport) {
  return trial.outcome === 'completed' ? trial.throughput : undefined
}

function energy(trial: TrialReport) {
  return trial.outcome === 'completed' ? trial.energy : undefined
}

function table<Row>(rows: readonly Row[], columns: Columns<Row>): string {
  const readers = Object.values(columns)
  return stringify(
    rows.map((row) => readers.map((read) => read(row))),
    {
      header: true,
      columns: Object.keys(columns),
      record_delimiter: 'windows',
      // Messages of runtimes have line breaks of their own kind in them.
      quote_record_delimiter: true,
      // Names come from models, which are strangers' files: a spreadsheet must not take them for formulas.
      escape_formulas: true,
    },
  )
}
