import type { PlotPoint } from './plot.ts'
import type { SampleSource } from './sample-source.ts'

/** The stretch of time that a live chart shows, in ms on the telemetry clock. */
export interface TimeView {
  fromMs: number
  toMs: number
  /** Where the chart's time is zero: the start of the experiment. */
  originMs: number
}

/**
 * Writes the part of a ring's column that a view shows into `points` (x in s since the origin, y divided by
 * `divisor`), one row beyond each edge included so that lines reach the edges. Points are written over in place:
 * ten times a second thousands of new objects would be work for the garbage collector, and a long frame.
 *
 * With more than `limit` rows in view, neighbours are merged and the highest of them is kept: peaks are what
 * memory charts are read for. Returns the largest y written, or 0.
 */
export function writeRingPoints(
  points: PlotPoint[],
  ring: SampleSource,
  column: string,
  view: TimeView,
  options: { limit: number; divisor?: number },
): number {
  const first = Math.max(0, ring.rowFrom(view.fromMs) - 1)
  const end = Math.min(ring.length, ring.rowFrom(view.toMs) + 1)
  // Powers of two, and groups that begin at multiples of them counted from the first row ever written: a group
  // keeps its members while the view moves, and the curve does not flicker.
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2((end - first) / options.limit)))
  const divisor = options.divisor ?? 1
  let written = 0
  let largest = 0
  for (let group = first - ((ring.dropped + first) % stride); group < end; group += stride) {
    const row = Math.max(0, group)
    let best = row
    for (let other = row + 1; other < Math.min(group + stride, end); other += 1) {
      const value = ring.valueAt(column, other)
      const highest = ring.valueAt(column, best)
      if (value > highest || (Number.isNaN(highest) && !Number.isNaN(value))) best = other
    }
    const y = ring.valueAt(column, best) / divisor
    const x = (ring.timeAt(best) - view.originMs) / 1000
    const point = points[written]
    if (point === undefined) points.push({ x, y })
    else {
      point.x = x
      point.y = y
    }
    if (y > largest) largest = y
    written += 1
  }
  points.length = written
  return largest
}
