import { fromStart, moved, type Rule } from './axes.ts'

const acrossSamples = 'works across the samples of the batch'

export const reduce: Rule = (view) => {
  const { place, shape } = view.needed(0)
  const given = view.constants(1, 'axes')
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  if (given === undefined || given.length === 0) {
    if (view.node.integer('noop_with_empty_axes') === 1) return view.give(0, place)
    return view.refuse(acrossSamples)
  }
  const axes = given.map((axis) => fromStart(axis, shape.length))
  if (axes.includes(place.axis)) view.refuse(acrossSamples)
  const dropped = (view.node.integer('keepdims') ?? 1) === 1 ? [] : axes
  view.give(0, moved(place, place.axis - dropped.filter((axis) => axis < place.axis).length))
}

/** ArgMax and ArgMin. */
export const argument: Rule = (view) => {
  const { place, shape } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const axis = fromStart(view.node.integer('axis') ?? 0, shape.length)
  if (axis === place.axis) view.refuse(acrossSamples)
  const dropped = (view.node.integer('keepdims') ?? 1) !== 1 && axis < place.axis
  view.give(0, moved(place, dropped ? place.axis - 1 : place.axis))
}

/** Softmax and its like. Before version 13 they work on everything from their axis on. */
export const softmax: Rule = (view) => {
  const { place, shape } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const coerces = view.opset < 13
  const axis = fromStart(view.node.integer('axis') ?? (coerces ? 1 : -1), shape.length)
  if (coerces ? place.axis >= axis : place.axis === axis) view.refuse(acrossSamples)
  view.give(0, place)
}

/** Operators that work along one axis, which must not be the batch's. */
export function alongAxis(fallback: number): Rule {
  return (view) => {
    const { place, shape } = view.needed(0)
    if (place === undefined) return view.refuse('takes settings that follow the batch')
    for (const index of view.node.inputs.keys()) if (index > 0) view.mustNotFollow(index)
    if (fromStart(view.node.integer('axis') ?? fallback, shape.length) === place.axis) {
      view.refuse(acrossSamples)
    }
    view.giveAll(place)
  }
}

/** CumSum takes its axis as an input. */
export const cumulate: Rule = (view) => {
  const { place, shape } = view.needed(0)
  const [axis = 0] = view.constants(1, '') ?? []
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  if (fromStart(axis, shape.length) === place.axis) view.refuse(acrossSamples)
  view.give(0, place)
}

/** LayerNormalization and its like work on everything from their axis on. */
export const fromAxis: Rule = (view) => {
  const { place, shape } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  for (const index of view.node.inputs.keys()) if (index > 0) view.mustNotFollow(index)
  if (fromStart(view.node.integer('axis') ?? -1, shape.length) <= place.axis) view.refuse(acrossSamples)
  view.giveAll(place)
}

export const batchNormalization: Rule = (view) => {
  if (view.node.integer('training_mode') === 1) view.refuse('computes the mean of the whole batch')
  const { place } = view.needed(0)
  for (const index of view.node.inputs.keys()) if (index > 0) view.mustNotFollow(index)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  if (place.axis === 1) view.refuse('takes the batch for the channels')
  view.give(0, place)
}

/** QuantizeLinear and DequantizeLinear: a scale for all, or one for each step along another axis than the batch. */
export const quantise: Rule = (view) => {
  const { place, shape } = view.needed(0)
  const scale = view.needed(1)
  for (const index of [1, 2]) view.mustNotFollow(index)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const perAxis = scale.shape.length > 0 && (scale.shape[0] ?? 1) > 1
  if (perAxis && fromStart(view.node.integer('axis') ?? 1, shape.length) === place.axis) {
    view.refuse('has a scale for each sample of the batch')
  }
  view.give(0, place)
}

/** SkipLayerNormalization adds its first inputs, then normalises along the last axis. */
export const skipNormalisation: Rule = (view) => {
  const operands = view.operands().filter(({ index }) => index < 2)
  for (const index of view.node.inputs.keys()) if (index > 1) view.mustNotFollow(index)
  const rank = view.outputShape().length
  const place = operands.find((operand) => operand.place !== undefined)?.place
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  for (const operand of operands)
    view.mustFit(operand, moved(place, place.axis - (rank - operand.shape.length)))
  if (place.axis === rank - 1) view.refuse(acrossSamples)
  for (const index of view.node.outputs.keys())
    if (view.sizeOf(index, rank - 1) !== undefined) view.give(index, place)
}
