import { describe, expect, it } from 'vitest'
import {
  arenaWords,
  fragmentation,
  placementWords,
  timeParts,
} from '../../../electron/contract/time-words.ts'
import { breakdownFixture } from '../../fixtures/time-breakdown.ts'

describe('the parts of a call', () => {
  it('divide what follows the executor on a device into waiting and copying', () => {
    expect(timeParts(breakdownFixture)).toEqual([
      { key: 'in', name: 'copy in', ms: 5.2, share: expect.closeTo(5.2 / 11.4, 6) },
      { key: 'execute', name: 'launch and compute', ms: 4.4, share: expect.closeTo(4.4 / 11.4, 6) },
      {
        key: 'wait',
        name: 'wait for the device',
        ms: expect.closeTo(1.765, 9),
        share: expect.closeTo(1.765 / 11.4, 6),
      },
      { key: 'out', name: 'copy out', ms: 0.035, share: expect.closeTo(0.035 / 11.4, 6) },
    ])
  })

  it('have no waiting where nothing is known of copying', () => {
    const { transfer: _, ...onCpu } = breakdownFixture
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
