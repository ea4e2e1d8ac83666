import { fitAffine, type AffineFit, type Point } from './affine-fit.ts'

/** Lengths and positions tried in one search, at most: long sweeps are searched in coarser steps. */
const finest = 24

/**
 * The line of the longest stretch of points that follows one, for curves that follow a line over part of their range:
 * latency bends upwards where a cache or the device is full, memory does not rise below what the process needs anyway. A
 * stretch has no gaps but outliers, three different x at least and half of all, for a line that most points do not follow
 * is not theirs.
 *
 * `anywhere` takes, of stretches equally long, that of the smallest x. `to-largest` is for predicting beyond the largest x:
 * the stretch must end there, for a line that misses the nearest point says nothing of the next. Where none follows, it is
 * the line through all points, which then says that it is not followed. `undefined` as for `fitAffine`.
 */
export function fitStretch(
  points: readonly Point[],
  where: 'anywhere' | 'to-largest',
): AffineFit | undefined {
  const sizes = [...new Set(points.map(({ x }) => x))].sort((one, other) => one - other)
  const whole = fitAffine(points)
  if (whole === undefined) return undefined
  const largest = sizes.at(-1)
  const qualifies = ({ follows, points: used }: AffineFit) =>
    follows && (where === 'anywhere' || used.at(-1)?.x === largest)
  if (qualifies(whole)) return whole

  const step = Math.max(1, Math.floor(sizes.length / finest))
  const least = Math.max(3, Math.ceil(sizes.length / 2))
  for (let length = sizes.length - step; length >= least; length -= step) {
    for (const start of startsFor(length, sizes.length, step, where)) {
      const [from = 0, to = 0] = [sizes[start], sizes[start + length - 1]]
      const fit = fitAffine(points.filter(({ x }) => x >= from && x <= to))
      if (fit !== undefined && qualifies(fit)) return fit
    }
  }
  return { ...whole, follows: false }
}

function startsFor(length: number, all: number, step: number, where: 'anywhere' | 'to-largest'): number[] {
  const last = all - length
  if (where === 'to-largest') return [last]
  const starts: number[] = []
  for (let start = 0; start < last; start += step) starts.push(start)
  return [...starts, last]
}
