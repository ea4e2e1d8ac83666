import { describe, expect, it } from 'vitest'
import { fallbackFlag } from '../../../../electron/engine/recommendation/fallback-flag.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { breakdownFixture } from '../../../fixtures/time-breakdown.ts'

const nodes = (...operators: string[]) => operators.map((operator) => ({ name: `/${operator}`, operator }))

describe('the flag of nodes that fell back to the CPU', () => {
  it('says how many of how many, for how long, and of which kinds', () => {
    const fallback = { count: 12, ms: 3.1, nodes: nodes('NonMaxSuppression', 'TopK', 'TopK') }
    expect(fallbackFlag({ ...breakdownFixture, fallback })).toEqual({
      name: 'ep-fallback',
      reason: '12 of 340 nodes ran on the CPU, for 3.10 ms of 11.4 ms a call: NonMaxSuppression, TopK',
    })
  })

  it('names three kinds, and says how many more there are', () => {
    const fallback = { count: 5, ms: 1, nodes: nodes('A', 'B', 'C', 'D', 'E') }
    expect(fallbackFlag({ ...breakdownFixture, fallback })?.reason).toMatch(/: A, B, C, 2 more$/)
  })

  it('is not raised where they take less than 1 % of the call', () => {
    const of = (ms: number) =>
      fallbackFlag({ ...breakdownFixture, fallback: { count: 1, ms, nodes: nodes('TopK') } })
    expect(of(0.113)).toBeUndefined()
    expect(of(0.115)?.name).toBe('ep-fallback')
  })

  it('is not raised where everything ran on the device', () => {
    const { fallback: _, ...all } = breakdownFixture
    expect(fallbackFlag(all)).toBeUndefined()
  })
})

describe('a trial that was profiled', () => {
  const experiment = simulatedExperiment([{ executionProvider: 'cuda', batchSizes: [1, 2, 4] }])
  const { trials } = reportInputOf({
    ...experiment,
    trialTimes: new Map([
      ['e1.1', { trialId: 'e1.1', breakdown: breakdownFixture }],
      ['e1.2', { trialId: 'e1.2', problem: 'The device was lost.' }],
    ]),
  }).analysis

  it('has its breakdown and the flag in its report', () => {
    expect(trials[0]?.timeBreakdown).toEqual(breakdownFixture)
    expect(trials[0]?.flags.map(({ name }) => name)).toContain('ep-fallback')
  })

  it('has the reason where there is no breakdown, and neither where it was not profiled', () => {
    expect(trials[1]).toMatchObject({ timeBreakdownProblem: 'The device was lost.' })
    expect(trials[1]).not.toHaveProperty('timeBreakdown')
    expect(trials[2]).not.toHaveProperty('timeBreakdownProblem')
  })
})
