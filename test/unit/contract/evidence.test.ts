import { describe, expect, it } from 'vitest'
import {
  driftSentence,
  equivalenceWords,
  latencyFitSentence,
  memoryFitSentence,
  scalingEfficiencies,
  withinWords,
} from '../../../electron/contract/evidence.ts'
import type { LatencyFit, MemoryFit } from '../../../electron/contract/fit.ts'
import { completedTrial, exampleAnalysis, unfinishedTrial } from '../cli/analysis-example.ts'

const line: LatencyFit = {
  ...{ overheadMs: 1.9, perItemMs: 0.31, batchSizes: [1, 2, 4], relativeError: 0.004, follows: true },
  ...{ halfSaturationBatch: 6.13, asymptoticItemsPerSecond: 3226 },
}
const memory: MemoryFit = {
  ...{ of: 'device', fixedBytes: 640 * 1024 ** 2, perItemBytes: 96 * 1024 ** 2, batchSizes: [1, 2, 4] },
  ...{ relativeError: 0.001, follows: true },
}

describe('the sentence about drift', () => {
  const drift = (ratios: number[], significant = true) => ({
    blocks: ratios.map((ratio, index) => ({ block: index + 1, ratio })),
    range: 0,
    significant,
  })

  it('names the slowest and the fastest block, and that it cancels', () => {
    expect(driftSentence(drift([1, 0.99, 1.05]))).toBe(
      'The machine itself ran 6.1 % slower in block 3 than in block 2. Batch sizes are compared within blocks, in which they ran close in time, so that this favours none of them.',
    )
  })

  it('counts times where percents would be hard to read', () => {
    expect(driftSentence(drift([1, 7.49]))).toContain('took 7.49 times as long in block 2 as in block 1.')
  })

  it('is not there where nothing shows, or nothing is known', () => {
    expect(driftSentence(drift([1, 1.05], false))).toBeUndefined()
    expect(driftSentence(undefined)).toBeUndefined()
    expect(driftSentence(drift([]))).toBeUndefined()
    expect(driftSentence(drift([1, NaN]))).toBeUndefined()
  })
})

describe('the sentences about fits', () => {
  it('say what a call and an item cost', () => {
    expect(latencyFitSentence(line)).toBe(
      'A call costs 1.90 ms, and each item in it 0.310 ms. Larger batches spread the cost of the call over more items, up to about 3,226 items/s; batch 6.13 reaches half of that.',
    )
    expect(memoryFitSentence(memory)).toBe('Device memory is 640 MiB, and 96.0 MiB more for each item.')
  })

  it('say what is predicted to fit, with its interval', () => {
    const limited = { ...memory, limitBytes: 8 * 1024 ** 3 }
    const predicted = {
      ...limited,
      largestThatFits: { batchSize: 60, ci95: [57.9, 62.1] as [number, number] },
    }
    expect(memoryFitSentence(predicted)).toContain('batch 60 (58 to 62) is the largest within 8.00 GiB')
    // Fitted to 1, 2 and 4: a size in the thousands would only sound exact.
    const far = { ...limited, largestThatFits: { batchSize: 35_196 } }
    expect(memoryFitSentence(far)).toContain('far larger batches than were measured fit within 8.00 GiB')
  })

  it('do not speak of a part of an item', () => {
    expect(latencyFitSentence({ ...line, halfSaturationBatch: 0.186 })).toContain(
      'batch 1 already reaches more than half of that',
    )
  })

  it('say plainly that there is no line', () => {
    expect(latencyFitSentence({ ...line, follows: false, relativeError: 0.12 })).toContain(
      'does not follow a line over the batch size (a typical size lies 12 % off it)',
    )
    expect(memoryFitSentence({ ...memory, follows: false })).toContain('does not follow a line')
  })
})

describe('how sure a recommendation is', () => {
  it('is what it cannot be told apart from, and how far it may be behind', () => {
    expect(equivalenceWords({ equivalent: [32, 16, 24] })).toBe('no difference shown: 16, 24, 32')
    expect(equivalenceWords({ equivalent: [1, 2, 3, 4, 8, 1024] })).toBe(
      'no difference shown: 6 from 1 to 1,024',
    )
    expect(withinWords({ within: 0.014 })).toBe('the true best is at most 1.4 % better (95 % sure)')
    expect(withinWords({ within: 1.34 })).toBe('the true best is at most 2.34 times as good (95 % sure)')
    expect(withinWords({ within: 0 })).toBe('nothing measured is better (95 % sure)')
  })

  it('is not said where it stands alone, or cannot be told', () => {
    expect(equivalenceWords({ equivalent: [16] })).toBeUndefined()
    expect(equivalenceWords({ equivalent: [] })).toBeUndefined()
    expect(withinWords({})).toBeUndefined()
    expect(withinWords({ within: Infinity })).toBeUndefined()
    expect(withinWords({ within: 7008 })).toBeUndefined()
  })
})

describe('the scaling efficiency', () => {
  it('is throughput against the batch size times that of batch 1', () => {
    const efficiencies = scalingEfficiencies(exampleAnalysis)
    expect(efficiencies.get('e1.1.0')).toBe(1)
    // 8 items in 10 ms against 1 item in 3 ms.
    expect(efficiencies.get('e1.8.0')).toBeCloseTo(3 / 10, 12)
    expect(efficiencies.has('e1.16.0')).toBe(false)
  })

  it('is not known of a series without batch size 1', () => {
    const trials = [unfinishedTrial(1, 'failed', 'No.'), completedTrial(2), completedTrial(4)]
    const series = [{ key: 'cpu', label: 'cpu', trialIds: trials.map(({ id }) => id) }]
    expect(scalingEfficiencies({ trials, series }).size).toBe(0)
  })
})
