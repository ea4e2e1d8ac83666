import type { CompletedExecution, Execution } from '../../contract/trial.ts'
import { executionVariation, scatterOf, type ExecutionVariation } from '../statistics/execution-variation.ts'
import { estimateMean, type MeanEstimate } from '../statistics/mean-estimate.ts'
import { sortSamples, type SortedSamples } from '../statistics/quantile.ts'

/** What one completed execution measured. */
export interface MeasuredExecution {
  readonly execution: CompletedExecution
  /** Of its samples, in ms. */
  readonly latency: MeanEstimate
  /**
   * Wall time of the measured window per sample, in ms: the latency and the little between samples. Items per second
   * are the batch size over it.
   */
  readonly period: MeanEstimate
}

/** What the completed executions of one trial measured together. */
export interface Measurement {
  readonly executions: readonly MeasuredExecution[]
  /** All their samples, in ms. */
  readonly sorted: SortedSamples
}

/** Longer than any run: a time beyond it (285,000 years) is a broken clock's, and its square no longer a number. */
const longestMs = Number.MAX_SAFE_INTEGER

/**
 * Reads a completed execution. One without samples, with a sample that is negative or not a number, or with a window that
 * took no time measured nothing: `undefined`.
 */
export function measureExecution(execution: CompletedExecution): MeasuredExecution | undefined {
  if (!(execution.windowMs > 0 && execution.windowMs <= longestMs)) return undefined
  if (execution.samplesMs.some((sample) => sample > longestMs)) return undefined
  const latency = estimateMean(execution.samplesMs)
  if (latency === undefined) return undefined
  return { execution, latency, period: { ...latency, mean: execution.windowMs / latency.samples } }
}

/** Reads a trial's completed executions; `undefined` when none measured anything. */
export function measure(executions: readonly Execution[]): Measurement | undefined {
  const measured = executions.flatMap((execution) =>
    execution.outcome === 'completed' ? (measureExecution(execution) ?? []) : [],
  )
  if (measured.length === 0) return undefined
  return {
    executions: measured,
    sorted: sortSamples(measured.flatMap(({ execution }) => execution.samplesMs)),
  }
}

/** What all trials of an experiment together show of differences between executions; `undefined` while none ran twice. */
export function variationOf(
  measurements: readonly (Measurement | undefined)[],
): ExecutionVariation | undefined {
  const latencies = measurements.map((each) => (each?.executions ?? []).map(({ latency }) => latency))
  return executionVariation(latencies.flatMap((estimates) => scatterOf(estimates) ?? []))
}
