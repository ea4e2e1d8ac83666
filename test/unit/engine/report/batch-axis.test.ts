import { describe, expect, it } from 'vitest'
import { isSpreadLogarithmically, labelledSizes } from '../../../../electron/engine/report/batch-axis.ts'

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

describe('the axis of batch sizes', () => {
  it.each([
    ['powers of two', [1, 2, 4, 8, 16], true],
    ['powers of two with a refinement', [1, 2, 4, 8, 16, 24, 32], true],
    ['two decades of anything', [3, 30, 300], true],
    ['a range', upTo(40), false],
    ['a few neighbours', [1, 2, 4], false],
    ['one size', [8], false],
  ])('of %s: logarithmic %s', (_, sizes, logarithmic) => {
    expect(isSpreadLogarithmically(sizes)).toBe(logarithmic)
  })

  it('labels every size where there is room', () => {
    const sizes = [1, 2, 4, 8, 12, 16, 24, 32]
    expect(labelledSizes(sizes, true, 450, 24)).toEqual(sizes)
  })

  it('labels round sizes first where there is not, the ends always', () => {
    expect(labelledSizes(upTo(40), false, 430, 24)).toEqual([1, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40])
    expect(labelledSizes([60, 62, 64, 65], true, 50, 24)).toEqual([60, 65])
  })

  it('keeps labels apart', () => {
    const labels = labelledSizes(upTo(100), false, 430, 24)
    const places = labels.map((size) => ((size - 1) / 99) * 430)
    places.slice(1).forEach((place, index) => expect(place - (places[index] ?? 0)).toBeGreaterThanOrEqual(24))
  })
})
