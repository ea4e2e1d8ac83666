import { describe, expect, it } from 'vitest'
import {
  configFacts,
  executionRows,
  memoryFacts,
  numberFacts,
} from '../../../../../renderer/features/inspector/trial-facts.ts'
import { completedTrial } from '../../analysis-fixture.ts'

const value = (facts: { key: string; value: string }[], key: string) =>
  facts.find((fact) => fact.key === key)?.value

describe('the facts of a trial', () => {
  it('gives numbers with their intervals, and says which percentile the samples do not carry', () => {
    const facts = numberFacts(completedTrial(8))
    expect(value(facts, 'throughput')).toBe('800 items/s (784 to 816)')
    expect(value(facts, 'mean')).toBe('8.00 ms (7.84 to 8.16)')
    expect(value(facts, 'p95')).toBe('9.60 ms')
    expect(value(facts, 'p99')).toBe('10.4 ms (too few samples)')
    expect(value(facts, 'samples')).toBe('500 in 2 executions')
  })

  it('counts outliers with their share of the time and the largest, where there are any', () => {
    const trial = completedTrial(8)
    expect(value(numberFacts(trial), 'outliers')).toBeUndefined()
    const outliers = { count: 3, shareOfTime: 0.004, largestMs: 45.2 }
    const facts = numberFacts({ ...trial, latencyMs: { ...trial.latencyMs, outliers } })
    expect(value(facts, 'outliers')).toBe('3 (0.4 % of the time, up to 45.2 ms)')
  })

  it('lists executions beside each other, each against the mean of all', () => {
    const trial = completedTrial(8)
    const execution = (block: number, meanLatencyMs: number) => ({
      ...{ block, meanLatencyMs, samples: 1250, itemsPerSecond: 8000 / meanLatencyMs, sampleBlocks: 60 },
    })
    expect(executionRows({ ...trial, perExecution: [execution(1, 7.8), execution(3, 8.2)] })).toEqual([
      { block: '1', mean: '7.80', difference: '−2.5 %', samples: '1,250' },
      { block: '3', mean: '8.20', difference: '+2.5 %', samples: '1,250' },
    ])
    expect(executionRows({ ...trial, perExecution: [execution(1, 8)] })).toMatchObject([{ difference: '' }])
    const { perExecution: _perExecution, ...without } = trial
    expect(executionRows(without)).toEqual([])
  })

  it('has energy and power where they are known', () => {
    const trial = completedTrial(8)
    expect(value(numberFacts(trial), 'energy')).toBeUndefined()
    const facts = numberFacts({ ...trial, energy: { joulesPerItem: 0.05, meanWatts: 412.3, readings: 1240 } })
    expect(value(facts, 'energy')).toBe('50.0 mJ/item, 20.0 items/J')
    expect(value(facts, 'power')).toBe('412 W on average of 1,240 readings')
  })

  it('says how the memory of a device was told', () => {
    const memory = { devicePeakBytes: 1024 ** 3 }
    const device = (more: object) => value(memoryFacts({ ...memory, ...more }), 'device')
    expect(device({ deviceMeasuredBy: 'process' })).toBe("1.00 GiB (the process's own)")
    expect(device({ deviceMeasuredBy: 'difference' })).toBe('1.00 GiB (the whole device, less before)')
    expect(device({})).toBe('1.00 GiB')
  })

  it('leaves out what was not read', () => {
    expect(memoryFacts({ hostPeakBytes: 1024 ** 3 })).toEqual([
      { key: 'host', label: 'Host peak', value: '1.00 GiB' },
    ])
  })

  it('shows what had been predicted beside what was measured', () => {
    const predicted = {
      of: 'host' as const,
      bytes: 1024 ** 3,
      ci95: [900 * 1024 ** 2, 1.5 * 1024 ** 3] as [number, number],
    }
    expect(
      memoryFacts({ hostPeakBytes: 1024 ** 3 }, predicted).map(({ label, value: text }) => [label, text]),
    ).toEqual([
      ['Host peak', '1.00 GiB'],
      ['Host predicted', '1.00 GiB (900 MiB to 1.50 GiB)'],
    ])
  })

  it('names every factor of the configuration', () => {
    const facts = configFacts({ batchSize: 1024, executionProvider: 'cuda', device: 0, dims: { 'x:2': 48 } })
    expect(facts.map(({ label, value: text }) => [label, text])).toEqual([
      ['Batch size', '1,024'],
      ['Provider', 'cuda'],
      ['Runtime', 'built-in'],
      ['Device', '0'],
      ['Threads', "ONNX Runtime's choice"],
      ['x:2', '48'],
    ])
  })

  it('says why the trial was tried, where that is known', () => {
    const config = { batchSize: 24, executionProvider: 'cpu' as const, dims: {} }
    expect(configFacts(config, 'halfway from 16 to 32').at(-1)).toMatchObject({
      label: 'Why it was tried',
      value: 'halfway from 16 to 32',
    })
  })
})
