import { describe, expect, it } from 'vitest'
import { energyOf, type PowerReading } from '../../../../electron/engine/experiment/energy.ts'

const window = { fromMs: 10_000, toMs: 12_000 }
const measured = { windowMs: 2000, items: 100 }

/** Readings of a known power, `everyMs` over the window. */
function readings(wattsAt: (secondsIn: number) => number, everyMs = 50, offsetMs = 0): PowerReading[] {
  const all: PowerReading[] = []
  for (let timeMs = window.fromMs + offsetMs; timeMs <= window.toMs; timeMs += everyMs) {
    all.push({ timeMs, watts: wattsAt((timeMs - window.fromMs) / 1000) })
  }
  return all
}

describe('energy per item', () => {
  it('of a constant power is that power times the time of an item', () => {
    expect(
      energyOf(
        readings(() => 400),
        window,
        measured,
      ),
    ).toEqual({
      joulesPerItem: (400 * 2) / 100,
      meanWatts: 400,
      readings: 41,
    })
  })

  it('of a power that rises evenly is that of its middle', () => {
    const energy = energyOf(
      readings((seconds) => 100 + 100 * seconds),
      window,
      measured,
    )
    expect(energy?.meanWatts).toBeCloseTo(200, 9)
  })

  it('weighs readings by the time between them, however unevenly they come', () => {
    const uneven = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.7, 1.1, 1.5, 1.9, 2].map((seconds) => ({
      timeMs: window.fromMs + 1000 * seconds,
      watts: 100 + 100 * seconds,
    }))
    expect(energyOf(uneven, window, measured)?.meanWatts).toBeCloseTo(200, 9)
  })

  it('follows a power that swings', () => {
    const swinging = readings((seconds) => 300 + 100 * Math.sin(2 * Math.PI * seconds), 20, 7)
    expect(energyOf(swinging, window, measured)?.meanWatts).toBeCloseTo(300, 0)
  })

  it('counts the time that the items took, not that until their end was known', () => {
    const energy = energyOf(
      readings(() => 400),
      window,
      { windowMs: 1900, items: 100 },
    )
    expect(energy?.joulesPerItem).toBeCloseTo(7.6, 9)
  })

  it('leaves out what lies outside the window, and takes readings in any order', () => {
    const outside = [9000, 9900, 12_100].map((timeMs) => ({ timeMs, watts: 9999 }))
    const all = [...outside, ...readings(() => 400)].reverse()
    expect(energyOf(all, window, measured)?.meanWatts).toBe(400)
  })

  it.each<[string, PowerReading[]]>([
    ['nothing was read', []],
    ['too little was read', readings(() => 400, 600)],
    ['readings cover the first half only', readings(() => 400).slice(0, 20)],
    [
      'there is a hole in them',
      readings(() => 400).filter(({ timeMs }) => timeMs < 10_500 || timeMs > 11_200),
    ],
    ['the device tells no power', readings(() => 0)],
    ['the driver tells nonsense', readings(() => NaN)],
  ])('is not known where %s', (_why, given) => {
    expect(energyOf(given, window, measured)).toBeUndefined()
  })

  it('is not known without items', () => {
    expect(
      energyOf(
        readings(() => 400),
        window,
        { windowMs: 2000, items: 0 },
      ),
    ).toBeUndefined()
  })
})
