import { describe, expect, it } from 'vitest'
import { configLabel, memoryPeak, throughputUncertainty } from '../../../../renderer/stores/trial-cells.ts'
import { completedTrial } from '../analysis-fixture.ts'

describe('configLabel', () => {
  it('says everything but the batch size', () => {
    expect(configLabel({ batchSize: 8, executionProvider: 'cpu', dims: {} })).toBe('cpu')
    expect(
      configLabel({ batchSize: 8, executionProvider: 'cuda', device: 1, threads: 2, dims: { height: 48 } }),
    ).toBe('cuda:1, 2 threads, height=48')
    expect(configLabel({ batchSize: 8, executionProvider: 'cpu', threads: 1, dims: {} })).toBe(
      'cpu, 1 thread',
    )
    const newer = { batchSize: 8, executionProvider: 'cpu' as const, dims: {}, runtime: 'onnxruntime@1.30.0' }
    expect(configLabel(newer)).toBe('cpu, onnxruntime@1.30.0')
  })
})

describe('throughputUncertainty', () => {
  it('is half the interval relative to its middle', () => {
    expect(throughputUncertainty(completedTrial(8))).toBeCloseTo(0.02, 9)
  })

  it('is unknown without an interval', () => {
    const trial = completedTrial(8)
    expect(throughputUncertainty({ ...trial, throughput: { itemsPerSecond: 800 } })).toBeUndefined()
  })
})

describe('memoryPeak', () => {
  it("is the device's where one was used", () => {
    expect(memoryPeak({ hostPeakBytes: 1, devicePeakBytes: 2 })).toBe(2)
    expect(memoryPeak({ hostPeakBytes: 1 })).toBe(1)
    expect(memoryPeak({})).toBeUndefined()
  })
})
