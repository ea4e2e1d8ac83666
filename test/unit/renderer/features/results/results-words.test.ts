import { describe, expect, it } from 'vitest'
import type { Recommendation } from '../../../../../electron/contract/analysis.ts'
import {
  parseBound,
  roundBound,
  shownPercentile,
} from '../../../../../renderer/features/results/bound-level.ts'
import { fitBlocks } from '../../../../../renderer/features/results/fit-rows.ts'
import { chartSentences } from '../../../../../renderer/features/results/chart-sentences.ts'
import { answerGoal, goalCards } from '../../../../../renderer/features/results/goal-cards.ts'
import { runCommand } from '../../../../../renderer/features/results/run-command.ts'
import { plausibleAnalysis, plausibleSpec } from '../../../../fixtures/plausible-workbench.ts'
import { analysisOf, completedTrial, lostTrial } from '../../analysis-fixture.ts'

const trials = [completedTrial(1), completedTrial(8), completedTrial(64)]
const byId = new Map(trials.map((trial) => [trial.id, trial]))

function card(recommendation: Recommendation) {
  return goalCards(analysisOf(trials, { recommendations: [recommendation] }), byId)[0]
}

describe('goalCards', () => {
  it('shows the number that the goal is about', () => {
    const chosen = { batchSize: 8, trialId: 'batch-8', equivalent: [8], reason: 'because' }
    expect(card({ goal: 'latency', ...chosen })).toMatchObject({ batch: '8', key: '8.00 ms' })
    expect(card({ goal: 'throughput', ...chosen })).toMatchObject({ batch: '8', key: '800 items/s' })
    expect(card({ goal: 'memory', ...chosen })).toMatchObject({ batch: '8', key: '180 MiB' })
  })

  it('shows items per joule for the goal that is about power', () => {
    const energy = { joulesPerItem: 0.25, meanWatts: 300, readings: 40 }
    const powered = new Map([['batch-8', { ...completedTrial(8), energy }]])
    const recommendation = {
      ...{ goal: 'efficiency' as const, batchSize: 8, trialId: 'batch-8' },
      ...{ equivalent: [8], reason: 'because' },
    }
    const [shown] = goalCards(analysisOf(trials, { recommendations: [recommendation] }), powered)
    expect(shown).toMatchObject({ title: 'Best throughput per watt', batch: '8', key: '4.00 items/J' })
  })

  it('names the batch sizes that cannot be told apart', () => {
    const chosen = { goal: 'throughput', batchSize: 8, trialId: 'batch-8', reason: '' } as const
    expect(card({ ...chosen, equivalent: [8, 64] })?.equivalent).toBe('8, 64')
    expect(card({ ...chosen, equivalent: [8] })?.equivalent).toBeUndefined()
    expect(card({ ...chosen, equivalent: [8, 12, 16, 24, 64] })?.equivalent).toBe('8, 12, 16, 24, 64')
  })

  it('names more of them by their ends', () => {
    const chosen = { goal: 'throughput', batchSize: 1, trialId: 'batch-1', reason: '' } as const
    expect(card({ ...chosen, equivalent: [1, 2, 4, 8, 16, 64] })?.equivalent).toBe('6 from 1 to 64')
  })

  it('sets apart the trials of the set, in the series of the recommended one', () => {
    const chosen = { goal: 'throughput', batchSize: 8, trialId: 'batch-8', reason: '' } as const
    expect(card({ ...chosen, equivalent: [8, 64] })?.alikeTrialIds).toEqual(new Set(['batch-8', 'batch-64']))
    expect(card({ ...chosen, equivalent: [8] })?.alikeTrialIds).toEqual(new Set())
  })

  it('says how sure it is', () => {
    const chosen = { goal: 'throughput', batchSize: 8, trialId: 'batch-8', reason: '' } as const
    expect(card({ ...chosen, equivalent: [8, 64], within: 0.014 })?.sureness).toEqual([
      'No difference shown: 8, 64',
      'The true best is at most 1.4 % better (95 % sure)',
    ])
    expect(card({ ...chosen, equivalent: [8] })?.sureness).toEqual([])
  })

  it('says so when nothing can be recommended', () => {
    const refused = card({ goal: 'slo', batchSize: null, equivalent: [], reason: 'None keeps p99 ≤ 1 ms.' })
    expect(refused).toEqual({
      goal: 'slo',
      title: 'Latency bound',
      batch: '–',
      key: 'no recommendation',
      alikeTrialIds: new Set(),
      sureness: [],
      reason: 'None keeps p99 ≤ 1 ms.',
    })
  })

  it('names the bound that a card is for', () => {
    const analysis = analysisOf(trials, {
      slo: { percentile: 99, milliseconds: 20 },
      recommendations: [{ goal: 'slo', batchSize: 8, trialId: 'batch-8', equivalent: [8], reason: '' }],
    })
    expect(goalCards(analysis, byId)[0]?.title).toBe('p99 ≤ 20 ms')
  })
})

