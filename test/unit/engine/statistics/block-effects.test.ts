import { describe, expect, it } from 'vitest'
import { fitBlocks, type BlockCell } from '../../../../electron/engine/statistics/block-effects.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'
import { gaussian } from './simulated-latencies.ts'

/** Rows with these levels, each once in every block. */
function rows(levels: readonly number[], blocks: readonly number[], noise: number, seed = 1): BlockCell[][] {
  const random = createRandom(seed)
  return levels.map((level) =>
    blocks.map((effect, block) => ({ block, log: level + effect + noise * gaussian(random) })),
  )
}

describe('fitBlocks', () => {
  it('takes the drift of blocks out of the levels', () => {
    const cells = rows([1, 2, 3], [0, 0.3, -0.3], 0.001)
    // The third row missed the slow block, which must not make it look fast.
    const { levels, effectOf } = fitBlocks([cells[0] ?? [], cells[1] ?? [], (cells[2] ?? []).slice(0, 2)])
    expect((levels[2] ?? 0) - (levels[0] ?? 0)).toBeCloseTo(2, 2)
    expect(effectOf(1) - effectOf(2)).toBeCloseTo(0.6, 2)
  })

  it('costs nothing where nothing drifts: the levels stay the means, as good as those of single trials', () => {
    let squares = 0
    let plainSquares = 0
    for (let seed = 0; seed < 300; seed++) {
      const cells = rows([0, 0, 0, 0], [0, 0, 0], 0.05, seed)
      // One of them ran in one block only: taking a fixed effect of that block out would add its noise.
      cells[3] = (cells[3] ?? []).slice(0, 1)
      const { levels } = fitBlocks(cells)
      squares += (levels[3] ?? 0) ** 2
      plainSquares += (cells[3]?.[0]?.log ?? 0) ** 2
    }
    expect(squares / plainSquares).toBeLessThan(1.15)
  })

  it('has no effects of blocks that share nothing', () => {
    expect(fitBlocks([[{ block: 1, log: 1 }], [{ block: 2, log: 2 }]]).effects).toEqual([])
    expect(fitBlocks([]).levels).toEqual([])
  })
})
