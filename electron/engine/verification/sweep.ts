import type { TrialReport } from '../../contract/analysis.ts'
import { failureLine } from '../../contract/failure.ts'
import type { ExperimentOutcome } from './run-experiment.ts'
import type { Sweep, SweptTrial } from './report.ts'

/** What of an experiment goes into the report. */
export function sweepOf(
  model: string,
  { analysed: { analysis, spec }, history: { decisions } }: ExperimentOutcome,
): Sweep {
  const memoryFit = analysis.series[0]?.memoryFit
  return {
    model,
    rules: spec.rules,
    trials: analysis.trials.map(sweptTrial).sort((one, other) => one.batchSize - other.batchSize),
    ...(memoryFit && { memoryFit }),
    boundary: analysis.boundary,
    ...(analysis.drift && { drift: analysis.drift }),
    answer: [analysis.answer.headline, analysis.answer.support].filter(Boolean).join(' '),
    decisions,
  }
}

function sweptTrial(trial: TrialReport): SweptTrial {
  const { config, outcome, executions, memory, predictedMemory, flags } = trial
  const common = {
    ...{ batchSize: config.batchSize, outcome, executions, memory, flags },
    ...(predictedMemory && { predictedMemory }),
  }
  if (trial.outcome !== 'completed') return { ...common, failure: failureLine(trial.failure) }
  const { latencyMs, throughput, loadMs, firstInferenceMs, energy, perExecution = [] } = trial
  const windows = perExecution.map(({ samples, meanLatencyMs }) => samples * meanLatencyMs)
  return {
    ...common,
    itemsPerSecond: throughput.itemsPerSecond,
    ...(throughput.ci95 && { itemsPerSecondCi95: throughput.ci95 }),
    ...{ p50Ms: latencyMs.p50, p99Ms: latencyMs.p99 },
    p99Supported: !latencyMs.unsupportedPercentiles.includes(99),
    ...{ loadMs, firstInferenceMs },
    ...(windows.length > 0 && { windowMs: windows.reduce((sum, ms) => sum + ms, 0) / windows.length }),
    ...(energy && { energy }),
  }
}

/** The memory that a trial is judged by: as the fit of its sweep. */
export function memoryOf({ memory }: SweptTrial, of: 'device' | 'host'): number | undefined {
  return of === 'device' ? memory.devicePeakBytes : memory.hostPeakBytes
}
