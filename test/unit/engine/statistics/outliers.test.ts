import { describe, expect, it } from 'vitest'
import { outliersOf } from '../../../../electron/engine/statistics/outliers.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { gaussian } from './simulated-latencies.ts'

const random = createRandom(3)
const take = (count: number, sample: () => number) => Array.from({ length: count }, sample)

describe('outliers', () => {
  it.each([
    ['normal', () => 10 + gaussian(random)],
    ['log-normal', () => 10 * Math.exp(0.3 * gaussian(random))],
    ['exponential', () => 10 - Math.log(1 - random.next())],
    ['in two modes', () => (random.next() < 0.4 ? 15 : 10) + 0.3 * gaussian(random)],
    ['read off a coarse clock', () => Math.round(3 + 0.6 * gaussian(random))],
    ['all equal', () => 10],
    ['all equal but for the last digits', () => 10 + 1e-9 * random.next()],
  ])('are next to none among clean samples that are %s', (_name, sample) => {
    expect(outliersOf(take(10_000, sample))?.count).toBeLessThanOrEqual(3)
  })

  it('are the calls that were interrupted, with their time and the largest', () => {
    const samples = take(1000, () => 10 * Math.exp(0.05 * gaussian(random)))
    samples[17] = 30
    samples[400] = 55
    samples[999] = 25
    const found = outliersOf(samples)
    expect(found).toMatchObject({ count: 3, totalMs: 110, largestMs: 55 })
    expect(found?.aboveMs).toBeGreaterThan(11)
  })

  it('do not hide each other, however many there are', () => {
    const samples = take(1000, () => 10 * Math.exp(0.05 * gaussian(random)))
    for (let at = 0; at < 100; at++) samples[at * 10] = 50 + at
    expect(outliersOf(samples)?.count).toBe(100)
  })

  it('are not looked for where there is no rest to be far from', () => {
    expect(outliersOf([])).toBeUndefined()
    expect(outliersOf([1, 1, 1, 100])).toBeUndefined()
    expect(outliersOf(take(30, () => Number.NaN))).toBeUndefined()
    expect(outliersOf(take(30, () => -1))).toBeUndefined()
  })

  it('are none among samples of no time at all', () => {
    expect(outliersOf(take(30, () => 0))).toEqual({ count: 0, totalMs: 0, largestMs: 0, aboveMs: 0 })
  })
})
