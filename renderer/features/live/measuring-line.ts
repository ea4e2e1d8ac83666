import { formatCount, formatDuration } from '../../../electron/contract/quantity.ts'
import type { LiveTrial, RunProgress } from '../../../electron/contract/run-event.ts'
import type { ExecutionPhase } from '../../../electron/contract/trial.ts'
import { configLabel } from '../../stores/trial-cells.ts'

export const phaseNames: Record<ExecutionPhase, string> = {
  starting: 'starting the session host',
  loading: 'loading the model',
  'first-inference': 'first inference',
  'warming-up': 'warming up',
  measuring: 'measuring',
  ending: 'ending',
}

/** What is being measured now, in parts that are shown next to each other. */
export function measuringParts(progress: RunProgress, current: LiveTrial | undefined): string[] {
  if (progress.current === undefined || current === undefined) {
    return [progress.doing ?? 'Between executions']
  }
  const { config } = current.trial
  return [`Batch ${formatCount(config.batchSize)}`, configLabel(config), phaseNames[progress.current.phase]]
}

/** How far a run is: `7 of 18 executions`, `block 2 of 3`, `00:41 left`. */
export function progressParts(progress: RunProgress): string[] {
  const { executionsDone, executionsPlanned, block, blocks, remainingMs } = progress
  return [
    `${executionsDone} of ${executionsPlanned} executions`,
    ...(blocks > 1 ? [`block ${block} of ${blocks}`] : []),
    ...(remainingMs === undefined ? [] : [`${formatDuration(remainingMs)} left`]),
  ]
}

/** How far a run is, from 0 to 1; undefined before anything is planned. */
export function progressFraction({ executionsDone, executionsPlanned }: RunProgress): number | undefined {
  return executionsPlanned === 0 ? undefined : Math.min(1, executionsDone / executionsPlanned)
}
