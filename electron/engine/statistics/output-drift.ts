import type { OutputValue } from '../../contract/host-protocol.ts'
import type { OutputDrift } from '../../contract/output-drift.ts'
import { numberPairs, valueKind, type NumberPairs } from './output-numbers.ts'
import { scoreRows, topOneAgreement } from './top-one.ts'

/** How far apart two outputs are, or one sentence that says why they cannot be compared. */
export type OutputComparison = { ok: true; drift: OutputDrift } | { ok: false; problem: string }

/**
 * Compares an output of a variant with that of the reference on the same inputs. Real numbers of any precision are
 * compared as numbers, so are integers of any width, and booleans as 0 and 1; of strings, one that differs counts as a
 * difference of 1. Elements that are not finite in one of the two count in `notFinite`, unless both are the same, and
 * are left out of every other number. Differences beyond the largest double are told as the largest double.
 *
 * `batchAxis` is that of the output, for `top1Agreement` (see `scoreRows` for the rule).
 */
export function compareOutputs(
  reference: OutputValue,
  variant: OutputValue,
  { batchAxis }: { batchAxis?: number | undefined } = {},
): OutputComparison {
  const { name, shape } = reference
  const kind = valueKind(reference.type)
  const otherKind = valueKind(variant.type)
  if (kind === undefined || otherKind === undefined) {
    return { ok: false, problem: `Output "${name}" is of a type whose values cannot be compared.` }
  }
  if (kind !== otherKind) {
    const problem = `Output "${name}" is ${reference.type} in the reference and ${variant.type} in the variant.`
    return { ok: false, problem }
  }
  if (shape.length !== variant.shape.length || shape.some((size, axis) => size !== variant.shape[axis])) {
    const [ours, theirs] = [shape, variant.shape].map((sizes) => `[${sizes.join(', ')}]`)
    return {
      ok: false,
      problem: `Output "${name}" is ${ours} in the reference and ${theirs} in the variant.`,
    }
  }
  const ofElements = shape.reduce((product, size) => product * size, 1)
  if (kind === 'string')
    return { ok: true, drift: { output: name, ofElements, ...stringDrift(reference, variant) } }
  const pairs = numberPairs(reference, variant, ofElements)
  const rows = kind === 'real' ? scoreRows(shape, batchAxis) : undefined
  const top1Agreement = rows && topOneAgreement(pairs, rows)
  return {
    ok: true,
    drift: {
      ...{ output: name, elements: pairs.length, ofElements, ...numberDrift(pairs) },
      ...(top1Agreement !== undefined && { top1Agreement }),
    },
  }
}

type Measures = Omit<OutputDrift, 'output' | 'elements' | 'ofElements' | 'top1Agreement'>

/** Sums of this many elements are summed in turn: rounding then grows with thousands instead of millions of terms. */
const blockLength = 4096

/**
 * Maximum and mean of |v - r|, ‖v - r‖ / ‖r‖ and r·v / (‖r‖ ‖v‖) over the elements that are finite in both. Each of the
 * three vectors is scaled by a power of two, which is exact, so that no square overflows or vanishes.
 */
function numberDrift(pairs: NumberPairs): Measures {
  const extent = extentOf(pairs)
  const [ofReference, ofVariant] = [safeScale(extent.reference), safeScale(extent.variant)]
  const ofDifference = Math.min(ofReference, ofVariant)
  let [finite, notFinite, largest, absolute, squares] = [0, 0, 0, 0, 0]
  let [ownSquares, otherSquares, products] = [0, 0, 0]
  for (let from = 0; from < pairs.length; from += blockLength) {
    const to = Math.min(pairs.length, from + blockLength)
    let [blockAbsolute, blockSquares, blockOwn, blockOther, blockProducts] = [0, 0, 0, 0, 0]
    for (let index = from; index < to; index += 1) {
      const [reference, variant] = [pairs.reference(index), pairs.variant(index)]
      if (!Number.isFinite(reference) || !Number.isFinite(variant)) {
        if (!Object.is(reference, variant)) notFinite += 1
        continue
      }
      finite += 1
      const difference = Math.abs(pairs.difference(index, ofDifference))
      const [own, other] = [reference * ofReference, variant * ofVariant]
      if (difference > largest) largest = difference
      blockAbsolute += difference
      blockSquares += difference * difference
      blockOwn += own * own
      blockOther += other * other
      blockProducts += own * other
    }
    absolute += blockAbsolute
    squares += blockSquares
    ownSquares += blockOwn
    otherSquares += blockOther
    products += blockProducts
  }
  const relative = (Math.sqrt(squares) / Math.sqrt(ownSquares)) * (ofReference / ofDifference)
  const cosine = products / Math.sqrt(ownSquares * otherSquares)
  return {
    maxAbsolute: bounded(largest / ofDifference),
    meanAbsolute: finite === 0 ? 0 : bounded(absolute / finite / ofDifference),
    ...(ownSquares > 0 && { relative: bounded(relative) }),
    ...(ownSquares > 0 && otherSquares > 0 && { cosine: Math.max(-1, Math.min(1, cosine)) }),
    notFinite,
  }
}

/** Largest finite magnitude on either side. */
function extentOf(pairs: NumberPairs): { reference: number; variant: number } {
  let [reference, variant] = [0, 0]
  for (let index = 0; index < pairs.length; index += 1) {
    const [own, other] = [Math.abs(pairs.reference(index)), Math.abs(pairs.variant(index))]
    if (own > reference && own < Infinity) reference = own
    if (other > variant && other < Infinity) variant = other
  }
  return { reference, variant }
}

/** The power of two that brings `largest` near 1, as far as doubles have it. */
function safeScale(largest: number): number {
  return largest === 0 ? 1 : 2 ** -Math.max(-1000, Math.floor(Math.log2(largest)))
}

/** A project file holds no infinity. */
function bounded(value: number): number {
  return Math.min(value, Number.MAX_VALUE)
}

function stringDrift(reference: OutputValue, variant: OutputValue): Measures & { elements: number } {
  const [ours, theirs] = [[...reference.values], [...variant.values]]
  const elements = Math.min(ours.length, theirs.length)
  let different = 0
  for (let index = 0; index < elements; index += 1) if (ours[index] !== theirs[index]) different += 1
  return {
    elements,
    maxAbsolute: different > 0 ? 1 : 0,
    meanAbsolute: elements === 0 ? 0 : different / elements,
    notFinite: 0,
  }
}
