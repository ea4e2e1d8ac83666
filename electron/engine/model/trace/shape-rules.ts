import { broadcast } from './broadcast.ts'
import type { Extent } from './extents.ts'
import {
  axisOf,
  mostElements,
  unknownSize,
  type NodeContext,
  type Rule,
  type TracedValue,
} from './node-context.ts'
import { reshape } from './reshape.ts'

/** The shape of a tensor, or a part of it, as a vector. */
export const shapeOf: Rule = (context) => {
  const shape = context.shape(0)
  if (shape === undefined) return [{ shape: [context.extents.variable({ uncertain: 'unknown' })] }]
  const elements = shape.slice(context.integer('start') ?? 0, context.integer('end') ?? undefined)
  return [{ shape: [context.extents.constant(elements.length)], elements }]
}

/** The number of elements. */
export const sizeOf: Rule = (context) => {
  const shape = context.shape(0)
  return shape && [{ shape: [], elements: [context.extents.product(shape)] }]
}

export const reshaped: Rule = (context) => {
  const { extents, label: by } = context
  const data = context.shape(0)
  const target = context.integers('shape')?.map((size) => extents.constant(size)) ?? context.input(1).elements
  if (data === undefined || target === undefined) return unknownOfLength(context, 1)
  const shape = reshape(data, target, extents, { allowZero: context.integer('allowzero') === 1, by })
  return [{ ...context.input(0), shape }]
}

/** A shape of which only the number of dimensions is known: as many as the vector at `slot` has elements. */
function unknownOfLength(context: NodeContext, slot: number): TracedValue[] | undefined {
  const [length] = context.shape(slot) ?? []
  const rank = length === undefined ? undefined : context.extents.size(length)
  if (rank === undefined || rank > mostElements) return undefined
  return [{ shape: Array.from({ length: rank }, () => context.extents.variable({ uncertain: 'unknown' })) }]
}

export const flatten: Rule = (context) => {
  const shape = context.shape(0)
  if (shape === undefined) return undefined
  const axis = context.integer('axis') ?? 1
  const cut = axis < 0 ? axis + shape.length : axis
  return [
    { shape: [context.extents.product(shape.slice(0, cut)), context.extents.product(shape.slice(cut))] },
  ]
}

export const transpose: Rule = (context) => {
  const shape = context.shape(0)
  if (shape === undefined) return undefined
  const order = context.integers('perm') ?? shape.map((_, axis) => shape.length - 1 - axis)
  const moved = order.map((axis) => shape[axis])
  if (moved.length !== shape.length || moved.some((extent) => extent === undefined)) return undefined
  const elements = transposedElements(context)
  return [
    {
      shape: moved.filter((extent) => extent !== undefined),
      ...(elements === undefined ? {} : { elements }),
    },
  ]
}

/** The numbers of a small table, columns first. */
function transposedElements(context: NodeContext): (Extent | undefined)[] | undefined {
  const { elements, shape } = context.input(0)
  const [rows, columns] = (shape ?? []).map((extent) => context.extents.size(extent) ?? 0)
  if (elements === undefined || shape?.length !== 2 || rows === undefined || columns === undefined)
    return undefined
  if (rows * columns !== elements.length) return undefined
  return Array.from({ length: columns }, (_, column) =>
    Array.from({ length: rows }, (__, row) => elements[row * columns + column]),
  ).flat()
}

export const unsqueeze: Rule = (context) => {
  const value = context.input(0)
  const axes = context.numbers('axes', 1)
  if (value.shape === undefined || axes === undefined) return undefined
  const rank = value.shape.length + axes.length
  const added = new Set(axes.map((axis) => axisOf(axis, rank)))
  const left = [...value.shape]
  const one = context.extents.constant(1)
  const shape = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? one : (left.shift() ?? one)))
  return [{ ...value, shape }]
}

