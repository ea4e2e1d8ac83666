import { describe, expect, it } from 'vitest'
import type { LiveTrial } from '../../../../electron/contract/run-event.ts'
import { followCurrent, mergeTrials } from '../../../../renderer/stores/run-bands.ts'

const current = (trialId: string, startedMs: number) => ({ trialId, startedMs, phase: 'measuring' }) as const

function live(id: string, executionsDone = 0): LiveTrial {
  return {
    trial: {
      id,
      experimentId: 'e',
      config: { batchSize: 1, executionProvider: 'cpu', dims: {} },
      reason: 'asked for',
    },
    state: 'waiting',
    executionsDone,
    executionsPlanned: 2,
  }
}

describe('followCurrent', () => {
  it('opens a span when an execution begins and leaves it while it runs', () => {
    const opened = followCurrent([], current('a', 100), 100)
    expect(opened).toEqual([{ trialId: 'a', fromMs: 100 }])
    expect(followCurrent(opened, current('a', 100), 900)).toBe(opened)
  })

  it('ends a span where the next execution begins', () => {
    const opened = followCurrent([], current('a', 100), 100)
    expect(followCurrent(opened, current('b', 700), 800)).toEqual([
      { trialId: 'a', fromMs: 100, toMs: 700 },
      { trialId: 'b', fromMs: 700 },
    ])
  })

  it('ends a span now when nothing follows, and stays so', () => {
    const ended = followCurrent(followCurrent([], current('a', 100), 100), undefined, 800)
    expect(ended).toEqual([{ trialId: 'a', fromMs: 100, toMs: 800 }])
    expect(followCurrent(ended, undefined, 900)).toBe(ended)
  })

  it('tells two executions of the same trial apart', () => {
    const first = followCurrent([], current('a', 100), 100)
    expect(followCurrent(first, current('a', 500), 500)).toHaveLength(2)
  })
})

describe('mergeTrials', () => {
  it('replaces what changed in its place and puts what is new last', () => {
    const merged = mergeTrials([live('a'), live('b')], [live('c'), live('a', 1)])
    expect(merged.map(({ trial, executionsDone }) => [trial.id, executionsDone])).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 0],
    ])
  })
})
