import { along, samePlace, type BatchPlace } from '../batch-place.ts'
import type { NodeView, Operand } from '../node-view.ts'
import { fromStart, moved, together, type Rule } from './axes.ts'

const acrossSamples = 'sums over the batch'

/** Matrix products of two of a node's inputs: [..., rows, sum] x [..., sum, columns]. */
export function matMul(first = 0, second = 1): Rule {
  return (view) => {
    const [a, b] = [view.needed(first), view.needed(second)]
    for (const { index } of view.operands()) {
      if (index !== first && index !== second) view.mustNotFollow(index)
    }
    const swapsA = view.node.integer('transA') === 1
    const swapsB = view.node.integer('transB') === 1
    if ([view.node.integer('transBatchA'), view.node.integer('transBatchB')].includes(1)) {
      view.refuse('is of an operator whose way with the batch is not known')
    }
    const places = [placeOfA(view, a, b, swapsA), placeOfB(view, b, a, swapsB)].filter(
      (place) => place !== undefined,
    )
    const [place, other] = places
    if (place === undefined) return view.refuse('takes settings that follow the batch')
    if (other !== undefined && !samePlace(place, other)) {
      view.refuse('pairs samples of the batch with other samples')
    }
    const rank = view.outputShape().length
    const columns = b.shape.length === 1 ? 0 : 1
    if (place.axis < rank - columns - (a.shape.length === 1 ? 0 : 1)) {
      for (const operand of [a, b]) {
        if (operand.shape.length <= 2) continue
        view.mustFit(operand, moved(place, leadingAxis(place.axis, operand, [a, b], rank)))
      }
    }
    view.give(0, place)
  }
}

/** Where an axis of the result that is none of the matrices' lies in an operand. */
function leadingAxis(axis: number, operand: Operand, pair: readonly Operand[], rank: number): number {
  const matrixAxes = pair.some(({ shape }) => shape.length === 1) ? 1 : 2
  return axis - (rank - matrixAxes) + (operand.shape.length - 2)
}

function placeOfA(view: NodeView, a: Operand, b: Operand, swapped: boolean): BatchPlace | undefined {
  if (a.place === undefined) return undefined
  const rank = a.shape.length
  const result = view.outputShape().length
  if (rank === 1) return view.refuse(acrossSamples)
  const [rows, sum] = swapped ? [rank - 1, rank - 2] : [rank - 2, rank - 1]
  if (a.place.axis === sum) view.refuse(acrossSamples)
  if (a.place.axis === rows) {
    if (b.place !== undefined) view.refuse('pairs samples of the batch with other samples')
    return moved(a.place, result - (b.shape.length === 1 ? 1 : 2))
  }
  return moved(a.place, a.place.axis + result - (b.shape.length === 1 ? 1 : 2) - (rank - 2))
}

function placeOfB(view: NodeView, b: Operand, a: Operand, swapped: boolean): BatchPlace | undefined {
  if (b.place === undefined) return undefined
  const rank = b.shape.length
  const result = view.outputShape().length
  if (rank === 1) return view.refuse(acrossSamples)
  const [sum, columns] = swapped ? [rank - 1, rank - 2] : [rank - 2, rank - 1]
  if (b.place.axis === sum) view.refuse(acrossSamples)
  if (b.place.axis === columns) {
    if (a.place !== undefined) view.refuse('pairs samples of the batch with other samples')
    return moved(b.place, result - 1)
  }
  return moved(b.place, b.place.axis + result - (a.shape.length === 1 ? 1 : 2) - (rank - 2))
}