export const squeeze: Rule = (context) => {
  const value = context.input(0)
  const { shape } = value
  if (shape === undefined) return undefined
  if (!context.hasNumbers('axes', 1)) {
    // Which dimensions are of size 1 is known only where all sizes are.
    const sizes = shape.map((extent) => context.extents.size(extent))
    if (sizes.some((size) => size === undefined)) return undefined
    return [{ ...value, shape: shape.filter((_, axis) => sizes[axis] !== 1) }]
  }
  const axes = context.numbers('axes', 1)
  if (axes === undefined) return undefined
  const gone = new Set(axes.map((axis) => axisOf(axis, shape.length)))
  for (const axis of gone) {
    const extent = axis === undefined ? undefined : shape[axis]
    if (extent === undefined) continue
    context.extents.demandOther(extent, 'items', context.label)
    context.extents.pin(extent, 1, context.label)
  }
  return [{ ...value, shape: shape.filter((_, axis) => !gone.has(axis)) }]
}

/** Repeats to fit a shape: what it says, or the size that was there. */
export const expand: Rule = (context) => {
  const value = context.input(0)
  const target = context.input(1).elements
  if (value.shape === undefined || target === undefined) return unknownOfLength(context, 1)
  const wanted = target.map((size) => size ?? context.extents.variable({ uncertain: 'unknown' }))
  const { positionsIn } = value
  return [
    {
      shape: broadcast([value.shape, wanted], context.extents, context.label),
      ...(positionsIn === undefined ? {} : { positionsIn }),
    },
  ]
}

export const tile: Rule = (context) => {
  const shape = context.shape(0)
  const repeats = context.input(1).elements
  if (shape === undefined || repeats === undefined) return undefined
  const { extents } = context
  return [
    {
      shape: shape.map((extent, axis) => {
        const times = repeats[axis]
        return times === undefined
          ? extents.variable({ uncertain: 'unknown' })
          : extents.product([extent, times])
      }),
    },
  ]
}

export const concat: Rule = (context) => {
  const values = Array.from({ length: context.inputCount }, (_, slot) => context.input(slot))
  const shapes = values.map(({ shape }) => shape)
  const [first] = shapes
  const axis = axisOf(context.integer('axis') ?? 0, first?.length ?? 0)
  if (first === undefined || axis === undefined) return undefined
  if (shapes.some((shape) => shape?.length !== first.length)) return undefined
  const known = shapes.filter((shape) => shape !== undefined)
  const { extents, label } = context
  const joined = known.flatMap((shape) => shape[axis] ?? [])
  const others = broadcast(
    known.map((shape) => shape.filter((_, at) => at !== axis)),
    extents,
    label,
  )
  const only = joined.length === 1 ? joined[0] : undefined
  if (only === undefined) for (const extent of joined) extents.demandOther(extent, 'items', label)
  const sizes = joined.map((extent) => extents.size(extent))
  const size = sizes.reduce(
    (sum, each) => (sum === undefined || each === undefined ? undefined : sum + each),
    0,
  )
  const shape = [
    ...others.slice(0, axis),
    only ?? extents.derived('concat', joined, size),
    ...others.slice(axis),
  ]
  const elements = first.length === 1 ? joinedElements(values, joined) : undefined
  return [{ shape, ...(elements === undefined ? {} : { elements }) }]
}

/** Vectors one after the other; those whose content is not known leave gaps, where their length is. */
function joinedElements(
  values: readonly TracedValue[],
  lengths: readonly Extent[],
): (Extent | undefined)[] | undefined {
  const parts = values.map(({ elements }, index): readonly (Extent | undefined)[] | undefined => {
    const length = lengths[index]
    if (elements !== undefined) return elements
    if (length === undefined || length.variables.length > 0 || length.scale > mostElements) return undefined
    return Array.from({ length: length.scale }, () => undefined)
  })
  if (parts.some((part) => part === undefined)) return undefined
  const all = parts.flatMap((part) => part ?? [])
  return all.length > mostElements ? undefined : all
}

