import { describe, expect, it } from 'vitest'
import { openEnd, planParts } from '../../../../../renderer/features/experiment/plan-line.ts'

describe('a plan in three parts', () => {
  it('counts exactly where it can', () => {
    expect(planParts({ trials: 1, executions: 2, estimateMs: [4_000, 61_000], exact: true })).toEqual([
      '1 trial',
      '2 executions',
      '00:04 to 01:01',
    ])
  })

  it('says "about" where the search decides as it goes', () => {
    expect(
      planParts({ trials: 1200, executions: 2400, estimateMs: [0, 1], exact: false }).slice(0, 2),
    ).toEqual(['about 1,200 trials', 'about 2,400 executions'])
  })
})

describe('why a plan is an expectation', () => {
  it('is the search, or the time that it is given', () => {
    expect(openEnd({ batch: 'auto', timeBudget: '' })).toBe('the search decides as it goes')
    expect(openEnd({ batch: 'auto:64', timeBudget: '60s' })).toContain('within the time budget')
    expect(openEnd({ batch: '1:64', timeBudget: '60s' })).toBe('as many as the time budget allows')
  })
})
