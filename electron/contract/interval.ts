import * as v from 'valibot'

/** A 95 % interval, [low, high]. */
export const IntervalSchema = v.tuple([v.number(), v.number()])
export type Interval = v.InferOutput<typeof IntervalSchema>

/** The `±` of an interval: half its width relative to its middle; `undefined` for a middle that is not above 0. */
export function relativeHalfWidthOf([low, high]: Interval): number | undefined {
  const relative = (high - low) / (high + low)
  return Number.isFinite(relative) && relative >= 0 ? relative : undefined
}
