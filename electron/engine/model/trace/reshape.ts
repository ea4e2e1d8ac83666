import type { Extent, Extents } from './extents.ts'

/** A target size as Reshape takes it: known, `rest` for -1, or undefined where it is not known. */
type Target = Extent | 'rest' | undefined

/**
 * The shape that Reshape gives. Sizes that stand for themselves are found by what they are (`[batch, -1]` made from the
 * input's shape) and, where constants bake them in (`[1, -1]`), by their place: what is equal from the left and from
 * the right is taken for the same. Undefined sizes become variables of their own.
 */
export function reshape(
  data: readonly Extent[],
  target: readonly (Extent | undefined)[],
  extents: Extents,
  options: { allowZero: boolean; by: string },
): readonly Extent[] {
  const goals = target.map((size, axis): Target => {
    if (size === undefined || size.variables.length > 0) return size
    if (size.scale === 0 && !options.allowZero) return data[axis]
    return size.scale === -1 ? 'rest' : size
  })
  const given = data.filter((extent) => !isOne(extent))
  const result: (Extent | undefined)[] = goals.map(() => undefined)
  let [from, to] = [0, given.length]
  let [start, end] = [0, goals.length]
  const matches = (extent: Extent | undefined, goal: Target) => {
    if (extent === undefined || goal === undefined || goal === 'rest') return false
    if (extents.same(extent, goal)) return true
    const size = extents.size(extent)
    return size !== undefined && size === extents.size(goal)
  }
  const inserted = (goal: Target) => goal !== undefined && goal !== 'rest' && isOne(goal)
  for (; start < end; start += 1) {
    const goal = goals[start]
    const next = from < to ? given[from] : undefined
    if (matches(next, goal)) {
      result[start] = next
      from += 1
    } else if (inserted(goal)) {
      const [one, rest] = unfolded(next, extents)
      result[start] = one
      if (rest !== undefined) given[from] = rest
    } else break
  }
  for (; end > start; end -= 1) {
    const goal = goals[end - 1]
    if (to > from && matches(given[to - 1], goal)) result[end - 1] = given[--to]
    else if (inserted(goal) && extents.size(given[to - 1] ?? extents.constant(0)) !== undefined) {
      result[end - 1] = extents.constant(1)
    } else break
  }
  const left = given.slice(from, to)
  if (start < end) {
    const middle = between(left, goals.slice(start, end), extents, options.by)
    middle.forEach((extent, index) => {
      result[start + index] = extent
    })
  } else if (left.length > 0) {
    // Of size 1, or it would not fit: it is folded into its neighbour.
    extents.pin(extents.product(left), 1, options.by)
    const neighbour = start < goals.length ? start : start - 1
    const beside = result[neighbour]
    if (beside !== undefined) result[neighbour] = extents.product([...left, beside])
  }
  return result.map((extent) => extent ?? extents.variable({ uncertain: 'unknown' }))
}

/** A dimension of size 1 that was folded into this one, or one that is new; and what is left. */
function unfolded(extent: Extent | undefined, extents: Extents): [one: Extent, rest?: Extent] {
  const factors = extent?.variables.map((id) => ({ scale: 1, variables: [id] })) ?? []
  const isProduct = factors.length > 1 || (extent !== undefined && extent.scale > 1)
  const folded = isProduct ? factors.find((factor) => extents.size(factor) === 1) : undefined
  const rest = extent && folded && extents.quotient(extent, folded)
  return folded === undefined || rest === undefined ? [extents.constant(1)] : [folded, rest]
}

