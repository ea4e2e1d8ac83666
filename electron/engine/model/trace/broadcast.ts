import type { Extent, Extents } from './extents.ts'

/** The shape that operators give which repeat dimensions of size 1 to fit the other side (numpy's broadcasting). */
export function broadcast(
  shapes: readonly (readonly Extent[])[],
  extents: Extents,
  by: string,
): readonly Extent[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const meeting = shapes.flatMap((shape) => shape[axis - rank + shape.length] ?? [])
    return meeting.reduce((a, b) => broadcastPair(a, b, extents, by))
  })
}

function broadcastPair(a: Extent, b: Extent, extents: Extents, by: string): Extent {
  if (isOne(a) || extents.same(a, b)) return b
  if (isOne(b)) return a
  const [sizeA, sizeB] = [extents.size(a), extents.size(b)]
  if (isConstant(a) && isConstant(b)) {
    if (a.scale !== b.scale) extents.contradict(by)
    return a
  }
  if (isConstant(a) || isConstant(b)) {
    const [constant, other] = isConstant(a) ? [a, b] : [b, a]
    // One fixed at 1 is repeated; an open one could be as well, but nobody exports that.
    if (extents.size(other) === 1) return constant
    extents.pin(other, constant.scale, by)
    return other
  }
  if (sizeA === 1 && sizeB !== 1) return b
  if (sizeB === 1 && sizeA !== 1) return a
  if (sizeA !== undefined && sizeB !== undefined && sizeA !== sizeB) {
    extents.contradict(by)
    return a
  }
  extents.unify(a, b)
  return a
}

const isConstant = ({ variables }: Extent) => variables.length === 0
const isOne = (extent: Extent) => isConstant(extent) && extent.scale === 1
