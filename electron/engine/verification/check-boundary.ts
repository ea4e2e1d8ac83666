import type { Boundary } from '../../contract/analysis.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { formatCount, formatPercent, formatSignedPercent } from '../../contract/quantity.ts'
import type { Tolerances } from './plan.ts'
import type { Judgement, Sweep } from './report.ts'

/** What the search for the memory boundary came to. */
export interface BoundarySearch {
  readonly boundary: Boundary | null
  /** What the sweep before it predicted to fit. */
  readonly predicted?: number | undefined
  /** Whether a small batch ran after it; why not. */
  readonly after: { ok: true } | { ok: false; problem: string }
  readonly outOfTime: boolean
  /** The last decisions of its planner. */
  readonly decisions: readonly string[]
  /** Every batch size that was tried. */
  readonly tried: readonly { batchSize: number; outcome: string; executions: number }[]
}

/** ONNX Runtime for Node counts the elements of a tensor in 32 bits. */
const mostElements = 2 ** 31 - 1

/** The largest batch size whose inputs can be fed at all. */
export function largestFeedable({ inputs }: Pick<ModelDescription, 'inputs'>): number {
  const elements = inputs.map(({ shape, batchAxis }) =>
    shape.reduce<number>(
      (product, size, axis) => (axis === batchAxis || typeof size !== 'number' ? product : product * size),
      1,
    ),
  )
  return Math.floor(mostElements / Math.max(1, ...elements))
}

/** Where the search begins: batch sizes that bracket the boundary if the sweep's prediction is right. */
export interface BoundaryGuess {
  readonly batchSizes: readonly number[]
  readonly granularity: number
  /** What the sweep predicts to be the largest that fits; absent where it predicts nothing. */
  readonly predicted?: number
}

/**
 * Batch sizes well below, below and above the boundary as far as the sweep tells, and how near it is to be measured: half
 * of the width that is asked for, because the boundary may lie below what was predicted. `undefined` where inputs of that
 * size cannot be fed.
 */
export function guessBoundary(
  sweep: Sweep,
  feedable: number,
  { boundaryWidth }: Pick<Tolerances, 'boundaryWidth'>,
): BoundaryGuess | undefined {
  const { boundary, memoryFit, trials } = sweep
  const completed = trials.filter(({ outcome }) => outcome === 'completed').map(({ batchSize }) => batchSize)
  const largest = Math.max(0, ...completed)
  if (largest === 0) return undefined
  const predicted = boundary?.predicted?.batchSize ?? memoryFit?.largestThatFits?.batchSize
  const [low, high] =
    boundary === null ? [largest, Infinity] : [boundary.largestThatFits ?? 1, boundary.smallestThatDoesNot]
  const expected = Math.min(Math.max(predicted ?? 2 * largest, low), high - 1)
  if (expected >= feedable) return undefined
  const beyond = Math.min(Math.ceil(1.5 * expected), high, feedable)
  const below = [expected / 4, expected / 2].map((size) => Math.max(1, Math.floor(size)))
  return {
    batchSizes: [...new Set([...below, beyond])].sort((one, other) => one - other),
    granularity: Math.max(1, Math.floor((boundaryWidth / 2) * expected)),
    ...(predicted !== undefined && { predicted }),
  }
}

/** The next guess when everything fitted: as far again. `undefined` where inputs of that size cannot be fed. */
export function guessFurther(
  guess: BoundaryGuess,
  feedable: number,
  { boundaryWidth }: Pick<Tolerances, 'boundaryWidth'>,
): BoundaryGuess | undefined {
  const largest = guess.batchSizes.at(-1) ?? 1
  const next = Math.min(2 * largest, feedable)
  if (next <= largest) return undefined
  return {
    ...guess,
    batchSizes: [Math.ceil(largest / 2), largest, next],
    // What fits is known to be no smaller.
    granularity: Math.max(1, Math.floor(boundaryWidth * largest)),
  }
}

/** The boundary has to be found to within the width asked for, survived, and followed by a session that works. */
export function judgeBoundary(
  model: string,
  search: BoundarySearch,
  { boundaryWidth }: Pick<Tolerances, 'boundaryWidth'>,
): Judgement {
  const { boundary, predicted, after, outOfTime, decisions, tried } = search
  const fits = boundary?.largestThatFits ?? null
  const width = boundary === null || fits === null ? undefined : boundary.smallestThatDoesNot - fits
  const figures = {
    ...{ model, largestThatFits: fits, smallestThatDoesNot: boundary?.smallestThatDoesNot ?? null },
    limitedBy: boundary?.limitedBy ?? null,
    ...(width !== undefined && fits !== null && { width, relativeWidth: width / fits }),
    predicted: predicted ?? null,
    sessionAfter: after.ok,
    tried: tried.map((each) => ({ ...each })),
    decisions,
  }
  if (!after.ok) {
    return {
      verdict: 'failed',
      sentence: `After running out of memory, a small batch no longer ran: ${after.problem}`,
      figures,
    }
  }
  if (boundary === null) {
    const largest = Math.max(
      0,
      ...tried.filter(({ outcome }) => outcome === 'completed').map(({ batchSize }) => batchSize),
    )
    const sentence = `Nothing ran out of memory up to batch ${formatCount(largest)}`
    return outOfTime
      ? {
          verdict: 'skipped',
          sentence: `${sentence}; no time left to go further.`,
          figures,
          because: 'no-time',
        }
      : { verdict: 'failed', sentence: `${sentence}, so that no boundary was found.`, figures }
  }
  const { smallestThatDoesNot, limitedBy } = boundary
  if (fits === null || width === undefined) {
    const sentence = `Nothing below batch ${formatCount(smallestThatDoesNot)}, which ran out of ${limitedBy} memory, is known to fit twice.`
    return outOfTime
      ? {
          verdict: 'skipped',
          sentence: `${sentence} No time left to search on.`,
          figures,
          because: 'no-time',
        }
      : { verdict: 'failed', sentence, figures }
  }
  const bracket = `${model}: batch ${formatCount(fits)} fits (ran twice), ${formatCount(smallestThatDoesNot)} runs out of ${limitedBy} memory`
  if (width > Math.max(1, boundaryWidth * fits)) {
    const sentence = `${bracket}; that is ${formatPercent(width / fits)} apart, not within ${100 * boundaryWidth} %.`
    return outOfTime
      ? {
          verdict: 'skipped',
          sentence: `${sentence} No time left to search on.`,
          figures,
          because: 'no-time',
        }
      : { verdict: 'failed', sentence, figures }
  }
  const beside =
    predicted === undefined
      ? ''
      : ` Predicted before: ${formatCount(predicted)} (${formatSignedPercent(predicted / fits - 1)}).`
  return { verdict: 'passed', sentence: `${bracket}.${beside} A small batch ran afterwards.`, figures }
}
