import { describe, expect, it } from 'vitest'
import {
  fitMemory,
  largestWithin,
  memoryFitOf,
  predictMemory,
} from '../../../../electron/engine/recommendation/memory-fit.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { MiB } from './measured-experiment.ts'

const environment = {
  host: {
    system: 'Linux',
    kernel: '6',
    architecture: 'x64',
    cpu: 'cpu',
    logicalCores: 2,
    memoryBytes: 8_000 * MiB,
  },
  devices: [{ index: 0, name: 'gpu', memoryTotalBytes: 16_000 * MiB }],
}
const points = (sizes: readonly number[], bytesOf: (batchSize: number) => number) =>
  sizes.map((batchSize) => ({ batchSize, bytes: bytesOf(batchSize) }))
const trial = (
  batchSize: number,
  memory: { hostPeakBytes?: number; devicePeakBytes?: number; deviceBaselineBytes?: number },
  executionProvider: 'cpu' | 'cuda' = 'cpu',
) => ({
  config: {
    batchSize,
    executionProvider,
    dims: {},
    ...(executionProvider === 'cuda' ? { device: 0 } : {}),
  },
  memory,
})

describe('the line through memory', () => {
  it('predicts what a batch size needs, and the largest within a limit', () => {
    const fit = fitMemory(points([8, 16, 32, 64], (batch) => (300 + 20 * batch) * MiB))
    expect(fit && predictMemory(fit, 128)?.bytes).toBeCloseTo((300 + 20 * 128) * MiB, 0)
    expect(fit && largestWithin(fit, 3_310 * MiB)?.batchSize).toBe(150)
    expect(fit && largestWithin(fit, 100 * MiB)?.batchSize).toBe(0)
  })

  it('is within 5 % of the boundary from three trials at 1 % noise, with an honest interval', () => {
    const random = createRandom(5)
    const errors: number[] = []
    let covered = 0
    const runs = 400
    for (let run = 0; run < runs; run += 1) {
      const noise = () => 1 + 0.01 * Math.sqrt(12) * (random.next() - 0.5)
      const fit = fitMemory(points([8, 16, 32], (batch) => (200 + 40 * batch) * MiB * noise()))
      const predicted = fit && largestWithin(fit, (200 + 40 * 200.5) * MiB)
      if (predicted === undefined) throw new Error('Nothing was predicted.')
      errors.push(Math.abs(predicted.batchSize / 200 - 1))
      const [low, high] = predicted.ci95 ?? [0, Infinity]
      if (low <= 200 && 200 <= high) covered += 1
    }
    errors.sort((one, other) => one - other)
    expect(errors[runs / 2]).toBeLessThan(0.02)
    expect(errors[runs * 0.95]).toBeLessThan(0.05)
    expect(covered / runs).toBeGreaterThan(0.93)
  })

  it('is not misled by what the process needs anyway', () => {
    const fit = fitMemory(points([1, 2, 4, 8, 16, 32, 64], (batch) => Math.max(120, 60 + 10 * batch) * MiB))
    expect(fit?.follows).toBe(true)
    expect(fit && predictMemory(fit, 128)?.bytes).toBeCloseTo((60 + 10 * 128) * MiB, 0)
  })

  it('predicts nothing beyond a size that needed much less than the line', () => {
    const fit = fitMemory(
      points([1, 2, 4, 8, 16, 32], (batch) => (batch === 32 ? 200 : 100 + 10 * batch) * MiB),
    )
    expect(fit?.follows).toBe(false)
    expect(fit && predictMemory(fit, 64)).toBeUndefined()
    expect(fit && largestWithin(fit, 1_000 * MiB)).toBeUndefined()
  })

  it('has no interval from two sizes, no limit where more items need no more, and is none from one', () => {
    const two = fitMemory(points([1, 2], (batch) => batch * MiB))
    expect(two && predictMemory(two, 4)).toEqual({ bytes: 4 * MiB })
    const flat = fitMemory(points([1, 2, 4], () => 100 * MiB))
    expect(flat && largestWithin(flat, 200 * MiB)).toBeUndefined()
    expect(fitMemory(points([4], () => MiB))).toBeUndefined()
    expect(fitMemory([])).toBeUndefined()
    expect(fitMemory(points([1, 2], () => NaN))).toBeUndefined()
  })
})

describe('the memory fit of a series', () => {
  const host = [1, 2, 4].map((batch) => trial(batch, { hostPeakBytes: (100 + 50 * batch) * MiB }))

  it('is held against the budget, else against what the machine has', () => {
    const within = memoryFitOf(host, { constraints: { memoryBudgetBytes: 1_125 * MiB }, environment })
    expect(within).toMatchObject({ of: 'host', limitBytes: 1_125 * MiB, largestThatFits: { batchSize: 20 } })
    expect(memoryFitOf(host, { constraints: {}, environment })).toMatchObject({ limitBytes: 8_000 * MiB })
    expect(memoryFitOf(host, { constraints: {} })).not.toHaveProperty('limitBytes')
  })

  it("is that of the device where its driver tells, less what others use, and the budget is not the device's", () => {
    const onDevice = [1, 2, 4].map((batch) =>
      trial(
        batch,
        {
          hostPeakBytes: 500 * MiB,
          devicePeakBytes: (1_000 + 100 * batch) * MiB,
          deviceBaselineBytes: 600 * MiB,
        },
        'cuda',
      ),
    )
    const fit = memoryFitOf(onDevice, { constraints: { memoryBudgetBytes: MiB }, environment })
    expect(fit).toMatchObject({ of: 'device', limitBytes: 15_400 * MiB, largestThatFits: { batchSize: 144 } })
  })
})
