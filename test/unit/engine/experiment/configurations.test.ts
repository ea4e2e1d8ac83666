import { describe, expect, it } from 'vitest'
import {
  configKey,
  ofReference,
  seriesConfigurations,
  seriesKey,
  seriesLabel,
} from '../../../../electron/engine/experiment/configurations.ts'

const factors = {
  batchSizes: { kind: 'auto' as const },
  executionProviders: ['cpu' as const, 'cuda' as const],
  threads: [1, 2],
  dims: { sequence: [64, 128] },
}

describe('the configurations of an experiment', () => {
  it('are all combinations, with a device only where one is used', () => {
    const series = seriesConfigurations({ factors })
    expect(series).toHaveLength(8)
    expect(series.filter(({ executionProvider }) => executionProvider === 'cpu')).toHaveLength(4)
    for (const { executionProvider, device } of series) {
      expect(device).toBe(executionProvider === 'cpu' ? undefined : 0)
    }
  })

  it('have a key that does not depend on the order of the dimensions', () => {
    const common = { batchSize: 4, executionProvider: 'cpu' as const }
    expect(configKey({ ...common, dims: { a: 1, b: 2 } })).toBe(
      configKey({ ...common, dims: { b: 2, a: 1 } }),
    )
    expect(configKey({ ...common, dims: { a: 1 } })).not.toBe(configKey({ ...common, dims: { a: 2 } }))
    expect(configKey({ ...common, dims: {} })).not.toBe(configKey({ ...common, threads: 1, dims: {} }))
  })

  it('are named by what tells them apart', () => {
    const series = seriesConfigurations({ factors: { ...factors, executionProviders: ['cpu'] } })
    expect(series.map((one) => seriesLabel(one, series))).toEqual([
      'cpu, 1 thread, sequence=64',
      'cpu, 1 thread, sequence=128',
      'cpu, 2 threads, sequence=64',
      'cpu, 2 threads, sequence=128',
    ])
    const [only] = series
    expect(only && seriesLabel(only, [only])).toBe('cpu')
  })

  it('come with every variant beside the reference, named where there are any', () => {
    const variants = [{ name: 'fp16', modelSha256: 'a' }]
    const series = seriesConfigurations({
      factors: { ...factors, executionProviders: ['cpu'], threads: [], variants },
    })
    expect(series.map((one) => seriesLabel(one, series))).toEqual([
      'cpu, sequence=64, reference',
      'cpu, sequence=64, fp16',
      'cpu, sequence=128, reference',
      'cpu, sequence=128, fp16',
    ])
    expect(new Set(series.map(seriesKey)).size).toBe(4)
    const [reference, variant] = series
    expect(variant && seriesKey(ofReference(variant))).toBe(reference && seriesKey(reference))
  })

  it('come with every runtime of a provider, named where that was measured in several', () => {
    const runtimes = { cpu: ['built-in', 'onnxruntime@1.30.0'], cuda: ['cuda13'] }
    const series = seriesConfigurations({ factors: { ...factors, threads: [], dims: {}, runtimes } })
    expect(series.map((one) => seriesLabel(one, series))).toEqual([
      'cpu, built-in',
      'cpu, onnxruntime@1.30.0',
      'cuda',
    ])
    expect(new Set(series.map(seriesKey)).size).toBe(3)
  })

  it('keep the keys that they had before there were variants', () => {
    expect(seriesKey({ executionProvider: 'cpu', dims: { b: 1, a: 2 } })).toBe(
      '["cpu",null,null,[["a",2],["b",1]]]',
    )
  })
})
