/**
 * Where the samples of a batch lie in a tensor: along one axis, whose size is outer x batch x inner. Both factors are 1
 * unless the batch was merged with another dimension: [batch * heads, ...] has inner = heads, [tokens * batch, ...] has
 * outer = tokens.
 */
export interface BatchPlace {
  readonly axis: number
  readonly outer: number
  readonly inner: number
}

/** A batch axis of its own. */
export function along(axis: number): BatchPlace {
  return { axis, outer: 1, inner: 1 }
}

export function isPure({ outer, inner }: BatchPlace): boolean {
  return outer === 1 && inner === 1
}

/** How many times the batch the size of the axis is. */
export function timesOf({ outer, inner }: BatchPlace): number {
  return outer * inner
}

export function samePlace(a: BatchPlace | undefined, b: BatchPlace | undefined): boolean {
  return a?.axis === b?.axis && a?.outer === b?.outer && a?.inner === b?.inner
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum * size, 1)
}

/**
 * Where the samples may lie after a tensor of shape `from` is read as one of shape `to`, in the same order of elements,
 * at batch size `batch`. Dimensions of size 1 leave several answers; the likeliest comes first:
 * a dimension of the batch's own, at the place where it was, before one that merges it with a neighbour; of those, one
 * that leaves the dimension behind the batch as it was.
 */
export function placesAfterReshape(
  from: readonly number[],
  place: BatchPlace,
  to: readonly number[],
  batch: number,
): BatchPlace[] {
  const outerTotal = product(from.slice(0, place.axis)) * place.outer
  const places: BatchPlace[] = []
  for (const [axis, size] of to.entries()) {
    const before = product(to.slice(0, axis))
    if (before === 0 || outerTotal % before !== 0) continue
    const outer = outerTotal / before
    if (outer === 0 || size % (outer * batch) !== 0 || size === 0) continue
    places.push({ axis, outer, inner: size / (outer * batch) })
  }
  const behind = place.inner === 1 ? from[place.axis + 1] : undefined
  const rank = (candidate: BatchPlace) => {
    const moves = samePlace(candidate, place) ? 0 : 1
    if (isPure(candidate)) return moves
    if (moves === 0) return 2
    if (candidate.inner === 1) return to[candidate.axis + 1] === behind ? 3 : 5
    return 4
  }
  return places
    .map((candidate, index) => ({ candidate, index }))
    .sort((a, b) => rank(a.candidate) - rank(b.candidate) || a.index - b.index)
    .map(({ candidate }) => candidate)
}
