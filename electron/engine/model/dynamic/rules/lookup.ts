import type { NodeView, Operand } from '../node-view.ts'
import { along, timesOf, type BatchPlace } from '../batch-place.ts'
import { firstPlace, fromStart, moved, together, type Rule } from './axes.ts'

const byNumber = 'picks samples of the batch by their number'

export const gather: Rule = (view) => {
  const [data, indices] = [view.needed(0), view.needed(1)]
  const axis = fromStart(view.node.integer('axis') ?? 0, data.shape.length)
  if (indices.place !== undefined) {
    if (data.place !== undefined) view.refuse('looks up samples of the batch in other samples')
    return view.give(0, moved(indices.place, axis + indices.place.axis))
  }
  if (data.place === undefined) return view.refuse('takes settings that follow the batch')
  const own = data.place.axis
  if (own === axis) view.refuse(byNumber)
  view.give(0, moved(data.place, own < axis ? own : own - 1 + indices.shape.length))
}

/** GatherElements, ScatterElements: all inputs have the same axes. */
export const elementsAlong: Rule = (view) => {
  const operands = view.operands()
  const place = together(view, operands)
  const rank = view.outputShape().length
  if (fromStart(view.node.integer('axis') ?? 0, rank) === place.axis) view.refuse(byNumber)
  view.give(0, place)
}

export const gatherND: Rule = (view) => {
  const [data, indices] = [view.needed(0), view.needed(1)]
  const shared = view.node.integer('batch_dims') ?? 0
  const indexed = indices.shape.at(-1) ?? 0
  const last = indices.shape.length - 1
  const { of, ...place } = firstPlace(view, [data, indices])
  if (place.axis < shared) {
    view.give(0, together(view, [data, indices]))
  } else if (of === indices) {
    if (place.axis === last) view.refuse(byNumber)
    view.give(0, place)
  } else {
    if (indices.place !== undefined) view.refuse('looks up samples of the batch in other samples')
    if (place.axis < shared + indexed) view.refuse(byNumber)
    view.give(0, moved(place, last + place.axis - shared - indexed))
  }
}

export const scatterND: Rule = (view) => {
  const [data, indices, updates] = [view.needed(0), view.needed(1), view.needed(2)]
  if (indices.place !== undefined) view.refuse('writes to places that differ from sample to sample')
  const indexed = indices.shape.at(-1) ?? 0
  const last = indices.shape.length - 1
  const place = data.place ?? placeOfWritten(view, updates, indexed - last)
  if (place.axis < indexed) view.refuse('writes to samples of the batch by their number')
  view.mustFollow(data, place)
  view.mustFollow(updates, moved(place, place.axis - indexed + last))
  view.give(0, place)
}

/** Where the batch lies in the data that a node writes to, by where it lies in what is written. */
function placeOfWritten(view: NodeView, { place }: Operand, shift: number): BatchPlace {
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  return moved(place, place.axis + shift)
}

export const oneHot: Rule = (view) => {
  const { place, shape } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const axis = fromStart(view.node.integer('axis') ?? -1, shape.length + 1)
  view.give(0, moved(place, place.axis < axis ? place.axis : place.axis + 1))
}

/** Operators that take samples apart along axis 0 of the given inputs, which all need the batch. */
export function rowsOf(...inputs: readonly number[]): Rule {
  return (view) => {
    const operands = inputs.flatMap((index) => view.operand(index) ?? [])
    for (const { index } of view.operands()) if (!inputs.includes(index)) view.mustNotFollow(index)
    const place = together(view, operands)
    if (place.axis !== 0) view.refuse('takes another axis than the batch for the samples')
    giveWhereItMatches(view, place)
  }
}

/**
 * Operators that are not known: where all that comes in has the batch first, what goes out is taken to have it first
 * as well, if it has that size. Whether that is so, the proof shows.
 */
export const unknownOperator: Rule = (view) => {
  const followers = view
    .operands()
    .filter((operand): operand is Operand & { place: BatchPlace } => operand.place !== undefined)
  const [first] = followers
  const alike =
    first !== undefined &&
    followers.every(({ place }) => place.axis === 0 && timesOf(place) === timesOf(first.place))
  if (!alike) return view.refuse('is of an operator whose way with the batch is not known')
  if (!giveWhereItMatches(view, { ...along(0), outer: first.place.outer, inner: first.place.inner })) {
    view.refuse('is of an operator whose way with the batch is not known')
  }
}

/** True where at least one output has it. */
function giveWhereItMatches(view: NodeView, place: BatchPlace): boolean {
  let any = false
  for (const [index, name] of view.node.outputs.entries()) {
    if (name === '' || view.sizeOf(index, place.axis) !== timesOf(place) * view.batch) continue
    view.give(index, place)
    any = true
  }
  return any
}
