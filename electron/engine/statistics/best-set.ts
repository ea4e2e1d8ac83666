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
}

interface Measured<K> {
  readonly key: K
  /** Mean of the logarithms, freed of the blocks' effects. */
  readonly level: number
  readonly executions: number
  readonly within: number
  readonly scatter: Scatter | undefined
}

/**
 * Which contenders cannot be told apart from the best at 95 %, all comparisons together.
 *
 * Values are compared on the logarithmic scale within blocks: an additive model of contender and block effects
 * (randomised complete block design; incomplete blocks by alternating least squares), so that drift common to a block
 * cancels. What is left varies between executions, estimated as for intervals (`moderate`). A contender belongs to the set
 * unless it is worse than the best by more than chance allows: multiple comparisons with the best (Hsu 1984), one-sided,
 * with Sidak's critical value, which is slightly on the safe side. `undefined` without contenders that have values.
 */
export function bestSet<K>(contenders: readonly Contender<K>[]): BestSet<K> | undefined {
  const measured = freedOfBlocks(contenders)
  const [first] = measured
  if (first === undefined) return undefined
  const best = measured.reduce((one, other) => (other.level > one.level ? other : one), first)
  const variation = executionVariation(measured.flatMap(({ scatter }) => scatter ?? []))

  const comparisons = Math.max(1, measured.length - 1)
  const oneSided = 1 - 0.95 ** (1 / comparisons)
  const errorOf = (contender: Measured<K>) => {
    const scatter = moderate(contender.scatter, variation, contender.within)
    const variance = Math.max(scatter?.variance ?? 0, contender.within)
    return {
      variance: variance / contender.executions,
      degreesOfFreedom: scatter?.degreesOfFreedom ?? Infinity,
    }
  }
  const ofBest = errorOf(best)
  const equivalent = measured.filter((contender) => {
    if (contender === best) return true
    const error = errorOf(contender)
    const degrees = Math.min(error.degreesOfFreedom, ofBest.degreesOfFreedom)
    const margin = studentCritical(2 * oneSided, degrees) * Math.sqrt(error.variance + ofBest.variance)
    return best.level - contender.level <= margin
  })
  return {
    best: best.key,
    equivalent: equivalent.map(({ key }) => key),
    repeated: variation !== undefined,
  }
}

/** Sweeps of the alternating least squares: blocks are few and nearly balanced, so that it converges at once. */
const sweeps = 20

function freedOfBlocks<K>(contenders: readonly Contender<K>[]): Measured<K>[] {
  const rows = contenders
    .map(({ key, executions }) => ({
      key,
      cells: executions
        .filter(({ value }) => value > 0 && Number.isFinite(value))
        .map(({ block, value, estimate }) => ({ block, log: Math.log(value), estimate })),
    }))
    .filter(({ cells }) => cells.length > 0)
  const cellCount = rows.reduce((sum, { cells }) => sum + cells.length, 0)
  const blocks = sharedBlocks(rows)

  const levels = rows.map(() => 0)
  const effects = new Map<number, number>()
  const effectOf = (block: number) => effects.get(block) ?? 0
  for (let sweep = 0; sweep < sweeps; sweep++) {
    rows.forEach(({ cells }, row) => {
      levels[row] = mean(cells.map(({ block, log }) => log - effectOf(block)))
    })
    if (blocks.size < 2) break
    for (const [block, members] of blocks) {
      effects.set(block, mean(members.map(({ row, log }) => log - (levels[row] ?? 0))))
    }
  }

  // Every block effect but one costs a degree of freedom, borne by all rows in proportion.
  const repeats = cellCount - rows.length
  const left = repeats - Math.max(0, blocks.size - 1)
  const share = repeats > 0 ? Math.max(0, left) / repeats : 0
  return rows.map(({ key, cells }, row) => {
    const level = levels[row] ?? 0
    const within = mean(cells.map(({ estimate }) => estimate.relativeVariance ?? 0))
    const squares = cells.reduce((sum, { block, log }) => sum + (log - effectOf(block) - level) ** 2, 0)
    const degreesOfFreedom = (cells.length - 1) * share
    return {
      key,
      level,
      executions: cells.length,
      within,
      scatter:
        degreesOfFreedom > 0 ? { variance: squares / degreesOfFreedom, degreesOfFreedom, within } : undefined,
    }
  })
}

/** Cells by block, of blocks that more than one row ran in: only there is anything in common to cancel. */
function sharedBlocks(
  rows: readonly { cells: readonly { block: number; log: number }[] }[],
): Map<number, { row: number; log: number }[]> {
  const byBlock = new Map<number, { row: number; log: number }[]>()
  rows.forEach(({ cells }, row) => {
    for (const { block, log } of cells) {
      const members = byBlock.get(block)
      if (members === undefined) byBlock.set(block, [{ row, log }])
      else members.push({ row, log })
    }
  })
  return new Map([...byBlock].filter(([, members]) => members.length > 1))
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
