import { describe, expect, it } from 'vitest'
import { compareCells } from '../../../../renderer/components/compare-cells.ts'

describe('ordering the cells of a column', () => {
  it('orders numbers by their size', () => {
    expect([10, 9, 100, -1].sort(compareCells)).toEqual([-1, 9, 10, 100])
  })

  it('orders text as people read it, numbers inside it included', () => {
    expect(['x10', 'x2', 'A', 'b'].sort(compareCells)).toEqual(['A', 'b', 'x2', 'x10'])
  })
})
