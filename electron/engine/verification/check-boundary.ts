import type { Boundary } from '../../contract/analysis.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { formatCount, formatPercent, formatSignedPercent } from '../../contract/quantity.ts'
import type { Outcome } from '../../contract/trial.ts'
import type { Problem } from './check-load.ts'
import type { Tolerances } from './plan.ts'
import type { Judgement, Sweep } from './report.ts'

/** What the search for the memory boundary came to. */
export interface BoundarySearch {
  readonly boundary: Boundary | null
  /** What the sweep before it predicted to fit. */
  readonly predicted?: number | undefined
  /** Whether a small batch ran after it; why not. */
  readonly after: { ok: true } | ({ ok: false } & Problem)
  readonly outOfTime: boolean
  /** The last decisions of its planner. */
  readonly decisions: readonly string[]
  /** The largest batch size that can be run at all. */
  readonly feedable: number
  /** Every batch size that was tried; where it ended without numbers, why. */
  readonly tried: readonly { batchSize: number; outcome: Outcome; executions: number; problem?: string }[]
}

/** ONNX Runtime for Node counts the elements of a tensor in 32 bits; so do cuDNN and many kernels. */
const mostElements = 2 ** 31 - 1

/**
 * The largest batch size that can be run at all: no input may have more elements than can be counted, nor the largest
 * tensor of the graph, where it is known how many it has an item.
 */
export function largestFeedable(
  { inputs }: Pick<ModelDescription, 'inputs'>,
  largestTensorElements = 1,
): number {
  const elements = inputs.map(({ shape, batchAxis }) =>
    shape.reduce<number>(
      (product, size, axis) => (axis === batchAxis || typeof size !== 'number' ? product : product * size),
      1,
    ),
  )
  return Math.floor(mostElements / Math.max(1, largestTensorElements, ...elements))
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

/**
 * Once more between the two sizes that an experiment found, and as near as is asked for; `undefined` where they are near
 * enough, or nothing fits.
 */
export function guessNearer(
  { largestThatFits: fits, smallestThatDoesNot }: Boundary,
  { predicted }: BoundaryGuess,
  { boundaryWidth }: Pick<Tolerances, 'boundaryWidth'>,
): BoundaryGuess | undefined {
  if (fits === null || isNear(smallestThatDoesNot - fits, fits, boundaryWidth)) return undefined
  return {
    batchSizes: [fits, smallestThatDoesNot],
    granularity: Math.max(1, Math.floor(boundaryWidth * fits)),
    ...(predicted !== undefined && { predicted }),
  }
}

/** One batch size is always near enough. */
function isNear(width: number, fits: number, boundaryWidth: number): boolean {
  return width <= Math.max(1, boundaryWidth * fits)
}

/** The boundary has to be found to within the width asked for, survived, and followed by a session that works. */
export function judgeBoundary(
  model: string,
  search: BoundarySearch,
  { boundaryWidth }: Pick<Tolerances, 'boundaryWidth'>,
): Judgement {
  const { boundary, predicted, after, decisions, tried } = search
  const fits = boundary?.largestThatFits ?? null
  const width = boundary === null || fits === null ? undefined : boundary.smallestThatDoesNot - fits
  const figures = {
    ...{ model, largestThatFits: fits, smallestThatDoesNot: boundary?.smallestThatDoesNot ?? null },
    limitedBy: boundary?.limitedBy ?? null,
    ...(width !== undefined && fits !== null && { width, relativeWidth: width / fits }),
    predicted: predicted ?? null,
    sessionAfter: after.ok,
    largestThatCanRun: search.feedable,
    tried: tried.map((each) => ({ ...each })),
    decisions,
  }
  if (!after.ok) {
    const when = boundary === null ? 'After the search' : 'After running out of memory'
    return after.timedOut
      ? {
          ...{ verdict: 'skipped', because: 'no-time', figures },
          sentence: `${when}, a small batch did not end in time: ${after.problem}`,
        }
      : { verdict: 'failed', sentence: `${when}, a small batch no longer ran: ${after.problem}`, figures }
  }
  if (boundary === null) {
    const sentence = `Nothing ran out of memory up to batch ${formatCount(largestOf(tried, 'completed'))}`
    return withoutBoundary(sentence, search, figures)
  }
  const { smallestThatDoesNot, limitedBy } = boundary
  if (fits === null || width === undefined) {
    const sentence = `Nothing below batch ${formatCount(smallestThatDoesNot)}, which ran out of ${limitedBy} memory, is known to fit twice`
    return withoutBoundary(sentence, search, figures)
  }
  const bracket = `${model}: batch ${formatCount(fits)} fits (ran twice), ${formatCount(smallestThatDoesNot)} runs out of ${limitedBy} memory`
  if (!isNear(width, fits, boundaryWidth)) {
    const sentence = `${bracket}; that is ${formatPercent(width / fits)} apart, not within ${100 * boundaryWidth} %`
    return withoutBoundary(sentence, search, figures)
  }
  const beside =
    predicted === undefined
      ? ''
      : ` Predicted before: ${formatCount(predicted)} (${formatSignedPercent(predicted / fits - 1)}).`
  return { verdict: 'passed', sentence: `${bracket}.${beside} A small batch ran afterwards.`, figures }
}

/**
 * What it comes to where the boundary was not found, or not nearly enough: nothing can be said where the model cannot be
 * run any larger, or where a size ended in another way than for want of memory.
 */
function withoutBoundary(
  sentence: string,
  { tried, feedable, outOfTime, boundary }: BoundarySearch,
  figures: Judgement['figures'],
): Judgement {
  const nothing = { verdict: 'skipped', because: 'nothing-to-judge', figures } as const
  const failed = tried.find(({ outcome }) => outcome === 'failed')
  if (failed !== undefined) {
    const why = failed.problem === undefined ? '.' : `: ${failed.problem}`
    return {
      ...nothing,
      sentence: `${sentence}. Batch ${formatCount(failed.batchSize)} did not run for another reason${why}`,
    }
  }
  if (boundary === null && largestOf(tried, 'completed') >= feedable) {
    return {
      ...nothing,
      sentence: `${sentence}, the largest that this model can be run at: a tensor would have more than 2^31 elements.`,
    }
  }
  if (outOfTime)
    return { ...nothing, sentence: `${sentence}. No time left to search on.`, because: 'no-time' }
  return { verdict: 'failed', sentence: `${sentence}.`, figures }
}

function largestOf(tried: BoundarySearch['tried'], how: Outcome): number {
  return Math.max(0, ...tried.filter(({ outcome }) => outcome === how).map(({ batchSize }) => batchSize))
}
