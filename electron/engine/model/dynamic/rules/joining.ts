import { timesOf, type BatchPlace } from '../batch-place.ts'
import { endOfAxis } from '../graph-editor.ts'
import type { NodeView } from '../node-view.ts'
import { constantEntry, follows, type SizeEntry } from '../size-entry.ts'
import { firstPlace, fromStart, moved, together, type Rule } from './axes.ts'

/** Concat along another axis than the batch; along the batch only parts that all have it. */
export const concat: Rule = (view) => {
  const operands = view.operands()
  const { of, ...place } = firstPlace(view, operands)
  const axis = fromStart(view.node.integer('axis') ?? 1, of.shape.length)
  if (axis !== place.axis) return view.give(0, together(view, operands))
  const alike = operands.every((each) => each.place !== undefined && timesOf(each.place) === timesOf(place))
  if (!alike || place.outer !== 1 || operands.some((each) => each.place?.axis !== axis)) {
    view.refuse('puts something beside the samples of the batch')
  }
  view.give(0, { ...place, outer: operands.length })
}

export const split: Rule = (view) => {
  const { shape, place } = view.needed(0)
  const sizes = view.constants(1, 'split')
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const parts = view.node.outputs.length
  if (fromStart(view.node.integer('axis') ?? 0, shape.length) !== place.axis) return view.giveAll(place)
  // What was joined with itself along the batch may be taken apart again.
  if (sizes !== undefined || place.outer % parts !== 0) view.refuse('splits the batch')
  view.giveAll({ ...place, outer: place.outer / parts })
}

export const slice: Rule = (view) => {
  const { shape, place } = view.needed(0)
  const starts = view.sizes(1) ?? view.node.integers('starts')?.map(constantEntry)
  const ends = view.sizes(2) ?? view.node.integers('ends')?.map(constantEntry)
  if (starts === undefined || ends === undefined) {
    return view.refuse('takes a part that is not known beforehand')
  }
  const axes = (view.constants(3, 'axes') ?? starts.map((_, i) => i)).map((axis) =>
    fromStart(axis, shape.length),
  )
  const steps = view.constants(4, 'steps')
  if (place === undefined) return view.refuse('takes a part of a fixed tensor that follows the batch')
  view.give(0, place)
  const index = axes.indexOf(place.axis)
  const [start, end] = [starts[index], ends[index]]
  if (start === undefined || end === undefined) return
  if (follows(start) || start.value > 0 || (steps?.[index] ?? 1) !== 1) {
    view.refuse('takes a part of the batch')
  }
  if (end.times === timesOf(place) || end.value >= endOfAxis) return
  if (follows(end)) view.refuse('takes a part of the batch')
  planEnd(view, ends, index)
}

function planEnd(view: NodeView, ends: readonly SizeEntry[], index: number): void {
  const { node } = view
  // Starts, ends, axes and steps are of one type.
  const type = view.typeOf(2) === 'int32' ? 'int32' : 'int64'
  view.edit('the slice goes to the end of the batch instead of to the fixed size', (editor) => {
    const values = ends.map(({ value }) => value)
    if (node.inputs.length < 2) node.setIntegers('ends', values.with(index, endOfAxis))
    else if (view.isWeight(2) || (view.allFixed && !ends.some(follows))) {
      node.setInput(2, editor.vector(values.with(index, endOfAxis), type))
    } else {
      const replacement = editor.vector([endOfAxis], type)
      const name = node.inputs[2] ?? ''
      node.setInput(2, editor.withSize(node, name, { length: ends.length, index, replacement }))
    }
  })
}

/** Expand: a size that was fixed for the batch becomes 1, which takes the size that is there. */
export const expand: Rule = (view) => {
  const { shape, place } = view.needed(0)
  const target = view.sizes(1) ?? view.refuse('takes a shape that is not known beforehand')
  const rank = view.outputShape().length
  const offset = rank - target.length
  const following = target.flatMap((entry, i) => (follows(entry) ? [{ axis: i + offset, entry }] : []))
  if (place === undefined) return view.give(0, spreadPlace(view, following))
  const result = moved(place, place.axis + rank - shape.length)
  if (following.some(({ axis, entry }) => axis !== result.axis || entry.times !== timesOf(place))) {
    view.refuse('pairs samples of the batch with other samples')
  }
  view.give(0, result)
  const index = result.axis - offset
  const entry = target[index]
  if (entry === undefined || follows(entry) || entry.value === 1) return
  view.edit('the fixed size of the batch became 1, which takes whatever size is there', (editor) => {
    const { node } = view
    const known =
      view.isWeight(1) || (view.allFixed && !target.some(follows))
        ? target.map(({ value }) => value)
        : undefined
    const replacement = editor.vector([1])
    const name = node.inputs[1] ?? ''
    node.setInput(
      1,
      known === undefined
        ? editor.withSize(node, name, { length: target.length, index, replacement })
        : editor.vector(known.with(index, 1)),
    )
  })
}

