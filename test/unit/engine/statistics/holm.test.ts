import { expect, it } from 'vitest'
import { holmAdjusted } from '../../../../electron/engine/statistics/holm.ts'

it('adjusts as the procedure does by hand, in the order given', () => {
  // Sorted: 0.01 x 4, 0.02 x 3, 0.03 x 2 (no less than the one before), 0.5.
  expect(holmAdjusted([0.03, 0.01, 0.5, 0.02])).toEqual([0.06, 0.04, 0.5, 0.06])
})

it('stays a probability, and leaves a single test alone', () => {
  expect(holmAdjusted([0.6, 0.7])).toEqual([1, 1])
  expect(holmAdjusted([0.04])).toEqual([0.04])
  expect(holmAdjusted([])).toEqual([])
})
