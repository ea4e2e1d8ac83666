import type { Interval } from '../../contract/interval.ts'
import { mean } from './sums.ts'
import { fitBlocks } from './block-effects.ts'
import { executionVariation, moderate, type Scatter } from './execution-variation.ts'
import type { MeanEstimate } from './mean-estimate.ts'
import { studentCritical } from './student.ts'

/** A configuration to be compared: what its executions measured, by the block they ran in. */
export interface Contender<K> {
  readonly key: K
  readonly executions: readonly {
    readonly block: number
    /** What is compared, above 0: items per second, or 1 / latency. More is better. */
    readonly value: number
    /** How well the execution's samples determine it. */
    readonly estimate: MeanEstimate
  }[]
}

/** The contender with the highest value, and those that cannot be told apart from it. */
export interface BestSet<K> {
  readonly best: K
  /** The best included, in the order given. */
  readonly equivalent: readonly K[]
  /** False when no execution was repeated, so that only the variation between samples could be taken into account. */
  readonly repeated: boolean
  /**
   * By how much `key` may be ahead of `than` at 95 %, all comparisons together, as a fraction of the latter's value; at
   * least 0. Infinity where nothing is known of one of them.
   */
  aheadAtMost(key: K, than: K): number
  /** By how much `key` measured ahead of `than`, as a fraction of the latter's value; below 0 when it is behind. */
  ahead(key: K, than: K): number
}

interface Measured<K> {
  readonly key: K
  /** Mean of the logarithms, freed of the blocks' effects. */
  readonly level: number
  /** Of the level, and the degrees of freedom that it rests on. */
  readonly variance: number
  readonly degreesOfFreedom: number
}

const confidence = 0.95

/**
 * Which contenders cannot be told apart from the best at 95 %, all comparisons together.
 *
 * Values are compared on the logarithmic scale within blocks (`fitBlocks`), so that drift common to a block cancels. What
 * is left varies between executions, estimated as for intervals (`moderate`). A contender belongs to the set unless it is
 * worse than the best by more than chance allows: multiple comparisons with the best (Hsu 1984), one-sided, with Sidak's
 * critical value, which is slightly on the safe side. `undefined` without contenders that have values.
 */
export function bestSet<K>(contenders: readonly Contender<K>[]): BestSet<K> | undefined {
  const { measured, repeated } = measureAll(contenders)
  const [first] = measured
  if (first === undefined) return undefined
  const best = measured.reduce((one, other) => (other.level > one.level ? other : one), first)
  const comparisons = Math.max(1, measured.length - 1)
  const twoSidedTail = 2 * (1 - confidence ** (1 / comparisons))
  const margin = (one: Measured<K>, other: Measured<K>) => {
    const degrees = Math.min(one.degreesOfFreedom, other.degreesOfFreedom)
    return studentCritical(twoSidedTail, degrees) * Math.sqrt(one.variance + other.variance)
  }
  const byKey = new Map(measured.map((each) => [each.key, each]))
  const between = (key: K, than: K, value: (one: Measured<K>, other: Measured<K>) => number) => {
    const [one, other] = [byKey.get(key), byKey.get(than)]
    return one === undefined || other === undefined ? Infinity : Math.expm1(value(one, other))
  }
  return {
    best: best.key,
    equivalent: measured
      .filter((each) => each === best || best.level - each.level <= margin(each, best))
      .map(({ key }) => key),
    repeated,
    aheadAtMost: (key, than) =>
      key === than
        ? 0
        : Math.max(
            0,
            between(key, than, (one, other) => one.level - other.level + margin(one, other)),
          ),
    ahead: (key, than) => between(key, than, (one, other) => one.level - other.level),
  }
}

/** How two contenders compare. */
export interface Ratio {
  readonly ratio: number
  /** At 95 %, for this comparison alone; absent where no execution was repeated. */
  readonly ci95?: Interval
}

/**
 * The value of one contender over another's, compared within blocks like the best set. `undefined` where one of them has no
 * values.
 */
export function ratiosWithinBlocks<K>(
  contenders: readonly Contender<K>[],
): (of: K, to: K) => Ratio | undefined {
  const { measured, repeated } = measureAll(contenders)
  const byKey = new Map(measured.map((each) => [each.key, each]))
  return (of, to) => {
    const [one, other] = [byKey.get(of), byKey.get(to)]
    if (one === undefined || other === undefined) return undefined
    const difference = one.level - other.level
    const degrees = Math.min(one.degreesOfFreedom, other.degreesOfFreedom)
    const halfWidth = studentCritical(1 - confidence, degrees) * Math.sqrt(one.variance + other.variance)
    const known = repeated && Number.isFinite(Math.exp(halfWidth))
    return {
      ratio: Math.exp(difference),
      ...(known && { ci95: [Math.exp(difference - halfWidth), Math.exp(difference + halfWidth)] }),
    }
  }
}

/** What counts as good as the best: half of the tolerance, so that the other half is left for what is not known. */
export function asGoodWithin(tolerance: number): number {
  return tolerance / 2
}

/**
 * What to use of a set: the smallest that cannot be told apart from the best and measured at most `within` (a fraction)
 * behind it. Where measuring was too short to tell, a small one that measured far behind is not named for that alone.
 */
export function smallestAsGood<K>(set: BestSet<K>, sizeOf: (key: K) => number, within: number): K {
  return set.equivalent.reduce(
    (one, other) => (sizeOf(other) < sizeOf(one) && set.ahead(set.best, other) <= within ? other : one),
    set.best,
  )
}

function measureAll<K>(contenders: readonly Contender<K>[]): {
  measured: Measured<K>[]
  repeated: boolean
} {
  const rows = contenders
    .map(({ key, executions }) => ({
      key,
      cells: executions
        .filter(({ value }) => value > 0 && Number.isFinite(value))
        .map(({ block, value, estimate }) => ({ block, log: Math.log(value), estimate })),
    }))
    .filter(({ cells }) => cells.length > 0)
  const { levels, effectOf, spentDegrees } = fitBlocks(rows.map(({ cells }) => cells))
  const repeats = rows.reduce((sum, { cells }) => sum + cells.length - 1, 0)
  // What the blocks' effects cost in degrees of freedom is borne by all rows in proportion.
  const share = repeats > 0 ? Math.max(0, repeats - spentDegrees) / repeats : 0
  const scattered = rows.map(({ key, cells }, row) => {
    const level = levels[row] ?? 0
    const within = mean(cells.map(({ estimate }) => estimate.relativeVariance ?? 0))
    const squares = cells.reduce((sum, { block, log }) => sum + (log - effectOf(block) - level) ** 2, 0)
    const degreesOfFreedom = (cells.length - 1) * share
    const scatter: Scatter | undefined =
      degreesOfFreedom > 0 ? { variance: squares / degreesOfFreedom, degreesOfFreedom, within } : undefined
    return { key, level, executions: cells.length, within, scatter }
  })
  const variation = executionVariation(scattered.flatMap(({ scatter }) => scatter ?? []))
  const measured = scattered.map(({ key, level, executions, within, scatter }): Measured<K> => {
    const moderated = moderate(scatter, variation, within)
    return {
      key,
      level,
      variance: Math.max(moderated?.variance ?? 0, within) / executions,
      degreesOfFreedom: moderated?.degreesOfFreedom ?? Infinity,
    }
  })
  return { measured, repeated: variation !== undefined }
}