export const gemm: Rule = (view) => {
  const [a, b, c] = [view.needed(0), view.needed(1), view.operand(2)]
  const rows = view.node.integer('transA') === 1 ? 1 : 0
  const columns = view.node.integer('transB') === 1 ? 0 : 1
  if (a.place !== undefined && b.place !== undefined) {
    view.refuse('pairs samples of the batch with other samples')
  }
  if (a.place !== undefined && a.place.axis !== rows) view.refuse(acrossSamples)
  if (b.place !== undefined && b.place.axis !== columns) view.refuse(acrossSamples)
  const place =
    (a.place === undefined ? undefined : moved(a.place, 0)) ??
    (b.place === undefined ? undefined : moved(b.place, 1)) ??
    c?.place
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  if (a.place === undefined && b.place === undefined) {
    return view.refuse('adds samples of the batch to a matrix of fixed size')
  }
  if (c !== undefined) view.mustFit(c, moved(place, place.axis - (2 - c.shape.length)))
  view.give(0, place)
}

/** Convolution and pooling: samples along axis 0, everything else belongs to a sample. */
export const samplesFirst: Rule = (view) => {
  const { place } = view.needed(0)
  for (const { index } of view.operands()) {
    if (index !== 0) view.mustNotFollow(index, 'takes weights that differ from sample to sample')
  }
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  if (place.axis !== 0) view.refuse('takes the batch for a dimension of the samples')
  view.giveAll(place)
}

/** Einsum without an ellipsis: the letter of the batch must stay in the result. */
export const einsum: Rule = (view) => {
  const [left = '', right] = (view.node.text('equation') ?? '').replaceAll(' ', '').split('->')
  const terms = left.split(',')
  if (right === undefined || left.includes('.')) {
    return view.refuse('has an equation in which the batch cannot be followed')
  }
  const operands = view.operands()
  const follower = operands.find(({ place }) => place !== undefined)
  const letter = follower?.place === undefined ? undefined : terms[follower.index]?.[follower.place.axis]
  if (follower?.place === undefined || letter === undefined) {
    return view.refuse('has an equation in which the batch cannot be followed')
  }
  if (!right.includes(letter)) view.refuse(acrossSamples)
  for (const operand of operands) {
    const axis = terms[operand.index]?.indexOf(letter) ?? -1
    if (axis >= 0) view.mustFollow(operand, moved(follower.place, axis))
    else if (operand.place !== undefined) view.refuse('pairs samples of the batch with other samples')
  }
  view.give(0, moved(follower.place, right.indexOf(letter)))
}

/** RNN, GRU, LSTM: sequences, their lengths and states of every sample. */
export const recurrent: Rule = (view) => {
  const batchFirst = view.node.integer('layout') === 1
  const stateAxis = batchFirst ? 0 : 1
  const axes = new Map([
    [0, stateAxis],
    [4, 0],
    [5, stateAxis],
    [6, stateAxis],
  ])
  for (const index of [1, 2, 3, 7]) view.mustNotFollow(index)
  const operands = view.operands().filter(({ index }) => axes.has(index))
  const follower = operands.find(({ place }) => place !== undefined)
  const place = follower?.place
  if (follower === undefined || place === undefined) {
    return view.refuse('takes settings that follow the batch')
  }
  if (place.axis !== axes.get(follower.index)) view.refuse('runs along the batch as if it were time')
  for (const operand of operands) view.mustFollow(operand, moved(place, axes.get(operand.index) ?? 0))
  view.give(0, moved(place, batchFirst ? 0 : 2))
  for (const index of [1, 2]) view.give(index, moved(place, stateAxis))
}

/** GridSample: pictures and grids of the same samples. */
export const gridSample: Rule = (view) => {
  const place = together(view, [view.needed(0), view.needed(1)])
  if (place.axis !== 0) view.refuse('takes the batch for a dimension of the samples')
  view.give(0, place)
}

/** ReverseSequence has a batch axis of its own. */
export const reverseSequence: Rule = (view) => {
  const { place } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  if (place.axis === (view.node.integer('time_axis') ?? 0)) view.refuse('reverses the batch')
  if (place.axis === fromStart(view.node.integer('batch_axis') ?? 1, view.outputShape().length)) {
    view.mustFollow(view.needed(1), { ...along(0), outer: place.outer, inner: place.inner })
  } else view.mustNotFollow(1)
  view.give(0, place)
}
