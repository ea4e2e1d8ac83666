import type { ExperimentPreview } from '../../../electron/contract/experiment.ts'
import { formatDuration } from '../../../electron/contract/quantity.ts'

const whole = (value: number) => value.toLocaleString('en-US')

/** What a plan would do, in three short parts: trials, executions, time. */
export function planParts(plan: NonNullable<ExperimentPreview['plan']>): string[] {
  const about = plan.exact ? '' : 'about '
  const [least, most] = plan.estimateMs
  return [
    `${about}${whole(plan.trials)} ${plan.trials === 1 ? 'trial' : 'trials'}`,
    `${about}${whole(plan.executions)} ${plan.executions === 1 ? 'execution' : 'executions'}`,
    `${formatDuration(least)} to ${formatDuration(most)}`,
  ]
}

/** Why a plan's numbers are expectations. */
export function openEnd({ batch, timeBudget }: { batch: string; timeBudget: string }): string {
  const searches = batch.trim() === '' || /^\s*auto/i.test(batch)
  if (timeBudget.trim() === '') return 'the search decides as it goes'
  return searches
    ? 'the search decides as it goes, within the time budget'
    : 'as many as the time budget allows'
}
