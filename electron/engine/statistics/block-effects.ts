import { mean } from './sums.ts'

/** One execution's value on the logarithmic scale, and the block (round) it ran in. */
export interface BlockCell {
  readonly block: number
  readonly log: number
}

/** What is common to the executions of one block. */
export interface BlockEffect {
  readonly block: number
  /** On the logarithmic scale, around 0; moderated towards 0 as far as chance explains it. */
  readonly effect: number
  /** The same without moderation, and its variance as far as executions vary. */
  readonly raw: number
  readonly variance: number
}

export interface BlockModel {
  /** Mean of each row freed of the blocks' effects, in the order given. */
  readonly levels: readonly number[]
  /** Of blocks that more than one row ran in: only there is anything in common. Ascending by block. */
  readonly effects: readonly BlockEffect[]
  effectOf(block: number): number
  /** Degrees of freedom spent on block effects: between 0 (no drift) and the number of blocks less one. */
  readonly spentDegrees: number
  /** Degrees of freedom that are left for how executions vary when every block effect is taken in full. */
  readonly residualDegrees: number
}

/** Sweeps of the alternating estimation: blocks are few and nearly balanced, so that it converges at once. */
const sweeps = 12

/**
 * Additive model of row and block effects (a randomised block design, incomplete blocks allowed): a row is a
 * configuration, a cell one of its executions. Block effects are random: each is moderated by the share of its variance
 * that is more than executions vary anyway (best linear unbiased prediction, Henderson 1975; variance components by the
 * method of moments, Searle, Casella and McCulloch 1992, chapter 5). Where the machine did not drift they vanish, so that
 * comparing within blocks costs nothing; where it did they are taken out of the rows' means.
 */
export function fitBlocks(rows: readonly (readonly BlockCell[])[]): BlockModel {
  const shared = sharedBlocks(rows)
  const levels = rows.map((cells) => mean(cells.map(({ log }) => log)))
  const effects = new Map<number, BlockEffect>()
  const effectOf = (block: number) => effects.get(block)?.effect ?? 0
  let spentDegrees = 0
  const cells = rows.reduce((sum, row) => sum + row.length, 0)
  const repeats = cells - rows.length
  if (shared.size < 2) return { levels, effects: [], effectOf, spentDegrees, residualDegrees: repeats }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    rows.forEach((row, index) => {
      levels[index] = mean(row.map(({ block, log }) => log - effectOf(block)))
    })
    let squares = 0
    rows.forEach((row, index) => {
      for (const { block, log } of row) squares += (log - effectOf(block) - (levels[index] ?? 0)) ** 2
    })
    const between = squares / Math.max(1, repeats - spentDegrees)
    const raws = [...shared].map(([block, members]) => {
      // A row that ran in this block alone tells nothing about it: its level follows the block's effect.
      const told = members.filter(({ row }) => (rows[row]?.length ?? 0) > 1)
      const raw = mean(told.map(({ row, log }) => log - (levels[row] ?? 0)))
      return { block, raw, count: told.length }
    })
    const middle = mean(raws.filter(({ count }) => count > 0).map(({ raw }) => raw))
    const known = raws.filter(({ count }) => count > 1)
    const drifted =
      known.length < 2
        ? 0
        : Math.max(
            0,
            known.reduce((sum, { raw }) => sum + (raw - middle) ** 2, 0) / (known.length - 1) -
              mean(known.map(({ count }) => between / count)),
          )
    spentDegrees = 0
    for (const { block, raw, count } of raws) {
      const variance = between / Math.max(1, count)
      const share = count === 0 || !(drifted > 0) ? 0 : drifted / (drifted + variance)
      spentDegrees += share
      effects.set(block, { block, raw: raw - middle, effect: share * (raw - middle), variance })
    }
    spentDegrees = Math.max(0, spentDegrees - (spentDegrees > 0 ? 1 : 0))
  }
  const ordered = [...effects.values()].sort((one, other) => one.block - other.block)
  const residualDegrees = Math.max(0, repeats - (shared.size - 1))
  return { levels, effects: ordered, effectOf, spentDegrees, residualDegrees }
}

function sharedBlocks(rows: readonly (readonly BlockCell[])[]): Map<number, { row: number; log: number }[]> {
  const byBlock = new Map<number, { row: number; log: number }[]>()
  rows.forEach((cells, row) => {
    for (const { block, log } of cells) {
      const members = byBlock.get(block)
      if (members === undefined) byBlock.set(block, [{ row, log }])
      else members.push({ row, log })
    }
  })
  return new Map([...byBlock].filter(([, members]) => members.length > 1))
}
