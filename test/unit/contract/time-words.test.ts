import { describe, expect, it } from 'vitest'
import {
  arenaWords,
  fragmentation,
  placementWords,
  timeParts,
} from '../../../electron/contract/time-words.ts'
import { breakdownFixture } from '../../fixtures/time-breakdown.ts'

describe('the parts of a call', () => {
  it('are those that a call on a device is judged by', () => {
    expect(timeParts(breakdownFixture).map(({ name, ms }) => [name, ms])).toEqual([
      ['copy in', 5.2],
      ['launch', 3],
      ['nodes on the CPU', 1.2],
      ['copy between nodes', 0.2],
      ['wait for the device', 1.765],
      ['copy out', 0.035],
    ])
    expect(timeParts(breakdownFixture)[1]?.share).toBeCloseTo(3 / 11.4, 6)
  })

  it('leave out the CPU and copies between nodes where there are none', () => {
    const { transfer, split } = breakdownFixture
    if (transfer === undefined || split === undefined) throw new Error('not on a device')
    const parts = timeParts({
      ...breakdownFixture,
      transfer: { ...transfer, betweenMs: 0 },
      split: { ...split, cpuNodesMs: 0 },
    })
    expect(parts.map(({ key }) => key)).toEqual(['in', 'launch', 'wait', 'out'])
  })

  it('are the spans of the profile in a record from before the parts were kept', () => {
    const { split: _, ...before } = breakdownFixture
    expect(timeParts(before).map(({ name, ms }) => [name, ms])).toEqual([
      ['copy in', 5.2],
      ['launch and compute', 4.4],
      ['wait for the device', expect.closeTo(1.765, 9)],
      ['copy out', 0.035],
    ])
  })

  it('have no waiting on the CPU', () => {
    const { transfer: _, split: _s, ...onCpu } = breakdownFixture
    const parts = timeParts(onCpu)
    expect(parts.map(({ name }) => name)).toEqual(['copy in', 'compute', 'copy out'])
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
  })

  it('have no share of nothing', () => {
    const none = { ...breakdownFixture, copyInMs: 0, executeMs: 0, copyOutMs: 0 }
    expect(timeParts({ ...none, transfer: undefined }).map(({ share }) => share)).toEqual([0, 0, 0])
  })
})

describe('what else a profile tells', () => {
  it('is where nodes ran', () => {
    expect(placementWords(breakdownFixture)).toBe('cuda 328, cpu 12')
  })

  it('is how much of the arena was never in use at once', () => {
    expect(arenaWords({ heldBytes: 3_260_416, peakInUseBytes: 2_213_632 })).toBe(
      '3.11 MiB held, 2.11 MiB in use at most: 32 % of it never at once',
    )
    expect(fragmentation({ heldBytes: 10, peakInUseBytes: 12 })).toBe(0)
    expect(fragmentation({ heldBytes: 0, peakInUseBytes: 0 })).toBe(0)
  })
})
