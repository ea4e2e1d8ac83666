import { broadcast } from './broadcast.ts'
import type { Counts, Extent } from './extents.ts'
import { axisOf, mostElements, type NodeContext, type Rule, type TracedValue } from './node-context.ts'

/** One output of the shape of the first input, with the same values. */
export const keep: Rule = (context) => [context.input(0)]

/** One output of the shape of the first input, with other values. */
export const keepShape: Rule = (context) => {
  const shape = context.shape(0)
  return shape && [{ shape }]
}

/** Operators that work on each element by itself, on inputs of the same shape or such as can be repeated. */
export const elementwise: Rule = (context) => {
  const slots = Array.from({ length: context.inputCount }, (_, slot) => slot).filter((slot) =>
    context.has(slot),
  )
  return elementwiseOf(context, slots)
}

/** Operators of quantised tensors: the tensors at `slots`, with scales and zero points between them. */
export const elementwiseAt = (slots: readonly number[]): Rule => {
  return (context) => elementwiseOf(context, slots)
}

function elementwiseOf(context: NodeContext, slots: readonly number[]): TracedValue[] | undefined {
  const shapes = slots.map((slot) => context.shape(slot))
  if (shapes.some((shape) => shape === undefined)) return undefined
  const known = shapes.filter((shape) => shape !== undefined)
  return [{ shape: broadcast(known, context.extents, context.label) }]
}

type Whole = (a: Extent, b: Extent, context: NodeContext) => Extent | undefined

/** Elementwise operators that reckon with shapes on their way to a Reshape. */
export const reckoning = (work: Whole): Rule => {
  return (context) => {
    const [value] = elementwise(context) ?? []
    const elements = reckon(context, work)
    const { positionsIn } = context.input(0).positionsIn === undefined ? context.input(1) : context.input(0)
    return [
      {
        ...value,
        ...(elements === undefined ? {} : { elements }),
        ...(positionsIn === undefined ? {} : { positionsIn }),
      },
    ]
  }
}

function reckon(context: NodeContext, work: Whole): (Extent | undefined)[] | undefined {
  const [a, b] = [context.input(0).elements, context.input(1).elements]
  if (a === undefined || b === undefined) return undefined
  if ([0, 1].some((slot) => (context.shape(slot)?.length ?? 0) > 1)) return undefined
  const length = a.length === 0 || b.length === 0 ? 0 : Math.max(a.length, b.length)
  if (length > mostElements || [a, b].some((list) => list.length !== length && list.length !== 1))
    return undefined
  return Array.from({ length }, (_, index) => {
    const [left, right] = [a[a.length === 1 ? 0 : index], b[b.length === 1 ? 0 : index]]
    return left === undefined || right === undefined ? undefined : work(left, right, context)
  })
}

const whole = (value: number, context: NodeContext) =>
  Number.isSafeInteger(value) ? context.extents.constant(value) : undefined
const isConstant = ({ variables }: Extent) => variables.length === 0

export const add: Whole = (a, b, context) => sum(a, b, 1, context)
export const subtract: Whole = (a, b, context) => sum(a, b, -1, context)

function sum(a: Extent, b: Extent, sign: 1 | -1, context: NodeContext): Extent | undefined {
  if (isConstant(a) && isConstant(b)) return whole(a.scale + sign * b.scale, context)
  if (isConstant(b) && b.scale === 0) return a
  if (isConstant(a) && a.scale === 0 && sign === 1) return b
  const { extents } = context
  const [sizeA, sizeB] = [extents.size(a), extents.size(b)]
  const size = sizeA === undefined || sizeB === undefined ? undefined : sizeA + sign * sizeB
  return extents.derived(sign === 1 ? 'add' : 'subtract', [a, b], size)
}

export const multiply: Whole = (a, b, context) => context.extents.product([a, b])

export const divide: Whole = (a, b, context) => {
  const { extents } = context
  const exact = extents.quotient(a, b)
  if (exact !== undefined) return exact
  const [sizeA, sizeB] = [extents.size(a), extents.size(b)]
  const known = sizeA !== undefined && sizeB !== undefined && sizeB !== 0
  return extents.derived('divide', [a, b], known ? Math.trunc(sizeA / sizeB) : undefined)
}

