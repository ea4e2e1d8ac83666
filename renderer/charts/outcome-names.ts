import type { Outcome } from '../../electron/contract/trial.ts'

/** Name of an outcome, as the interface says it. */
export const outcomeNames: Record<Outcome, string> = {
  completed: 'completed',
  'out-of-memory': 'out of memory',
  failed: 'failed',
  crashed: 'crashed',
  'timed-out': 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}
