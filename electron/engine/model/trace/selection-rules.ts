import type { Extent } from './extents.ts'
import { axisOf, mostElements, unknownSize, type NodeContext, type Rule } from './node-context.ts'

/** "To the end", in however many bits. */
const farEnd = 2 ** 31 - 1

export const slice: Rule = (context) => {
  const value = context.input(0)
  const { shape } = value
  if (shape === undefined) return undefined
  const elementsOf = (name: string, slot: number) =>
    context.integers(name)?.map((number) => context.extents.constant(number)) ??
    (context.has(slot) ? context.input(slot).elements : undefined)
  const starts = elementsOf('starts', 1)
  const ends = elementsOf('ends', 2)
  const count = starts?.length ?? ends?.length
  const axes = context.hasNumbers('axes', 3)
    ? context.numbers('axes', 3)
    : Array.from({ length: count ?? 0 }, (_, axis) => axis)
  const steps = context.has(4) ? context.constants(4) : axes?.map(() => 1)
  if (axes === undefined || count === undefined) return [{ shape: shape.map(() => unknownSize(context)) }]
  const result = [...shape]
  let elements = value.elements
  for (const [index, axisGiven] of axes.entries()) {
    const axis = axisOf(axisGiven, shape.length)
    const extent = axis === undefined ? undefined : shape[axis]
    if (axis === undefined || extent === undefined) return undefined
    const [start, end, step] = [starts?.[index], ends?.[index], steps?.[index]]
    result[axis] = sliced(extent, start, end, step, context)
    elements =
      axis === 0 && elements !== undefined
        ? slicedElements(elements, extent, [start, end], step, context)
        : undefined
  }
  return [{ ...(elements === undefined || value.elements === undefined ? {} : { elements }), shape: result }]
}

/** The numbers of a small tensor of which rows are left, in their order or from the last to the first. */
function slicedElements(
  elements: readonly (Extent | undefined)[],
  rows: Extent,
  bounds: readonly (Extent | undefined)[],
  step: number | undefined,
  { extents }: NodeContext,
): (Extent | undefined)[] | undefined {
  const count = extents.size(rows)
  const [from, to] = bounds.map((bound) => (bound?.variables.length === 0 ? bound.scale : undefined))
  if (count === undefined || count < 1 || from === undefined || to === undefined) return undefined
  // A hostile shape may say of a few numbers that they have any number of rows.
  const width = elements.length / count
  if (!Number.isInteger(width) || count > mostElements) return undefined
  const table = Array.from({ length: count }, (_, row) => elements.slice(row * width, (row + 1) * width))
  if (step === 1) return table.slice(from, to >= farEnd ? undefined : to).flat()
  return step === -1 && from === -1 && to <= -farEnd ? table.reverse().flat() : undefined
}

/** How much of a dimension a slice leaves. */
function sliced(
  extent: Extent,
  start: Extent | undefined,
  end: Extent | undefined,
  step: number | undefined,
  context: NodeContext,
): Extent {
  const { extents, label } = context
  const fromStart = start !== undefined && start.variables.length === 0 && start.scale === 0
  if (fromStart && step === 1 && end !== undefined) {
    const toEnd = end.variables.length === 0 && end.scale >= farEnd
    if (toEnd || extents.same(extent, end)) return extent
    if (end.variables.length > 0) {
      // The first rows of a table, as many as another dimension has: positions.
      const size = extents.size(extent)
      if (size !== undefined) extents.bound(end, size, label)
      return end
    }
  }
  const sizes = [extent, start, end].map((each) =>
    each === undefined || each.variables.length > 0 ? each && extents.size(each) : each.scale,
  )
  const left = step === undefined ? undefined : slicedSize(sizes, step)
  if (left !== undefined && left === sizes[0] && step === 1) return extent
  extents.demandOther(extent, 'items', label)
  if (start?.variables.length === 0 && end?.variables.length === 0 && step === 1 && start.scale >= 0) {
    // The first few: as many, unless there are fewer.
    const few = end.scale - start.scale
    if (extents.size(extent) === undefined && end.scale < farEnd && few > 0) return extents.constant(few)
  }
  if (start === undefined || end === undefined || step === undefined)
    return extents.derived(`slice ${label}`, [extent])
  return extents.derived(`slice ${step} ${start.scale} ${end.scale}`, [extent, start, end], left)
}

function slicedSize([size, start, end]: (number | undefined)[], step: number): number | undefined {
  if (size === undefined || start === undefined || end === undefined || step === 0) return undefined
  const clamp = (place: number, low: number, high: number) =>
    Math.min(Math.max(place < 0 ? place + size : place, low), high)
  const [from, to] =
    step > 0
      ? [clamp(start, 0, size), clamp(end, 0, size)]
      : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)]
  return Math.max(0, Math.ceil((to - from) / step))
}

/** Looks rows up: the axis gives way to the shape of the indices. */
export const gather: Rule = (context) => {
  const { extents, label } = context
  const table = context.input(0)
  const indices = context.input(1)
  const axis = axisOf(context.integer('axis') ?? 0, table.shape?.length ?? 0)
  const rows = axis === undefined ? undefined : table.shape?.[axis]
  if (table.shape === undefined || axis === undefined || rows === undefined) return undefined
  if (indices.shape === undefined) return undefined
  const size = extents.size(rows)
  if (indices.positionsIn !== undefined && size !== undefined) extents.bound(indices.positionsIn, size, label)
  extents.demandOther(rows, 'items', label)
  const shape = [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)]
  const chosen = context.constants(1)
  const { elements } = table
  return [
    {
      shape,
      ...(elements === undefined || chosen === undefined || indices.shape.length > 1 || table.shape.length > 1
        ? {}
        : { elements: chosen.map((index) => elements.at(index)) }),
    },
  ]
}

/** GatherElements: the shape of the indices. */
export const gatherElements: Rule = (context) => {
  const shape = context.shape(1)
  return shape && [{ shape }]
}

export const gatherNd: Rule = (context) => {
  const [data, indices] = [context.shape(0), context.shape(1)]
  const last = indices?.at(-1)
  const depth = last === undefined ? undefined : context.extents.size(last)
  if (data === undefined || indices === undefined || depth === undefined) return undefined
  const batchDims = context.integer('batch_dims') ?? 0
  return [{ shape: [...indices.slice(0, -1), ...data.slice(batchDims + depth)] }]
}
