import type { TrialReport } from '../contract/analysis.ts'
import { builtInRuntime } from '../contract/runtime.ts'
import type { Outcome, TrialConfig } from '../contract/trial.ts'

/** Outcomes as a person says them. */
export const outcomeWords: Record<Outcome, string> = {
  completed: 'completed',
  'out-of-memory': 'out of memory',
  failed: 'failed',
  crashed: 'crashed',
  'timed-out': 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** A factor as a column of a table: shown where its values differ. */
export interface FactorColumn {
  head: string
  valueOf(config: TrialConfig): string
}

/** The factors besides the batch size in which these trials differ. */
export function varyingFactors(trials: readonly Pick<TrialReport, 'config'>[]): FactorColumn[] {
  const dims = new Set(trials.flatMap(({ config }) => Object.keys(config.dims)))
  const columns: FactorColumn[] = [
    { head: 'variant', valueOf: ({ variant }) => variant ?? 'reference' },
    { head: 'EP', valueOf: ({ executionProvider }) => executionProvider },
    { head: 'runtime', valueOf: ({ runtime }) => runtime ?? builtInRuntime },
    { head: 'device', valueOf: ({ device }) => String(device ?? '') },
    { head: 'threads', valueOf: ({ threads }) => (threads === undefined ? 'default' : String(threads)) },
    ...[...dims].map((key) => ({
      head: key,
      valueOf: (config: TrialConfig) => String(config.dims[key] ?? ''),
    })),
  ]
  return columns.filter(({ valueOf }) => new Set(trials.map(({ config }) => valueOf(config))).size > 1)
}

/** A configuration in one line: `batch 8`, `batch 8, threads 2`. */
export function configWords(config: TrialConfig, factors: readonly FactorColumn[]): string {
  const parts = factors.map(({ head, valueOf }) => `${head} ${valueOf(config)}`)
  return [`batch ${config.batchSize}`, ...parts].join(', ')
}