export const split: Rule = (context) => {
  const shape = context.shape(0)
  const count = context.node.outputs.length
  const axis = axisOf(context.integer('axis') ?? 0, shape?.length ?? 0)
  const whole = axis === undefined ? undefined : shape?.[axis]
  if (shape === undefined || whole === undefined) return undefined
  const { extents, label } = context
  if (count > 1) extents.demandOther(whole, 'items', label)
  const sizes = context.numbers('split', 1)
  const part = (index: number): Extent => {
    if (sizes !== undefined) return extents.constant(sizes[index] ?? 1)
    if (context.hasNumbers('split', 1)) return extents.variable({ uncertain: 'unknown' })
    return (
      extents.quotient(whole, extents.constant(count)) ?? extents.derived(`split ${count} ${index}`, [whole])
    )
  }
  return Array.from({ length: count }, (_, index) => ({
    shape: shape.map((extent, at) => (at === axis ? part(index) : extent)),
  }))
}

export const pad: Rule = (context) => {
  const shape = context.shape(0)
  const pads = context.numbers('pads', 1)
  if (shape === undefined) return undefined
  const axes = context.has(3) ? context.constants(3) : shape.map((_, axis) => axis)
  if (pads === undefined || axes === undefined) {
    // Samples are not padded; of the other dimensions nothing is known.
    return [{ shape: shape.map((extent) => context.extents.derived(`pad ${context.label}`, [extent])) }]
  }
  const result = [...shape]
  for (const [index, given] of axes.entries()) {
    const axis = axisOf(given, shape.length)
    const extent = axis === undefined ? undefined : shape[axis]
    if (axis === undefined || extent === undefined) return undefined
    const added = (pads[index] ?? 0) + (pads[index + axes.length] ?? 0)
    if (added === 0) continue
    const size = context.extents.size(extent)
    result[axis] = context.extents.derived(
      `pad ${added}`,
      [extent],
      size === undefined ? undefined : size + added,
    )
  }
  return [{ shape: result }]
}

export const constantOfShape: Rule = (context) => {
  const sizes = context.input(0).elements
  if (sizes === undefined) return unknownOfLength(context, 0)
  const shape = sizes.map((size) => size ?? unknownSize(context))
  const value = context.node.attributes[0]?.tensors[0]?.values?.[0] ?? 0
  const [length, ...more] = shape
  const count = length === undefined ? 1 : context.extents.size(length)
  const few = more.length === 0 && count !== undefined && count <= mostElements && Number.isSafeInteger(value)
  return [
    few
      ? { shape, elements: Array.from({ length: count }, () => context.extents.constant(value)) }
      : { shape },
  ]
}

/** Numbers from start to limit: positions, where they start at 0 and go up by 1. */
export const range: Rule = (context) => {
  const [start, delta] = [context.constants(0)?.[0], context.constants(2)?.[0]]
  const limit = context.input(1).elements?.[0]
  if (start !== 0 || delta !== 1 || limit === undefined) return [{ shape: [unknownSize(context)] }]
  return [{ shape: [limit], positionsIn: limit }]
}

/** One more dimension, of the classes that input 1 counts. */
export const oneHot: Rule = (context) => {
  const shape = context.shape(0)
  const classes = context.input(1).elements?.[0]
  if (shape === undefined) return undefined
  const axis = axisOf(context.integer('axis') ?? -1, shape.length + 1)
  if (axis === undefined) return undefined
  return [{ shape: [...shape.slice(0, axis), classes ?? unknownSize(context), ...shape.slice(axis)] }]
}

/** How many there are depends on the values. */
export const nonZero: Rule = (context) => {
  const rank = context.shape(0)?.length
  if (rank === undefined) return undefined
  return [{ shape: [context.extents.constant(rank), context.extents.variable({ uncertain: 'values' })] }]
}
