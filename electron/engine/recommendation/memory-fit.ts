import type { Environment } from '../../contract/environment.ts'
import type { Constraints } from '../../contract/experiment.ts'
import type { MemoryFit } from '../../contract/fit.ts'
import type { Interval } from '../../contract/interval.ts'
import type { MemoryPeaks, MemoryPrediction, TrialConfig } from '../../contract/trial.ts'
import { predict, type AffineFit } from '../statistics/affine-fit.ts'
import { fitStretch } from '../statistics/affine-stretch.ts'

/** The peak of one batch size. */
export interface MemoryPoint {
  readonly batchSize: number
  readonly bytes: number
}

/** A configuration that completed, and the peaks of its executions. */
export interface MeasuredMemory {
  readonly config: TrialConfig
  readonly memory: MemoryPeaks
}

/**
 * Whose memory a series is judged by, and its peaks: the device's where the provider runs on one and its driver tells, else
 * the host's (as `memoryNeeded`, but the same for all trials: peaks of two kinds are on no common line).
 */
export function memoryPoints(trials: readonly MeasuredMemory[]): {
  of: MemoryPrediction['of']
  points: MemoryPoint[]
} {
  const pointsOf = (bytesOf: (memory: MemoryPeaks) => number | undefined) =>
    trials.flatMap(({ config, memory }) => {
      const bytes = bytesOf(memory)
      return bytes === undefined || !(bytes > 0) ? [] : [{ batchSize: config.batchSize, bytes }]
    })
  const onDevice = trials.some(({ config }) => config.executionProvider !== 'cpu')
  const device = onDevice ? pointsOf((memory) => memory.devicePeakBytes) : []
  return device.length > 0
    ? { of: 'device', points: device }
    : { of: 'host', points: pointsOf((memory) => memory.hostPeakBytes) }
}

/**
 * memory(b) = fixed + perItem x b, in bytes, over the longest stretch of batch sizes up to the largest that follows a line:
 * below some size a process needs what it needs anyway. `undefined` with fewer than two batch sizes. Two always lie on a
 * line, but nothing is known of its error.
 */
export function fitMemory(points: readonly MemoryPoint[]): AffineFit | undefined {
  return fitStretch(
    points.map(({ batchSize, bytes }) => ({ x: batchSize, y: bytes })),
    'to-largest',
  )
}

/** What one more execution at this batch size would need, in bytes; `undefined` where memory does not follow the line. */
export function predictMemory(
  fit: AffineFit,
  batchSize: number,
): { bytes: number; ci95?: Interval } | undefined {
  if (!fit.follows) return undefined
  const { value, interval } = predict(fit, batchSize)
  if (!(value > 0) || !Number.isFinite(value)) return undefined
  return { bytes: value, ...(interval && { ci95: [Math.max(0, interval[0]), interval[1]] }) }
}

/** Batch sizes beyond this are beyond any machine: a line that allows them says that memory is no limit. */
const largestThinkable = 2 ** 30

/**
 * The largest batch size whose predicted memory is within the limit; 0 when not even one item is. Its interval is where the
 * 95 % prediction interval crosses the limit (inverse prediction, Draper and Smith 1998, section 3.2): at its low end an
 * execution fits almost surely, above its high end almost surely not. Without an interval where the line is too uncertain
 * to bound it above. `undefined` where memory does not follow the line, or hardly grows with the batch size.
 */
export function largestWithin(
  fit: AffineFit,
  limitBytes: number,
): { batchSize: number; ci95?: Interval } | undefined {
  if (!fit.follows || !(fit.perItem > 0) || !Number.isFinite(limitBytes)) return undefined
  const batchSize = Math.max(0, Math.floor((limitBytes - fit.overhead) / fit.perItem))
  if (!(batchSize < largestThinkable)) return undefined
  const end = (index: 0 | 1) => (size: number) => predict(fit, size).interval?.[index] ?? NaN
  const low = lastWithin(end(1), limitBytes, 0, batchSize)
  const high = lastWithin(end(0), limitBytes, batchSize, largestThinkable)
  return low === undefined || high === undefined || high >= largestThinkable
    ? { batchSize }
    : { batchSize, ci95: [low, high] }
}

/** The largest whole number from `low` to `high` at which the rising `valueOf` is within the limit, by bisection. */
function lastWithin(
  valueOf: (size: number) => number,
  limit: number,
  low: number,
  high: number,
): number | undefined {
  if (Number.isNaN(valueOf(low)) || Number.isNaN(valueOf(high))) return undefined
  if (valueOf(high) <= limit) return high
  let [within, beyond] = [low, high]
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2)
    if (valueOf(middle) <= limit) within = middle
    else beyond = middle
  }
  return within
}

/** Where the limit of a series' memory comes from. */
export interface MemoryLimits {
  readonly constraints: Pick<Constraints, 'memoryBudgetBytes'>
  readonly environment?: Pick<Environment, 'host' | 'devices'> | undefined
}

/**
 * How much memory there is, in bytes: of the host the budget, else the machine's; of a device its total less what others
 * used before (the budget does not limit a device). `undefined` where it is not known.
 */
export function memoryLimit(
  of: MemoryPrediction['of'],
  trials: readonly MeasuredMemory[],
  { constraints, environment }: MemoryLimits,
): number | undefined {
  if (of === 'host') return constraints.memoryBudgetBytes ?? environment?.host.memoryBytes
  const index = trials[0]?.config.device ?? environment?.devices[0]?.index
  const device = environment?.devices.find((each) => each.index === index)
  const total = device?.memoryTotalBytes
  // Of a divided device a process gets one instance, and how much that has is not told.
  if (total === undefined || device?.migInstances !== undefined) return undefined
  return total - Math.max(0, ...trials.map(({ memory }) => memory.deviceBaselineBytes ?? 0))
}

/** The memory fit of a series, from its trials that completed. `undefined` with fewer than two batch sizes. */
export function memoryFitOf(trials: readonly MeasuredMemory[], limits: MemoryLimits): MemoryFit | undefined {
  const { of, points } = memoryPoints(trials)
  const fit = fitMemory(points)
  if (fit === undefined) return undefined
  const limitBytes = memoryLimit(of, trials, limits)
  const largest = limitBytes === undefined ? undefined : largestWithin(fit, limitBytes)
  return {
    of,
    fixedBytes: fit.overhead,
    perItemBytes: fit.perItem,
    batchSizes: fit.points.map(({ x }) => x),
    relativeError: fit.relativeError,
    follows: fit.follows,
    ...(limitBytes !== undefined && { limitBytes }),
    ...(largest && { largestThatFits: largest }),
  }
}