/** Whether two sizes are equal, as 1 or 0: exporters ask whether a shape says -1. */
export const equal: Whole = (a, b, { extents }) => {
  if (extents.same(a, b)) return extents.constant(1)
  const [sizeA, sizeB] = [extents.size(a), extents.size(b)]
  if (sizeA !== undefined && sizeB !== undefined) return extents.constant(sizeA === sizeB ? 1 : 0)
  // A size that is not known is no negative number all the same.
  return (sizeA ?? 0) < 0 || (sizeB ?? 0) < 0 ? extents.constant(0) : undefined
}

/** Logical negation, also of what is known. */
export const not: Rule = (context) => {
  const { shape, elements } = context.input(0)
  const one = (element: Extent | undefined) =>
    element !== undefined && isConstant(element)
      ? context.extents.constant(element.scale === 0 ? 1 : 0)
      : undefined
  return [{ ...(shape && { shape }), ...(elements && { elements: elements.map(one) }) }]
}

export const where: Rule = (context) => {
  const [value] = elementwise(context) ?? []
  const [condition, yes, no] = [0, 1, 2].map((slot) => context.input(slot).elements)
  if (condition === undefined || yes === undefined || no === undefined) return value && [value]
  const length = Math.max(condition.length, yes.length, no.length)
  const at = (list: readonly (Extent | undefined)[], index: number) => list[list.length === 1 ? 0 : index]
  const elements = Array.from({ length }, (_, index) => {
    const chosen = at(condition, index)
    if (chosen === undefined || !isConstant(chosen)) return undefined
    return at(chosen.scale === 0 ? no : yes, index)
  })
  return [{ ...value, elements }]
}

/** Numpy's matrix product of the inputs at two slots. */
export const matrixProductOf = (slotA: number, slotB: number): Rule => {
  return (context) => {
    const [a, b] = [context.shape(slotA), context.shape(slotB)]
    if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return undefined
    const [inner, otherInner] = [a.at(-1), b.length === 1 ? b[0] : b.at(-2)]
    if (inner !== undefined && otherInner !== undefined) contract(inner, otherInner, context)
    const batch = broadcast([a.slice(0, -2), b.slice(0, -2)], context.extents, context.label)
    const rows = a.length === 1 ? [] : a.slice(-2, -1)
    const columns = b.length === 1 ? [] : b.slice(-1)
    return [{ shape: [...batch, ...rows, ...columns] }]
  }
}

/** General matrix product of the inputs at two slots, both of rank 2. */
export const generalProductOf = (slotA: number, slotB: number): Rule => {
  return (context) => {
    const [a, b] = [context.shape(slotA), context.shape(slotB)]
    if (a === undefined || b === undefined) return undefined
    if (a.length !== 2 || b.length !== 2) {
      context.extents.contradict(context.label)
      return undefined
    }
    const [rows, inner] = context.integer('transA') === 1 ? [a[1], a[0]] : a
    const [otherInner, columns] = context.integer('transB') === 1 ? [b[1], b[0]] : b
    if (rows === undefined || inner === undefined || otherInner === undefined || columns === undefined)
      return undefined
    contract(inner, otherInner, context)
    return [{ shape: [rows, columns] }]
  }
}

/** Weights in blocks of few bits (com.microsoft): the attribute K says what the last dimension must be. */
export const blockedProduct: Rule = (context) => {
  const shape = context.shape(0)
  const [inner, columns] = [context.integer('K'), context.integer('N')]
  const last = shape?.at(-1)
  if (shape === undefined || last === undefined || inner === undefined || columns === undefined)
    return undefined
  contract(last, context.extents.constant(inner), context)
  return [{ shape: [...shape.slice(0, -1), context.extents.constant(columns)] }]
}

/** Both count the same thing, and it is summed over. */
function contract(a: Extent, b: Extent, { extents, label }: NodeContext): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (isConstant(other)) extents.pin(one, other.scale, label)
    extents.demandOther(one, 'features', label)
  }
  extents.unify(a, b)
}

