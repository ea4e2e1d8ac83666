import { describe, expect, it } from 'vitest'
import { seriesOf } from '../../../../electron/engine/recommendation/series.ts'
import { trialOf } from './measured-experiment.ts'

const labels = (...trials: Parameters<typeof seriesOf>[0]) => seriesOf(trials).map(({ label }) => label)

describe('seriesOf', () => {
  it('gathers trials that differ only in batch size, ascending', () => {
    const trials = [
      trialOf(8),
      trialOf(1),
      trialOf(4, { threads: 2 }),
      trialOf(16),
      trialOf(2, { threads: 2 }),
    ]
    const series = seriesOf(trials)
    expect(series.map(({ trialIds }) => trialIds)).toEqual([
      [trialOf(1).id, trialOf(8).id, trialOf(16).id],
      [trialOf(2, { threads: 2 }).id, trialOf(4, { threads: 2 }).id],
    ])
    expect(new Set(series.map(({ key }) => key)).size).toBe(2)
  })

  it('is named by its provider, and by nothing else that all share', () => {
    expect(labels(trialOf(1), trialOf(2))).toEqual(['cpu'])
    expect(labels(trialOf(1, { threads: 4, dims: { seq: 128 } }))).toEqual(['cpu'])
  })

  it('is named by what differs', () => {
    expect(labels(trialOf(1, { threads: 1 }), trialOf(1, { threads: 2 }), trialOf(1))).toEqual([
      'cpu, 1 thread',
      'cpu, 2 threads',
      'cpu, default threads',
    ])
    expect(
      labels(trialOf(1, { dims: { seq: 128, w: 3 } }), trialOf(1, { dims: { seq: 256, w: 3 } })),
    ).toEqual(['cpu, seq=128', 'cpu, seq=256'])
  })

  it('names a device that is not the first', () => {
    expect(
      labels(
        trialOf(1),
        trialOf(1, { executionProvider: 'cuda', device: 0 }),
        trialOf(1, { executionProvider: 'cuda', device: 1 }),
      ),
    ).toEqual(['cpu', 'cuda', 'cuda:1'])
  })

  it('does not care in which order dimensions were given', () => {
    const one = trialOf(1, { dims: { a: 1, b: 2 } })
    const other = trialOf(2, { dims: { b: 2, a: 1 } })
    expect(seriesOf([one, other])).toHaveLength(1)
  })

  it('is none without trials', () => {
    expect(seriesOf([])).toEqual([])
  })
})
