import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  along,
  placesAfterReshape,
  product,
  type BatchPlace,
} from '../../../../../electron/engine/model/dynamic/batch-place.ts'

const first = (from: number[], place: BatchPlace, to: number[], batch = 1) =>
  placesAfterReshape(from, place, to, batch)[0]

describe('where the batch lies after a reshape', () => {
  it.each([
    ['flattened', [1, 3, 4], along(0), [1, 12], along(0)],
    ['split into heads', [1, 16, 32], along(0), [1, 16, 4, 8], along(0)],
    ['merged with heads', [1, 4, 16, 8], along(0), [4, 16, 8], { axis: 0, outer: 1, inner: 4 }],
    ['taken apart again', [4, 16, 16], { axis: 0, outer: 1, inner: 4 }, [1, 4, 16, 16], along(0)],
    ['merged with tokens', [1, 16, 32], along(0), [16, 32], { axis: 0, outer: 1, inner: 16 }],
    ['second, merged with heads', [5, 1, 64], along(1), [5, 4, 16], { axis: 1, outer: 1, inner: 4 }],
    ['second, merged with time', [5, 1, 64], along(1), [5, 64], { axis: 0, outer: 5, inner: 1 }],
    ['merged with time, taken apart again', [5, 64], { axis: 0, outer: 5, inner: 1 }, [5, 1, 64], along(1)],
  ])('%s', (_what, from, place, to, expected) => {
    expect(first(from, place, to)).toEqual(expected)
  })

  it('knows only one answer where the batch is larger than 1', () => {
    expect(placesAfterReshape([8, 3, 4], along(0), [8, 12], 8)).toEqual([along(0)])
    expect(placesAfterReshape([7, 12], along(0), [1, 84], 7)).toEqual([{ axis: 1, outer: 1, inner: 12 }])
    expect(placesAfterReshape([7, 12], along(0), [12, 7], 7)).toEqual([])
  })

  it('keeps every sample together, whichever answer is taken', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(sizes, fc.nat(), fc.integer({ min: 1, max: 3 }), fc.nat(), (dims, at, batch, seed) => {
        const axis = at % dims.length
        const from = dims.with(axis, batch)
        // The same elements in other dimensions: neighbours merged.
        const cut = seed % from.length
        const to = [...from.slice(0, cut), product(from.slice(cut, cut + 2)), ...from.slice(cut + 2)]
        for (const place of placesAfterReshape(from, along(axis), to, batch)) {
          const before = product(to.slice(0, place.axis)) * place.outer
          expect(before).toBe(product(from.slice(0, axis)))
          expect(to[place.axis]).toBe(place.outer * batch * place.inner)
        }
      }),
    )
  })
})
