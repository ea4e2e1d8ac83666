import type { Energy } from '../../contract/trial.ts'

/** The power of a device at one moment. */
export interface PowerReading {
  /** In ms, on the same clock as the window. */
  timeMs: number
  watts: number
}

/** Fewer readings tell no mean of a power that changes. */
export const fewestPowerReadings = 5

/** Readings must span this part of the window, from the first to the last ... */
const leastSpan = 0.8

/** ... and no two neighbours may be further apart than this part of it. */
const widestGap = 0.25

/**
 * Energy per item over a measured window, from readings of the whole device's power: the mean power (trapezoidal rule over
 * the readings' times; towards the window's ends the nearest reading holds) times the time that the items took.
 *
 * `undefined` where readings are too few or leave too much of the window out.
 */
export function energyOf(
  readings: readonly PowerReading[],
  window: { fromMs: number; toMs: number },
  /** What the host measured: its window is a little shorter than the one seen from outside. */
  measured: { windowMs: number; items: number },
): Energy | undefined {
  const { fromMs, toMs } = window
  const inside = readings
    .filter(({ timeMs, watts }) => timeMs >= fromMs && timeMs <= toMs && watts >= 0 && Number.isFinite(watts))
    .sort((one, other) => one.timeMs - other.timeMs)
  const [first, last] = [inside[0], inside.at(-1)]
  if (first === undefined || last === undefined || inside.length < fewestPowerReadings) return undefined
  const lengthMs = toMs - fromMs
  if (last.timeMs - first.timeMs < leastSpan * lengthMs) return undefined
  let wattMs = first.watts * (first.timeMs - fromMs) + last.watts * (toMs - last.timeMs)
  let before = first
  for (const reading of inside.slice(1)) {
    const gapMs = reading.timeMs - before.timeMs
    if (gapMs > widestGap * lengthMs) return undefined
    wattMs += ((before.watts + reading.watts) / 2) * gapMs
    before = reading
  }
  const meanWatts = wattMs / lengthMs
  const joulesPerItem = (meanWatts * measured.windowMs) / 1000 / measured.items
  // A device that tells 0 W tells nothing.
  if (!(joulesPerItem > 0) || !Number.isFinite(joulesPerItem)) return undefined
  return { joulesPerItem, meanWatts, readings: inside.length }
}
