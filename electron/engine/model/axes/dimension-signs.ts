import type { Dimension } from '../../../contract/model.ts'
import { meaningOf } from './dimension-names.ts'
import type { ShapedValue } from './batch-axes.ts'

/** The first dimension whose name says batch; the first of all, where there are several. */
export function axisNamedBatch(shape: readonly Dimension[]): number | undefined {
  const axis = shape.findIndex(
    (dimension) => typeof dimension === 'string' && meaningOf(dimension) === 'batch',
  )
  return axis < 0 ? undefined : axis
}

/** The size that most inputs and outputs begin with; of several, that of the first input. */
export function mostFrequentFirst(
  candidates: readonly ShapedValue[],
  outputs: readonly ShapedValue[],
): Dimension | undefined {
  const counts = new Map<Dimension | undefined, number>()
  for (const { shape } of [...candidates, ...outputs]) {
    if (shape.length >= 2) counts.set(shape[0], (counts.get(shape[0]) ?? 0) + 1)
  }
  const count = (size: Dimension | undefined) => counts.get(size) ?? 0
  const sizes = candidates.map(({ shape }) => shape[0])
  return sizes.reduce((best, size) => (count(size) > count(best) ? size : best), sizes[0])
}

/** `[3, 224, 224]`: channels, height and width without a batch. */
export function isSinglePicture(shape: readonly Dimension[]): boolean {
  const [channels, ...sides] = shape
  return (
    shape.length === 3 &&
    (channels === 3 || channels === 4) &&
    sides.every((side) => typeof side !== 'number' || side >= 16)
  )
}

/** Whether a size is not fixed. */
export const isOpen = (dimension: Dimension | undefined) =>
  dimension === null || typeof dimension === 'string'

/** Whether a dimension has no name that says what else it counts. */
export function meansNothingElse(dimension: Dimension | undefined): boolean {
  return typeof dimension !== 'string' || ['batch', 'unnamed', 'other'].includes(meaningOf(dimension))
}

/** Whether a dimension has a name that people gave it. */
export function meansOther(dimension: Dimension | undefined): boolean {
  return typeof dimension === 'string' && meaningOf(dimension) === 'other'
}

/** The symbolic name of a dimension, where it has one. */
export function symbolAt(shape: readonly Dimension[], axis: number): string | undefined {
  const dimension = shape[axis]
  return typeof dimension === 'string' ? dimension : undefined
}

/** ` (`batch`)`, to follow an axis in a sentence. */
export const said = (symbol: string | undefined) => (symbol === undefined ? '' : ` (\`${symbol}\`)`)
