/**
 * One element of a tensor that the model computes sizes with: its value at the fixed batch size, and how many times the
 * batch it is. `times` is absent for what does not depend on the batch, and NaN for what does in another way.
 */
export interface SizeEntry {
  readonly value: number
  readonly times?: number
}

export function constantEntry(value: number): SizeEntry {
  return { value }
}

export function follows({ times }: SizeEntry): boolean {
  return times !== undefined
}

type Combine = (a: SizeEntry, b: SizeEntry) => number | undefined

/** How many times the batch the result of an operator on two sizes is; undefined for none, NaN for what cannot be told. */
const combinations: Record<string, Combine> = {
  Mul: (a, b) => {
    if (a.times !== undefined && b.times !== undefined) return NaN
    if (a.times !== undefined) return a.times * b.value
    return b.times === undefined ? undefined : b.times * a.value
  },
  Div: (a, b) => {
    if (b.times !== undefined) return a.times === undefined ? NaN : undefined
    return a.times === undefined ? undefined : a.times / b.value
  },
  Add: (a, b) => sum(a, b, 1),
  Sub: (a, b) => sum(a, b, -1),
  Equal: (a, b) => comparison(a, b),
  Greater: (a, b) => comparison(a, b),
  GreaterOrEqual: (a, b) => comparison(a, b),
  Less: (a, b) => comparison(a, b),
  LessOrEqual: (a, b) => comparison(a, b),
}

/** Operators on two sizes whose result can be followed. */
export function combination(operator: string): Combine | undefined {
  return Object.hasOwn(combinations, operator) ? combinations[operator] : undefined
}

function sum(a: SizeEntry, b: SizeEntry, sign: 1 | -1): number | undefined {
  if (a.times === undefined && b.times === undefined) return undefined
  if (a.times === undefined) return a.value === 0 ? sign * (b.times ?? NaN) : NaN
  if (b.times === undefined) return b.value === 0 ? a.times : NaN
  const times = a.times + sign * b.times
  return times === 0 ? undefined : times
}

/** Comparisons with a size whose outcome is the same at every batch size: with the same size, and with none (-1, 0). */
function comparison(a: SizeEntry, b: SizeEntry): number | undefined {
  if (a.times === b.times) return undefined
  const [size, other] = a.times === undefined ? [b, a] : [a, b]
  return other.times === undefined && other.value <= 0 && (size.times ?? 0) > 0 ? undefined : NaN
}