/** Sums, means and the like along axes, given by the attribute or by the input after the data. */
export const reduce: Rule = (context) => {
  const shape = context.shape(0)
  if (shape === undefined) return undefined
  const keepsDimensions = context.integer('keepdims') !== 0
  const one = context.extents.constant(1)
  if (!context.hasNumbers('axes', 1)) {
    if (context.integer('noop_with_empty_axes') === 1) return [{ shape }]
    return [{ shape: keepsDimensions ? shape.map(() => one) : [] }]
  }
  const axes = context.numbers('axes', 1)
  if (axes === undefined) return undefined
  const reduced = new Set(axes.map((axis) => axisOf(axis, shape.length)))
  for (const axis of reduced) demandOther(context, shape, axis, 'items')
  return [
    {
      shape: shape.flatMap((extent, axis) => (!reduced.has(axis) ? [extent] : keepsDimensions ? [one] : [])),
      ...reducedElements(context),
    },
  ]
}

/** The product of a shape's sizes. */
function reducedElements(context: NodeContext): Pick<TracedValue, 'elements'> {
  const { elements } = context.input(0)
  if (context.node.type !== 'ReduceProd' || elements === undefined) return {}
  const known = elements.filter((element) => element !== undefined)
  return known.length === elements.length ? { elements: [context.extents.product(known)] } : {}
}

/** ArgMax and ArgMin. */
export const argument: Rule = (context) => {
  const shape = context.shape(0)
  if (shape === undefined) return undefined
  const axis = axisOf(context.integer('axis') ?? 0, shape.length)
  demandOther(context, shape, axis, 'features')
  const one = context.extents.constant(1)
  const keepsDimensions = context.integer('keepdims') !== 0
  return [{ shape: shape.flatMap((extent, at) => (at !== axis ? [extent] : keepsDimensions ? [one] : [])) }]
}

/** The largest or smallest along an axis: as many as input 1 says, in values and in places. */
export const topK: Rule = (context) => {
  const shape = context.shape(0)
  const axis = axisOf(context.integer('axis') ?? -1, shape?.length ?? 0)
  if (shape === undefined || axis === undefined) return undefined
  demandOther(context, shape, axis, 'items')
  const count = context.input(1).elements?.[0] ?? context.extents.variable({ uncertain: 'unknown' })
  const kept = shape.map((extent, at) => (at === axis ? count : extent))
  return [{ shape: kept }, { shape: kept }]
}

/** Operators that keep the shape and mix what lies along one axis. */
export const alongAxis = (otherwise: number | undefined, counts: Counts): Rule => {
  return (context) => {
    const shape = context.shape(0)
    if (shape === undefined) return undefined
    const axis = context.integer('axis') ?? otherwise
    if (axis !== undefined) demandOther(context, shape, axisOf(axis, shape.length), counts)
    return [{ shape }]
  }
}

/** Running sums: where they count ones they are positions along that axis. */
export const runningSum: Rule = (context) => {
  const shape = context.shape(0)
  const axis = axisOf(context.constants(1)?.[0] ?? Number.NaN, shape?.length ?? 0)
  if (shape === undefined || axis === undefined) return keepShape(context)
  demandOther(context, shape, axis, 'steps')
  const positionsIn = shape[axis]
  return [{ shape, ...(positionsIn === undefined ? {} : { positionsIn }) }]
}

export function demandOther(
  { extents, label }: NodeContext,
  shape: readonly Extent[],
  axis: number | undefined,
  counts: Counts,
): void {
  const extent = axis === undefined ? undefined : shape[axis]
  if (extent !== undefined) extents.demandOther(extent, counts, label)
}

/** Sums of products, as the letters of `equation` say. */
export const einsum: Rule = (context) => {
  const equation = context.text('equation')?.replace(/\s/g, '')
  if (equation === undefined || equation.includes('.') || !equation.includes('->')) return undefined
  const [left = '', right = ''] = equation.split('->')
  const letters = new Map<string, Extent>()
  for (const [slot, term] of left.split(',').entries()) {
    const shape = context.shape(slot)
    if (shape?.length !== term.length) return undefined
    shape.forEach((extent, axis) => {
      const letter = term[axis] ?? ''
      const known = letters.get(letter)
      letters.set(
        letter,
        known === undefined
          ? extent
          : (broadcast([[known], [extent]], context.extents, context.label)[0] ?? extent),
      )
    })
  }
  for (const [letter, extent] of letters) {
    if (!right.includes(letter)) context.extents.demandOther(extent, 'features', context.label)
  }
  const shape = [...right].map((letter) => letters.get(letter))
  return shape.some((extent) => extent === undefined)
    ? undefined
    : [{ shape: shape.filter((extent) => extent !== undefined) }]
}
