import type { CompletedTrialReport, ExecutionSummary } from '../../contract/analysis.ts'
import type { ExecutionEstimate } from '../statistics/change-test.ts'

/** What one execution of a trial measured, of the two quantities that are compared. */
export interface TrialExecution {
  /** In ms. */
  readonly latency: ExecutionEstimate
  /** Wall time per sample, in ms: the batch size over the items per second. */
  readonly period: ExecutionEstimate
}

/**
 * The executions of a trial; `undefined` where its report does not tell them, as in documents of versions before 0.2, and
 * where one is not what an execution can measure: a document can have been edited by hand.
 */
export function executionsOf({ config, perExecution }: CompletedTrialReport): TrialExecution[] | undefined {
  if (perExecution === undefined || perExecution.length === 0) return undefined
  const executions = perExecution.flatMap((each) => readExecution(each, config.batchSize) ?? [])
  return executions.length === perExecution.length ? executions : undefined
}

function readExecution(
  { block, samples, meanLatencyMs, itemsPerSecond, meanRelativeVariance, sampleBlocks }: ExecutionSummary,
  batchSize: number,
): TrialExecution | undefined {
  const periodMs = (batchSize * 1000) / itemsPerSecond
  const isTime = (ms: number) => ms > 0 && Number.isFinite(ms)
  if (!isTime(meanLatencyMs) || !isTime(periodMs) || !(samples >= 1)) return undefined
  if (meanRelativeVariance !== undefined && !(meanRelativeVariance >= 0)) return undefined
  const common = {
    ...{ block, samples, blocks: sampleBlocks },
    ...(meanRelativeVariance !== undefined && { relativeVariance: meanRelativeVariance }),
  }
  return { latency: { ...common, mean: meanLatencyMs }, period: { ...common, mean: periodMs } }
}
