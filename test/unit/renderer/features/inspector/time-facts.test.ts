import { describe, expect, it } from 'vitest'
import {
  fallbackTitle,
  operatorRows,
  timeFacts,
} from '../../../../../renderer/features/inspector/time-facts.ts'
import { breakdownFixture } from '../../../../fixtures/time-breakdown.ts'

describe('what the inspector tells of a profile', () => {
  it('says what was profiled, where nodes ran, and what the arena held', () => {
    expect(timeFacts(breakdownFixture).map(({ label, value }) => [label, value])).toEqual([
      ['Profiled', '10 calls, 11.4 ms each'],
      ['In and out', '36.8 MiB in at 6.90 GiB/s, 250 KiB out'],
      ['Nodes', 'cuda 328, cpu 12; 9 of those on the CPU compute shapes only'],
      ['Arena', '1.63 GiB held, 1.16 GiB in use at most: 29 % of it never at once'],
    ])
  })

  it('leaves out what is not known', () => {
    const { shapeNodes: _s, arena: _a, transfer: _t, ...rest } = breakdownFixture
    const facts = timeFacts(rest)
    expect(facts[1]?.value).toBe('36.8 MiB in, 250 KiB out')
    expect(facts.map(({ key }) => key)).toEqual(['calls', 'bytes', 'placement'])
    expect(facts[2]?.value).toBe('cuda 328, cpu 12')
  })

  it('has a row for each operator and provider', () => {
    expect(operatorRows(breakdownFixture)[1]).toEqual({
      ...{ key: 'cpu NonMaxSuppression', operator: 'NonMaxSuppression' },
      ...{ provider: 'cpu', nodes: '1', ms: '1.08' },
    })
  })

  it('says when not all nodes are named', () => {
    const nodes = [{ name: 'a', operator: 'TopK' }]
    expect(fallbackTitle({ count: 1, ms: 0.5, nodes })).toBe(
      '1 node ran on the CPU instead, for 0.500 ms a call',
    )
    expect(fallbackTitle({ count: 60, ms: 3, nodes })).toBe(
      '60 nodes ran on the CPU instead, for 3.00 ms a call; these took longest',
    )
  })
})
