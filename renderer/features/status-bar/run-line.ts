import { formatDuration } from '../../../electron/contract/quantity.ts'
import type { RunProgress } from '../../../electron/contract/run-event.ts'

/** Where a run stands, in one line: `batch 24, block 2 of 3, 00:41 left`. */
export function runLine(progress: RunProgress, batchSize: number | undefined): string {
  if (progress.doing !== undefined) return progress.doing.replace(/\.$/, '')
  const parts = [`block ${progress.block} of ${progress.blocks}`]
  if (batchSize !== undefined) parts.unshift(`batch ${batchSize.toLocaleString('en-US')}`)
  if (progress.remainingMs !== undefined) parts.push(`${formatDuration(progress.remainingMs)} left`)
  return parts.join(', ')
}
