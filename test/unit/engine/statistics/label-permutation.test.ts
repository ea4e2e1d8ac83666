import { describe, expect, it } from 'vitest'
import { permuteLabels } from '../../../../electron/engine/statistics/label-permutation.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'

const groups = (before: number[], after: number[]) => ({ before, after, leastVariance: 0 })

describe('permuteLabels', () => {
  it('counts all ways: two of 70 are as far apart as groups of four that do not overlap', () => {
    const result = permuteLabels([groups([1, 2, 3, 4], [5, 6, 7, 8])], 0.05, createRandom(1))
    expect(result).toEqual({ p: 2 / 70, exact: true, labellings: 70 })
  })

  it('says nothing where no result could reach the level', () => {
    expect(permuteLabels([groups([1, 2, 3], [7, 8, 9])], 0.05, createRandom(1))).toBeUndefined()
    expect(permuteLabels([groups([1, 2], [8, 9])], 0.05, createRandom(1))).toBeUndefined()
  })

  it('permutes within configurations: levels that differ between them do not matter', () => {
    const near = [groups([1, 2, 3], [4, 5, 6]), groups([1, 2, 3], [4, 5, 6])]
    const far = [groups([1, 2, 3], [4, 5, 6]), groups([101, 102, 103], [104, 105, 106])]
    const [one, other] = [near, far].map((each) => permuteLabels(each, 0.05, createRandom(1)))
    expect(one?.p).toBe(2 / 400)
    expect(other?.p).toBeCloseTo(one?.p ?? 0, 12)
  })

  it('takes a random selection where there are too many ways, of large groups too', () => {
    const values = Array.from({ length: 16 }, (_, at) => (at * 7) % 16)
    const many = permuteLabels([groups(values.slice(0, 8), values.slice(8))], 0.05, createRandom(1))
    expect(many).toMatchObject({ exact: false, labellings: 10_000 })
    const apart = permuteLabels(
      [groups([1, 2, 3, 4, 5, 6, 7, 8], [11, 12, 13, 14, 15, 16, 17, 18])],
      0.05,
      createRandom(1),
    )
    expect(apart?.p).toBeLessThan(0.001)
  })
})
