import type { NumberPairs } from './output-numbers.ts'

/** Rows of scores in an output: `classes` neighbouring elements an item. */
export interface ScoreRows {
  readonly items: number
  readonly classes: number
}

/**
 * How an output would be laid out if it were scores: one row of two or more classes an item, row after row. That is so
 * where, besides the axis that counts items (the batch axis, or the first where none is known), exactly one axis is
 * longer than 1, and it comes after: [batch, classes], and [batch, classes, 1, 1] of older networks. A sequence of
 * scores or a picture has more than one such axis, and is not taken for scores; that a row is not a vector of features
 * cannot be told from its shape. `undefined` where it does not look like scores.
 */
export function scoreRows(shape: readonly number[], itemAxis = 0): ScoreRows | undefined {
  const long = shape.flatMap((size, axis) => (axis !== itemAxis && size > 1 ? [{ size, axis }] : []))
  const [classes] = long
  if (classes === undefined || long.length > 1 || classes.axis < itemAxis) return undefined
  return { items: shape[itemAxis] ?? 1, classes: classes.size }
}

/**
 * Share of items whose largest score is at the same place, 0 to 1. Of equal scores the first is the largest, as argmax
 * has it; where the reference itself is undecided, each of its largest is right. Scores that are not numbers are passed
 * over; rows of nothing else agree only with the like. Rows that are not whole are left out; `undefined` without any.
 */
export function topOneAgreement(pairs: NumberPairs, { items, classes }: ScoreRows): number | undefined {
  const rows = Math.min(items, Math.floor(pairs.length / classes))
  if (rows === 0) return undefined
  let agreeing = 0
  for (let row = 0; row < rows; row += 1) {
    const start = row * classes
    const expected = largestAt((index) => pairs.reference(index), start, classes)
    const found = largestAt((index) => pairs.variant(index), start, classes)
    const same =
      expected === found ||
      (expected !== undefined && found !== undefined && pairs.reference(expected) === pairs.reference(found))
    if (same) agreeing += 1
  }
  return agreeing / rows
}

function largestAt(at: (index: number) => number, start: number, count: number): number | undefined {
  let best: number | undefined
  let most = NaN
  for (let index = start; index < start + count; index += 1) {
    const value = at(index)
    if (Number.isNaN(value) || (best !== undefined && value <= most)) continue
    best = index
    most = value
  }
  return best
}
