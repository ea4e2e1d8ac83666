import { describe, expect, it } from 'vitest'
import { boundaryRemark } from '../../electron/contract/boundary-words.ts'

const measured = { largestThatFits: 150, smallestThatDoesNot: 151, limitedBy: 'host' } as const

describe('the memory boundary in words', () => {
  it('has measured and predicted side by side', () => {
    expect(boundaryRemark({ ...measured, predicted: { batchSize: 149, ci95: [146, 152] } })).toBe(
      'Largest batch size in host memory. Measured: 150 fits (ran twice), 151 does not. Predicted from smaller sizes: 149 (146 to 152).',
    )
    expect(boundaryRemark({ ...measured, predicted: { batchSize: 149 } })).toContain('sizes: 149.')
    expect(boundaryRemark(measured)).toBe(
      'Largest batch size in host memory. Measured: 150 fits (ran twice), 151 does not.',
    )
  })

  it('does not say that a size fits which ran once', () => {
    expect(boundaryRemark({ ...measured, largestThatFits: 128, largestSeenOnce: 150 })).toBe(
      'Largest batch size in host memory. Measured: 150 ran once, 128 ran twice, 151 does not fit.',
    )
    expect(boundaryRemark({ ...measured, largestThatFits: null, largestSeenOnce: 150 })).toBe(
      'Largest batch size in host memory. Measured: 150 ran once, 151 does not fit.',
    )
    expect(boundaryRemark({ ...measured, largestThatFits: null })).toBe(
      'Largest batch size in host memory. Measured: 151 does not fit, and nothing smaller completed.',
    )
    expect(boundaryRemark({ ...measured, largestThatFits: null, smallestThatDoesNot: 1 })).toBe(
      'Largest batch size in host memory. Measured: not even 1 fits.',
    )
  })

  it('says why more fits than was predicted, where the host’s memory is the limit', () => {
    const predicted = { batchSize: 90 }
    expect(boundaryRemark({ ...measured, predicted })).toMatch(
      /90\. Near its limit the runtime makes do with less memory than it takes where there is plenty\.$/,
    )
    expect(boundaryRemark({ ...measured, predicted, limitedBy: 'device' })).toMatch(/90\.$/)
  })
})
