import type { BatchPlace } from '../batch-place.ts'
import { samePlace } from '../batch-place.ts'
import type { NodeView, Operand } from '../node-view.ts'

/** How an operator follows the batch; throws a Standstill where it cannot. */
export type Rule = (view: NodeView) => void

/** Negative axes count from the end. */
export function fromStart(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** The same place along another axis. */
export function moved(place: BatchPlace, axis: number): BatchPlace {
  return { ...place, axis }
}

/** The place of the first operand that has the batch. */
export function firstPlace(view: NodeView, operands: readonly Operand[]): BatchPlace & { of: Operand } {
  for (const operand of operands) if (operand.place !== undefined) return { ...operand.place, of: operand }
  return view.refuse('takes the batch where it cannot be followed')
}

/**
 * Operands that are broadcast against each other, aligned at their last axes. Gives where the batch then lies in the
 * result, and makes those that lack it fit.
 */
export function broadcast(
  view: NodeView,
  operands: readonly Operand[],
  rank = view.outputShape().length,
): BatchPlace {
  const { of, ...own } = firstPlace(view, operands)
  const place = moved(own, own.axis + rank - of.shape.length)
  for (const operand of operands) {
    view.mustFit(operand, moved(place, place.axis - (rank - operand.shape.length)))
  }
  return place
}

/** Elementwise operators, with one input or several. */
export const elementwise: Rule = (view) => {
  view.giveAll(broadcast(view, view.operands()))
}

/**
 * Operators that treat what lies along some axes of their first input apart, and whose other inputs are weights and
 * settings: the batch stays where it is.
 */
export function apartAlong(
  allowed: (axis: number, view: NodeView, rank: number) => boolean,
  reason: string,
): Rule {
  return (view) => {
    const { place, shape } = view.needed(0)
    for (const { index } of view.operands()) if (index !== 0) view.mustNotFollow(index)
    if (place === undefined) return view.refuse('takes settings that follow the batch')
    if (!allowed(place.axis, view, shape.length)) view.refuse(reason)
    view.giveAll(place)
  }
}

/** Refuses whatever comes. `reason` completes a sentence about the node. */
export function refusing(reason: string): Rule {
  return (view) => view.refuse(reason)
}

/** Operands that all have the batch at the same place, or are made to. */
export function together(view: NodeView, operands: readonly Operand[]): BatchPlace {
  const { of: _of, ...place } = firstPlace(view, operands)
  for (const operand of operands) view.mustFollow(operand, place)
  return place
}

/** Refuses where two operands have the batch. */
export function onlyOne(view: NodeView, a: Operand, b: Operand): void {
  if (a.place !== undefined && b.place !== undefined && !samePlace(a.place, b.place)) {
    view.refuse('pairs samples of the batch with other samples')
  }
}
