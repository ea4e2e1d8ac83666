import { type CompletedTrialReport, type TrialReport } from '../../electron/contract/analysis.ts'
import { relativeHalfWidthOf } from '../../electron/contract/interval.ts'
import type { MemoryPeaks, Outcome, TrialConfig } from '../../electron/contract/trial.ts'

/** Everything but the batch size as a person says it: `cpu`, `cuda:1, 2 threads, height=48`, `cpu, cuda13, fp16`. */
export function configLabel(config: TrialConfig): string {
  const { executionProvider, device, threads, dims, variant, runtime } = config
  return [
    device === undefined || device === 0 ? executionProvider : `${executionProvider}:${device}`,
    ...(runtime === undefined ? [] : [runtime]),
    ...(threads === undefined ? [] : [threads === 1 ? '1 thread' : `${threads} threads`]),
    ...Object.entries(dims).map(([key, value]) => `${key}=${value}`),
    ...(variant === undefined ? [] : [variant]),
  ].join(', ')
}

/** The `±` of a trial's throughput, as a fraction; undefined without an interval. */
export function throughputUncertainty({ throughput }: CompletedTrialReport): number | undefined {
  return throughput.ci95 && relativeHalfWidthOf(throughput.ci95)
}

/** The memory that a trial is judged by: the device's where one was used, else the host's. In bytes. */
export function memoryPeak(memory: MemoryPeaks): number | undefined {
  return memory.devicePeakBytes ?? memory.hostPeakBytes
}

/** How an outcome is set apart in tables; never by its colour alone. */
export const outcomeTones: Record<Outcome, 'good' | 'bad' | 'caution' | 'neutral'> = {
  completed: 'good',
  'out-of-memory': 'bad',
  failed: 'bad',
  crashed: 'bad',
  'timed-out': 'caution',
  cancelled: 'neutral',
  skipped: 'neutral',
}

/** A trial's numbers, where it has any. */
export function completed(report: TrialReport | undefined): CompletedTrialReport | undefined {
  return report?.outcome === 'completed' ? report : undefined
}
