import { describe, expect, it } from 'vitest'
import { fitAffine, halfSaturation, predict } from '../../../../electron/engine/statistics/affine-fit.ts'
import { fitStretch } from '../../../../electron/engine/statistics/affine-stretch.ts'
import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'

const line = [1, 2, 4, 8, 16, 32, 64].map((x) => ({ x, y: 6 + 0.5 * x }))

describe('fitAffine', () => {
  it('finds the line', () => {
    const fit = fitAffine(line)
    expect(fit?.overhead).toBeCloseTo(6, 10)
    expect(fit?.perItem).toBeCloseTo(0.5, 10)
    expect(fit?.follows).toBe(true)
    expect(fit && halfSaturation(fit)).toBeCloseTo(12, 10)
  })

  it('is not moved by an outlier', () => {
    const fit = fitAffine(line.map((point) => (point.x === 8 ? { ...point, y: 100 } : point)))
    expect(fit?.perItem).toBeCloseTo(0.5, 10)
    expect(fit?.overhead).toBeCloseTo(6, 10)
  })

  it('says that a curve does not follow a line', () => {
    expect(fitAffine(line.map(({ x }) => ({ x, y: 1 + 0.05 * x * x })))?.follows).toBe(false)
    expect(fitAffine(line.map(({ x }) => ({ x, y: 100 - x })))?.follows).toBe(false)
  })

  it('has no asymptote where items cost nothing', () => {
    const fit = fitAffine(line.map(({ x }) => ({ x, y: 5 })))
    expect(fit).toMatchObject({ overhead: 5, perItem: 0, relativeError: 0, follows: true })
    expect(fit && halfSaturation(fit)).toBeUndefined()
  })

  it('needs two different batch sizes and numbers', () => {
    expect(fitAffine([])).toBeUndefined()
    expect(fitAffine([{ x: 1, y: 2 }])).toBeUndefined()
    expect(
      fitAffine([
        { x: 1, y: 2 },
        { x: 1, y: 3 },
      ]),
    ).toBeUndefined()
    expect(fitAffine([...line, { x: 3, y: Number.NaN }])).toBeUndefined()
  })
})

const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128]

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** Means of two or three executions that differ by `noise`; one of them multiplied by `outlier`. */
function measuredLine(
  [overhead, perItem]: readonly [number, number],
  noise: number,
  random: Random,
  outlier = 1,
) {
  const executions = 2 + random.integer(2)
  const odd = random.integer(batchSizes.length)
  return batchSizes.map((x, index) => {
    let factor = 0
    for (let execution = 0; execution < executions; execution += 1) {
      factor += Math.exp(noise * normal(random)) / executions
    }
    return { x, y: (overhead + perItem * x) * factor * (index === odd ? outlier : 1) }
  })
}

const sorted = (values: readonly number[]) => values.toSorted((one, other) => one - other)
const within = (interval: readonly [number, number] | undefined, truth: number) =>
  interval !== undefined && interval[0] <= truth && truth <= interval[1]

describe('a fitted line against the truth, at 3 % between executions', () => {
  const truth = [6, 0.5] as const
  const runs = 1_000
  const simulate = (outlier: number) => {
    const random = createRandom(3)
    const fits = Array.from({ length: runs }, () => fitAffine(measuredLine(truth, 0.03, random, outlier)))
    const errors = (of: 'overhead' | 'perItem', value: number) =>
      sorted(fits.map((fit) => Math.abs((fit?.[of] ?? 0) / value - 1)))
    return {
      overhead: errors('overhead', truth[0]),
      perItem: errors('perItem', truth[1]),
      covered: [
        fits.filter((fit) => within(fit?.overheadInterval, truth[0])).length / runs,
        fits.filter((fit) => within(fit?.perItemInterval, truth[1])).length / runs,
      ],
      followed: fits.filter((fit) => fit?.follows).length / runs,
    }
  }

  it.each([
    ['without outliers', 1],
    ['with one point half as high again', 1.5],
    ['with one point three times as high', 3],
  ])('has overhead and time per item within 5 %, and intervals that cover, %s', (_, outlier) => {
    const { overhead, perItem, covered, followed } = simulate(outlier)
    for (const errors of [overhead, perItem]) {
      expect(errors[runs / 2]).toBeLessThan(0.015)
      expect(errors[runs * 0.95]).toBeLessThan(0.05)
    }
    for (const share of covered) {
      expect(share).toBeGreaterThan(0.925)
      expect(share).toBeLessThan(0.975)
    }
    expect(followed).toBeGreaterThan(0.99)
  })

  it('predicts where the next size will lie', () => {
    const random = createRandom(4)
    let covered = 0
    for (let run = 0; run < runs; run += 1) {
      const points = measuredLine(truth, 0.03, random)
      const fit = fitAffine(points.slice(0, -1))
      const last = points.at(-1)
      if (fit !== undefined && last !== undefined && within(predict(fit, last.x).interval, last.y))
        covered += 1
    }
    expect(covered / runs).toBeGreaterThan(0.925)
    expect(covered / runs).toBeLessThan(0.975)
  })

  it('tells nothing of errors from two points', () => {
    const fit = fitAffine(line.slice(0, 2))
    expect(fit).toMatchObject({ follows: true })
    expect(fit).not.toHaveProperty('perItemInterval')
    expect(fit && predict(fit, 100)).not.toHaveProperty('interval')
  })
})

describe('fitStretch', () => {
  const curve = (latency: (x: number) => number) => batchSizes.map((x) => ({ x, y: latency(x) }))
  const fittedTo = (fit: ReturnType<typeof fitStretch>) => fit?.points.map(({ x }) => x)

  it('leaves out what bends away from the line', () => {
    const full = fitStretch(
      curve((x) => 6 + 0.5 * x + Math.max(0, x - 32) * 0.5),
      'anywhere',
    )
    expect(fittedTo(full)).toEqual([1, 2, 4, 8, 16, 32])
    expect(full).toMatchObject({ follows: true })
    expect(full?.perItem).toBeCloseTo(0.5, 6)
    const floor = fitStretch(
      curve((x) => Math.max(100, 60 + 5 * x)),
      'to-largest',
    )
    expect(fittedTo(floor)).toEqual([8, 16, 32, 64, 128])
    expect(floor?.overhead).toBeCloseTo(60, 6)
  })

  it('predicts nothing beyond a largest point that is off the line', () => {
    const dropping = curve((x) => (x === 128 ? 500 : 100 + 10 * x))
    expect(fitStretch(dropping, 'anywhere')?.follows).toBe(true)
    expect(fitStretch(dropping, 'to-largest')?.follows).toBe(false)
  })

  it('says that a curve follows no line', () => {
    const curved = curve((x) => 1 + 0.05 * x * x)
    expect(fitStretch(curved, 'anywhere')?.follows).toBe(false)
    expect(fitStretch(curved, 'to-largest')?.follows).toBe(false)
  })

  it('goes through a sweep of hundreds of sizes without delay', () => {
    const points = Array.from({ length: 300 }, (_, at) => ({ x: at + 1, y: 1 + 0.05 * (at + 1) ** 2 }))
    expect(fitStretch(points, 'anywhere')?.follows).toBe(false)
  })
})