/** The place of the batch in a tensor that is the same for every sample: with several readings, all alike. */
function spreadPlace(view: NodeView, following: readonly { axis: number; entry: SizeEntry }[]): BatchPlace {
  const [only, ...more] = following
  const times = only?.entry.times ?? NaN
  if (only === undefined || more.length > 0 || !Number.isInteger(times)) {
    return view.refuse('makes a tensor whose size follows the batch in a way that cannot be followed')
  }
  const readings = [{ axis: only.axis, outer: 1, inner: times }]
  if (times !== 1) readings.push({ axis: only.axis, outer: times, inner: 1 })
  return view.choose(readings, '')
}

export const constantOfShape: Rule = (view) => {
  const target = view.sizes(0) ?? []
  view.give(
    0,
    spreadPlace(
      view,
      target.flatMap((entry, axis) => (follows(entry) ? [{ axis, entry }] : [])),
    ),
  )
}

/** Range up to the batch size counts the samples. */
export const range: Rule = (view) => {
  const [start, limit, step] = [view.sizes(0)?.[0], view.sizes(1)?.[0], view.sizes(2)?.[0]]
  if (start?.value !== 0 || follows(start) || step?.value !== 1 || follows(step) || limit === undefined) {
    return view.refuse('counts in a way that follows the batch and cannot be followed')
  }
  view.give(0, spreadPlace(view, [{ axis: 0, entry: limit }]))
}

export const tile: Rule = (view) => {
  const { shape, place } = view.needed(0)
  const repeats = view.sizes(1) ?? view.refuse('repeats its input as often as the data say')
  const following = repeats.flatMap((entry, axis) => (follows(entry) ? [{ axis, entry }] : []))
  if (place === undefined) {
    const spread = spreadPlace(view, following)
    return view.give(0, { ...spread, inner: spread.inner * (shape[spread.axis] ?? 1) })
  }
  if (following.length > 0) view.refuse('repeats the batch as often as it is large')
  view.give(0, { ...place, outer: place.outer * (repeats[place.axis]?.value ?? 1) })
}

export const pad: Rule = (view) => {
  const { shape, place } = view.needed(0)
  const pads = view.constants(1, 'pads') ?? []
  const axes = view.constants(3, '')?.map((axis) => fromStart(axis, shape.length))
  view.mustNotFollow(2)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const index = axes === undefined ? place.axis : axes.indexOf(place.axis)
  const half = pads.length / 2
  if (index >= 0 && ((pads[index] ?? 0) !== 0 || (pads[index + half] ?? 0) !== 0)) {
    view.refuse('adds to the samples of the batch')
  }
  view.give(0, place)
}

/** Resize and Upsample: by factors, or to sizes of which the batch's was fixed. */
export const resize: Rule = (view) => {
  const { place } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  view.give(0, place)
  for (const index of [1, 2]) if ((view.node.inputs[index] ?? '') !== '') view.sizes(index)
  const sizes = view.sizes(3)
  const axes = view.node.integers('axes')?.map((axis) => fromStart(axis, view.outputShape().length))
  const index = axes === undefined ? place.axis : axes.indexOf(place.axis)
  const entry = sizes?.[index]
  if (sizes === undefined || entry === undefined || entry.times === timesOf(place)) return
  if (follows(entry)) view.refuse('takes sizes that follow the batch in a way that cannot be followed')
  view.edit('the size of the batch is read from the input instead of being fixed', (editor) => {
    const known =
      view.isWeight(3) || (view.allFixed && !sizes.some(follows))
        ? sizes.map(({ value }) => value)
        : undefined
    const replacement = editor.batchSize(timesOf(place))
    const name = view.node.inputs[3] ?? ''
    view.node.setInput(
      3,
      editor.withSize(view.node, name, { length: sizes.length, index, replacement, known }),
    )
  })
}
