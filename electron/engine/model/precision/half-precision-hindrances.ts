import { formatNumber } from '../../../contract/quantity.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import { elementsAtOnce, type Constant, type Constants } from './constants.ts'
import type { Makers, Readers } from './graph-links.ts'
import { belongsToNorm, endsNorm, needsSmallNumbers, typedInputs } from './half-precision-rules.ts'

/** Largest finite FP16 number. */
export const largestHalf = 65_504

/** Smallest FP16 number with all its digits, 2^-14: below it, they fade, and from 2^-25 down nothing is left. */
const smallestNormalHalf = 2 ** -14

/** Values that went up to this were seen in one run; others may go four times as far. */
export const largestSeen = largestHalf / 4

/** Why the steps of a norm stay in FP32. */
export const inNorm = 'steps of a norm or softmax that is written out'

/** What is known of the graph around a node. */
export interface KnownOfGraph {
  makers: Makers
  readers: Readers
  constants: Constants
  extremes: Extremes
  /** Nodes before this one that stay in FP32, with the reason. */
  kept: ReadonlyMap<EditableNode, string>
  /** Largest magnitudes by value name, where they were measured. */
  largest: ReadonlyMap<string, number>
}

/** Why a node that has a rule must not follow it here: a clause; undefined where nothing speaks against it. */
export async function hindrance(node: EditableNode, known: KnownOfGraph): Promise<string | undefined> {
  if (node.type === 'BatchNormalization' && node.outputs.filter((name) => name !== '').length > 1)
    return 'statistics are gathered as it runs'
  const typed = typedInputs(node)
  const weights = typed.flatMap(({ name }) => known.constants.get(name) ?? [])
  for (const weight of weights) {
    const { most, least } = await known.extremes(weight)
    if (most > largestHalf && node.type !== 'Clip')
      return 'a weight lies beyond 65,504, the largest number of FP16'
    if (
      weight.elements === 1 &&
      least > 0 &&
      least < smallestNormalHalf &&
      needsSmallNumbers(node, known.readers.get(node) ?? [])
    )
      return 'a constant is too small for FP16'
  }
  for (const { name } of typed) {
    const maker = known.makers.get(name)
    if (maker === undefined || known.constants.get(name) !== undefined) continue
    const ends = weights.length > 0 && known.kept.get(maker) === inNorm && endsNorm(node, maker)
    if (ends || belongsToNorm(node, maker)) return inNorm
  }
  const touched = [...typed.map(({ name }) => name), ...node.outputs]
  const seen = Math.max(0, ...touched.map((name) => known.largest.get(name) ?? 0))
  return seen <= largestSeen
    ? undefined
    : `values there go beyond ${formatNumber(largestSeen)}, a quarter of what FP16 holds`
}

/** Largest and smallest magnitude of a weight's finite elements; infinities have an FP16 form of their own. */
export type Extremes = (constant: Constant) => Promise<{ most: number; least: number }>

/** Each weight is looked through once. */
export function extremesOf(constants: Constants): Extremes {
  const known = new Map<string, { most: number; least: number }>()
  return async (constant) => {
    const before = known.get(constant.name)
    if (before !== undefined) return before
    let [most, least] = [0, Infinity]
    const values = await constants.floats(constant)
    for (let from = 0; from < values.length; from += elementsAtOnce) {
      const block = values.subarray(from, from + elementsAtOnce)
      for (let index = 0; index < block.length; index += 1) {
        const magnitude = Math.abs(block[index] ?? 0)
        if (magnitude > most && magnitude < Infinity) most = magnitude
        if (magnitude < least) least = magnitude
      }
      await constants.rest(block.length)
    }
    known.set(constant.name, { most, least })
    return { most, least }
  }
}
