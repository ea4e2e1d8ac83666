import { formatCount } from '../../../electron/contract/quantity.ts'
import type { LiveTrial } from '../../../electron/contract/run-event.ts'
import type { TrialBand } from '../../charts/trial-bands.ts'
import { failureOf, type ExecutionSpan } from '../../stores/run-bands.ts'

/**
 * The bands behind the live charts: one for each execution, named by its batch size. A trial that gave no numbers
 * is marked at the end of its last execution.
 */
export function liveBands(spans: readonly ExecutionSpan[], trials: readonly LiveTrial[]): TrialBand[] {
  const byId = new Map(trials.map((live) => [live.trial.id, live]))
  const lastOf = new Map(spans.map((span) => [span.trialId, span]))
  return spans.map((span) => {
    const live = byId.get(span.trialId)
    return {
      ...span,
      label: live === undefined ? '' : formatCount(live.trial.config.batchSize),
      failure:
        lastOf.get(span.trialId) === span && span.toMs !== undefined ? failureOf(live?.report) : undefined,
    }
  })
}
