import { describe, expect, it } from 'vitest'
import { profiledSizes } from '../../../../electron/engine/experiment/profiled-sizes.ts'

/** A series whose throughput is best at `best`. */
const chosen = (batchSizes: number[], best: number) =>
  profiledSizes(
    batchSizes.map((batchSize) => ({ batchSize, itemsPerSecond: batchSize === best ? 2000 : 1000 })),
  ).map(({ batchSize }) => batchSize)

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1)

describe('the batch sizes of a series that are profiled', () => {
  it('are all where there are eight or fewer', () => {
    expect(chosen([1, 2, 3, 5, 7, 11, 13, 17], 3)).toEqual([1, 2, 3, 5, 7, 11, 13, 17])
  })

  it('are the smallest, the largest, the fastest and powers of two between them otherwise', () => {
    expect(chosen(upTo(100), 77)).toEqual([1, 2, 4, 16, 32, 64, 77, 100])
  })

  it('are others too where there are not enough powers of two', () => {
    const tens = upTo(20).map((each) => each * 10)
    const sizes = chosen(tens, 60)
    expect(sizes).toHaveLength(8)
    expect(sizes).toEqual(expect.arrayContaining([10, 60, 200]))
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
  })
})
