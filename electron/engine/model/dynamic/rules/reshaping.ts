import { isPure, placesAfterReshape, product, timesOf, type BatchPlace } from '../batch-place.ts'
import type { NodeView } from '../node-view.ts'
import { follows, type SizeEntry } from '../size-entry.ts'
import { fromStart, moved, type Rule } from './axes.ts'

/** Reshape: the batch lies where the order of the elements puts it; a size that was fixed for it is worked out. */
export const reshape: Rule = (view) => {
  const data = view.needed(0)
  const target = targetOf(view)
  if (data.place === undefined) {
    return view.refuse('gives a tensor of fixed size a shape that follows the batch')
  }
  const before = { shape: data.shape, place: data.place }
  const to = view.outputShape()
  const copiesAtZero = view.node.integer('allowzero') !== 1
  const fits = (candidate: BatchPlace) =>
    target.every((entry, axis) => fitsEntry(entry, axis, candidate, before.place, copiesAtZero))
  const place = view.choose(
    placesAfterReshape(before.shape, before.place, to, view.batch).filter(fits),
    'mixes the batch with other dimensions',
  )
  view.give(0, place)
  const entry = target[place.axis]
  const comesByItself =
    entry === undefined || follows(entry) || entry.value === -1 || (entry.value === 0 && copiesAtZero)
  if (!comesByItself) planTarget(view, target, to, place)
}

function targetOf(view: NodeView): readonly SizeEntry[] {
  const attribute = view.node.integers('shape')
  if (attribute !== undefined && view.node.inputs.length < 2) return attribute.map((value) => ({ value }))
  return view.sizes(1) ?? view.refuse('takes a shape that is not known beforehand')
}

/** Whether the shape that is asked for says the same as this reading of it. */
function fitsEntry(
  entry: SizeEntry,
  axis: number,
  candidate: BatchPlace,
  from: BatchPlace,
  copiesAtZero: boolean,
): boolean {
  const copied = entry.value === 0 && copiesAtZero
  if (axis !== candidate.axis) return !follows(entry) && !(copied && axis === from.axis)
  if (copied) return axis === from.axis && timesOf(candidate) === timesOf(from)
  return !follows(entry) || entry.times === timesOf(candidate)
}

const fromData = 'the fixed size of the batch became one that is worked out from the data'

function planTarget(
  view: NodeView,
  target: readonly SizeEntry[],
  to: readonly number[],
  place: BatchPlace,
): void {
  const { node } = view
  const { axis } = place
  const openElsewhere = target.some(({ value }, i) => i !== axis && value === -1)
  const mayInfer = !to.includes(0)
  if (node.inputs.length < 2) {
    if (openElsewhere && !view.allFixed) {
      return view.refuse('has a shape of which two sizes are open')
    }
    const sizes = openElsewhere ? to : target.map(({ value }) => value)
    view.edit(fromData, () => node.setIntegers('shape', sizes.with(axis, -1)))
    return
  }
  view.edit(fromData, (editor) => {
    const name = node.inputs[1] ?? ''
    const length = target.length
    if (view.allFixed && mayInfer) node.setInput(1, editor.vector(to.with(axis, -1)))
    else if (view.isWeight(1) && !openElsewhere && mayInfer) {
      node.setInput(1, editor.vector(target.map(({ value }) => value).with(axis, -1)))
    } else {
      const replacement = openElsewhere || !mayInfer ? editor.batchSize(timesOf(place)) : editor.vector([-1])
      const known = view.isWeight(1) ? target.map(({ value }) => value) : undefined
      node.setInput(1, editor.withSize(node, name, { length, index: axis, replacement, known }))
    }
  })
}

/** Flatten: all dimensions before an axis become one, and all from it on. */
export const flatten: Rule = (view) => {
  const { shape, place } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const cut = fromStart(view.node.integer('axis') ?? 1, shape.length)
  const [from, to] = place.axis < cut ? [0, cut] : [cut, shape.length]
  view.give(0, {
    axis: place.axis < cut ? 0 : 1,
    outer: product(shape.slice(from, place.axis)) * place.outer,
    inner: place.inner * product(shape.slice(place.axis + 1, to)),
  })
}

export const squeeze: Rule = (view) => {
  const { shape, place } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const given = view.constants(1, 'axes')
  const axes =
    given === undefined || given.length === 0
      ? shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
      : given.map((axis) => fromStart(axis, shape.length))
  if (axes.includes(place.axis)) view.refuse('drops the batch axis')
  // Without axes it would drop the batch axis at batch size 1.
  if ((given === undefined || given.length === 0) && isPure(place)) {
    view.edit('the axes that are dropped are named, so that the batch is not among them', (editor) => {
      if (view.opset >= 13) view.node.setInput(1, editor.vector(axes))
      else view.node.setIntegers('axes', axes)
    })
  }
  view.give(0, moved(place, place.axis - axes.filter((axis) => axis < place.axis).length))
}

export const unsqueeze: Rule = (view) => {
  const { shape, place } = view.needed(0)
  const axes = view.constants(1, 'axes') ?? []
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const rank = shape.length + axes.length
  const added = new Set(axes.map((axis) => fromStart(axis, rank)))
  const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !added.has(axis))
  view.give(0, moved(place, kept[place.axis] ?? place.axis))
}

export const transpose: Rule = (view) => {
  const { shape, place } = view.needed(0)
  if (place === undefined) return view.refuse('takes settings that follow the batch')
  const order = view.node.integers('perm') ?? shape.map((_, axis) => shape.length - 1 - axis)
  view.give(0, moved(place, order.indexOf(place.axis)))
}
