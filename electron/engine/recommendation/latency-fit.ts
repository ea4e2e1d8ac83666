import type { CompletedTrialReport } from '../../contract/analysis.ts'
import type { LatencyFit } from '../../contract/fit.ts'
import { halfSaturation } from '../statistics/affine-fit.ts'
import { fitStretch } from '../statistics/affine-stretch.ts'

/**
 * latency(b) = overhead + perItem x b through the mean latencies of a series' trials, over the longest stretch of batch
 * sizes that follows a line (`fitStretch`). What is derived from the time per item is absent unless that is above 0 beyond
 * doubt at 95 %: in a stretch where more items cost nothing there is no asymptote to speak of. `undefined` with fewer than
 * three batch sizes.
 */
export function fitLatency(
  trials: readonly Pick<CompletedTrialReport, 'config' | 'latencyMs' | 'flags'>[],
): LatencyFit | undefined {
  const points = trials
    .filter(({ flags }) => !flags.some(({ name }) => name === 'batch-ignored'))
    .map(({ config, latencyMs }) => ({ x: config.batchSize, y: latencyMs.mean }))
  if (new Set(points.map(({ x }) => x)).size < 3) return undefined
  const fit = fitStretch(points, 'anywhere')
  if (fit === undefined) return undefined
  const hasSlope = fit.follows && (fit.perItemInterval?.[0] ?? 0) > 0
  const halfSaturationBatch = hasSlope ? halfSaturation(fit) : undefined
  return {
    overheadMs: fit.overhead,
    ...(fit.overheadInterval && { overheadCi95: fit.overheadInterval }),
    perItemMs: fit.perItem,
    ...(fit.perItemInterval && { perItemCi95: fit.perItemInterval }),
    batchSizes: fit.points.map(({ x }) => x),
    relativeError: fit.relativeError,
    follows: fit.follows,
    ...(halfSaturationBatch !== undefined && { halfSaturationBatch }),
    ...(hasSlope && { asymptoticItemsPerSecond: 1000 / fit.perItem }),
  }
}