describe('answerGoal', () => {
  it('follows the bound, else the memory budget, else throughput', () => {
    const free = { ...plausibleSpec, constraints: {} }
    const budget = { ...plausibleSpec, constraints: { memoryBudgetBytes: 1e9 } }
    expect(answerGoal(budget, analysisOf([], { slo: { percentile: 99, milliseconds: 20 } }))).toBe('slo')
    expect(answerGoal(budget, analysisOf([]))).toBe('memory')
    expect(answerGoal(free, analysisOf([]))).toBe('throughput')
  })
})

describe('runCommand', () => {
  it('measures the same configuration again', () => {
    expect(
      runCommand('/models/m.onnx', {
        batchSize: 24,
        executionProvider: 'cuda',
        device: 1,
        threads: 2,
        dims: { 'x:2': 48 },
      }),
    ).toBe('batchscope run /models/m.onnx --batch 24 --ep cuda --device 1 --threads 2 --dim x:2=48')
    expect(
      runCommand('m.onnx', {
        ...{ batchSize: 4, executionProvider: 'cpu', dims: {} },
        runtime: 'onnxruntime@1.30.0',
      }),
    ).toBe('batchscope run m.onnx --batch 4 --ep cpu --runtime onnxruntime@1.30.0')
  })

  it('quotes what a shell would take apart', () => {
    expect(runCommand("/my models/it's.onnx", { batchSize: 1, executionProvider: 'cpu', dims: {} })).toBe(
      `batchscope run '/my models/it'\\''s.onnx' --batch 1 --ep cpu`,
    )
  })
})

describe('a typed latency bound', () => {
  it('is a number of milliseconds, with or without its unit', () => {
    expect(['20', ' 12.5 ms ', '1e2'].map(parseBound)).toEqual([20, 12.5, 100])
    expect(['', '0', '-3', 'fast'].map(parseBound)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('is as fine as a hand can place it when it is dragged', () => {
    expect([roundBound(11.43219), roundBound(0.123456)]).toEqual([11.4, 0.123])
  })

  it('shows the percentile that it is about', () => {
    expect(shownPercentile({ percentile: 95, milliseconds: 1 })).toBe(95)
    expect(shownPercentile({ percentile: 99.9, milliseconds: 1 })).toBe(99)
    expect(shownPercentile(null)).toBe(99)
  })
})

describe('chartSentences', () => {
  it('says what the charts show', () => {
    const analysis = analysisOf([...trials, lostTrial(128)], {
      boundary: { largestThatFits: 64, smallestThatDoesNot: 128, limitedBy: 'host' },
    })
    const { throughput, latency, memory } = chartSentences(analysis, 99)
    expect(throughput).toMatch(/^Throughput from batch 1 to 64: highest at batch 64 with 6,400 items\/s\./)
    expect(latency).toMatch(/from 1\.30 ms to 83\.2 ms/)
    expect(memory).toContain('from 110 MiB to 740 MiB.')
    expect(memory).toContain('Measured: 64 fits (ran twice), 128 does not.')
  })

  it('says when there is nothing to show', () => {
    expect(chartSentences(analysisOf([lostTrial(1)]), 99).throughput).toBe('Nothing has been measured yet.')
  })
})

describe('fitBlocks', () => {
  const [series] = plausibleAnalysis.series

  it('say what a call and an item cost, in words and in numbers with their intervals', () => {
    const [block] = fitBlocks(plausibleAnalysis.series)
    expect(block?.sentences[0]).toMatch(/^A call costs 2\.12 ms, and each item in it 1\.35 ms\./)
    expect(block?.sentences[1]).toContain('batch 90 (88 to 92) is the largest within 2.00 GiB')
    expect(block?.facts).toContainEqual({ label: 'Each call', value: '2.12 ms', interval: '2.01 to 2.24' })
    expect(block?.facts.map(({ label }) => label)).toContain('Half of top speed at batch')
  })

  it('say plainly where there is no line, and derive nothing from it', () => {
    if (series?.latencyFit === undefined) throw new Error('the fixture has a fit')
    const latencyFit = { ...series.latencyFit, follows: false, relativeError: 0.12 }
    const [block] = fitBlocks([{ key: 'cpu', label: 'cpu', trialIds: [], latencyFit }])
    expect(block?.sentences).toEqual([expect.stringContaining('does not follow a line')])
    expect(block?.facts).toEqual([])
  })

  it('say nothing of a series that is too short', () => {
    expect(fitBlocks([{ key: 'cpu', label: 'cpu', trialIds: ['batch-1'] }])).toEqual([])
  })
})