/** What is left when both ends are matched. */
function between(
  data: readonly Extent[],
  goals: readonly Target[],
  extents: Extents,
  by: string,
): readonly (Extent | undefined)[] {
  const whole = extents.product(data)
  const open = goals.filter((goal) => goal === 'rest' || goal === undefined).length
  if (open === 1) {
    const known = extents.product(goals.filter((goal) => goal !== 'rest' && goal !== undefined))
    const rest = extents.quotient(whole, known) ?? quotientOfSizes(whole, known, extents)
    return placed(
      data,
      goals.map((goal) => (goal === 'rest' || goal === undefined ? rest : goal)),
      extents,
    )
  }
  const known = goals.filter((goal) => goal !== 'rest' && goal !== undefined)
  if (known.length < goals.length) return goals.map((goal) => (goal === 'rest' ? undefined : goal))
  const size = extents.size(extents.product(known))
  if (size !== undefined) extents.pin(whole, size, by)
  return placed(data, known, extents)
}

/** The quotient where sizes that are known count as numbers: `[batch, 76, 32]` over 2432 is the batch. */
function quotientOfSizes(whole: Extent, known: Extent, extents: Extents): Extent {
  const plain = (extent: Extent): Extent => {
    const factors = extent.variables.map((id) => ({ scale: 1, variables: [id] }))
    const sizes = factors.map((factor) => extents.size(factor))
    return {
      scale: sizes.reduce<number>((scale, size) => scale * (size ?? 1), extent.scale),
      variables: extent.variables.filter((_, index) => sizes[index] === undefined),
    }
  }
  return extents.quotient(plain(whole), plain(known)) ?? extents.derived('rest', [whole, known])
}

/**
 * Puts the variables of `data` that constants hide back in their places, where all sizes are known: neighbours that
 * multiply to the same size are the same thing.
 */
function placed(
  data: readonly Extent[],
  goals: readonly (Extent | undefined)[],
  extents: Extents,
): readonly (Extent | undefined)[] {
  const named = new Set(goals.flatMap((goal) => goal?.variables.map((id) => extents.root(id)) ?? []))
  const hidden = data.filter(({ variables }) => variables.some((id) => !named.has(extents.root(id))))
  if (hidden.length === 0) return goals
  const sizes = data.map((extent) => extents.size(extent))
  const wanted = goals.map((goal) => goal && extents.size(goal))
  if ([...sizes, ...wanted].some((size) => size === undefined || size < 1)) return goals
  const result: (Extent | undefined)[] = []
  let [nextData, nextGoal] = [0, 0]
  while (nextGoal < goals.length) {
    const [fromData, fromGoal] = [nextData, nextGoal]
    let product = sizes[nextData++] ?? 1
    let wantedProduct = wanted[nextGoal++] ?? 1
    while (product !== wantedProduct) {
      if (product < wantedProduct && nextData < data.length) product *= sizes[nextData++] ?? 1
      else if (product > wantedProduct && nextGoal < goals.length) wantedProduct *= wanted[nextGoal++] ?? 1
      else return goals
    }
    // What is left at the end can only be of size 1.
    const group = data.slice(fromData, nextGoal === goals.length ? undefined : nextData)
    result.push(...split(group, goals.slice(fromGoal, nextGoal), extents))
  }
  return result
}

/** One size taken apart into several: each variable goes to the first of its own size, if there is one. */
function split(
  group: readonly Extent[],
  goals: readonly (Extent | undefined)[],
  extents: Extents,
): (Extent | undefined)[] {
  if (goals.length === 1) return [extents.product(group)]
  const result = [...goals]
  for (const id of extents.product(group).variables) {
    const variable = { scale: 1, variables: [id] }
    const size = extents.size(variable)
    const at = result.findIndex(
      (goal) => goal !== undefined && goal.variables.length === 0 && goal.scale === size,
    )
    if (at >= 0) {
      result[at] = variable
      continue
    }
    // It cannot be told which part of it went where.
    return goals.map((goal, index) =>
      goal === undefined || goal.variables.length > 0
        ? goal
        : extents.derived(`part ${index} of ${goals.length}`, [...group, goal], extents.size(goal)),
    )
  }
  return result
}

const isOne = ({ scale, variables }: Extent) => scale === 1 && variables.length === 0
