import type { Point } from './affine-fit.ts'

/** Of the curve's height: less may be noise on a straight line. */
const leastBend = 0.1

/**
 * The knee of a curve that rises ever more slowly: Kneedle (Satopaa et al. 2011, Finding a "Kneedle" in a Haystack),
 * offline, for points in ascending x. Both axes are scaled to [0, 1]; the knee is where the curve stands highest above the
 * diagonal. Instead of the paper's sensitivity, which asks for many points, it must stand at least a tenth above it.
 *
 * Dips below a height already reached are ignored, for past the highest point more x buys nothing, and before it they
 * are noise. Gives the x of the knee; `undefined` for fewer than three points, for a straight, a falling or a bent-up
 * curve, and for values that are not numbers.
 */
export function knee(points: readonly Point[]): number | undefined {
  if (points.some(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y))) return undefined
  const first = points[0]
  const last = points.at(-1)
  if (points.length < 3 || first === undefined || last === undefined) return undefined
  const width = last.x - first.x
  const height = points.reduce((highest, { y }) => Math.max(highest, y), first.y) - first.y
  if (!(width > 0 && height > 0)) return undefined

  let reached = first.y
  const above = points.map(({ x, y }) => {
    reached = Math.max(reached, y)
    return { x, difference: (reached - first.y) / height - (x - first.x) / width }
  })
  const best = above.reduce((one, other) => (other.difference > one.difference ? other : one))
  return best.difference >= leastBend ? best.x : undefined
}
