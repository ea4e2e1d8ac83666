import { describe, expect, it } from 'vitest'
import { float16Bits } from '../../../../electron/contract/float16.ts'
import type { OutputValue, TensorValues } from '../../../../electron/contract/host-protocol.ts'
import type { OutputDrift } from '../../../../electron/contract/output-drift.ts'
import { compareOutputs } from '../../../../electron/engine/statistics/output-drift.ts'

function output(type: OutputValue['type'], shape: number[], values: TensorValues): OutputValue {
  return { name: 'y', type, shape, values }
}
const reals = (values: number[], shape = [values.length]) =>
  output('float32', shape, Float32Array.from(values))
const doubles = (values: number[], shape = [values.length]) =>
  output('float64', shape, Float64Array.from(values))

function driftOf(reference: OutputValue, variant: OutputValue, batchAxis?: number): OutputDrift {
  const comparison = compareOutputs(reference, variant, { batchAxis })
  if (!comparison.ok) throw new Error(comparison.problem)
  return comparison.drift
}
function problemOf(reference: OutputValue, variant: OutputValue): string | undefined {
  const comparison = compareOutputs(reference, variant)
  return comparison.ok ? undefined : comparison.problem
}

describe('the drift of an output', () => {
  it('is nothing between equal outputs, to the last bit', () => {
    const values = Array.from({ length: 10_007 }, (_, index) => Math.sin(index) * 3.7)
    expect(driftOf(reals(values), reals(values))).toEqual({
      ...{ output: 'y', elements: 10_007, ofElements: 10_007 },
      ...{ maxAbsolute: 0, meanAbsolute: 0, relative: 0, cosine: 1, notFinite: 0 },
    })
  })

  it('is worked out as by hand', () => {
    // r = (3, 4), v = (3, 5): d = (0, 1), ‖d‖ = 1, ‖r‖ = 5, r·v = 29, ‖v‖ = √34.
    const drift = driftOf(reals([3, 4]), reals([3, 5]))
    expect(drift).toMatchObject({ maxAbsolute: 1, meanAbsolute: 0.5 })
    expect(drift.relative).toBeCloseTo(0.2, 15)
    expect(drift.cosine).toBeCloseTo(29 / (5 * Math.sqrt(34)), 15)
  })

  it('of the opposite is twice the norm, and points the other way', () => {
    const drift = driftOf(reals([1, -2, 2]), reals([-1, 2, -2]))
    expect(drift.relative).toBeCloseTo(2, 15)
    expect(drift.cosine).toBe(-1)
  })

  it('has no ratio to a reference of zeros', () => {
    const drift = driftOf(reals([0, 0]), reals([0, 0.5]))
    expect(drift).toMatchObject({ maxAbsolute: 0.5, meanAbsolute: 0.25 })
    expect(drift).not.toHaveProperty('relative')
    expect(drift).not.toHaveProperty('cosine')
  })

  it.each([
    ['huge', 1e300],
    ['tiny', 1e-300],
    ['subnormal', 2 ** -1060],
  ])('keeps its precision with %s numbers', (_, unit) => {
    const drift = driftOf(doubles([3 * unit, 4 * unit]), doubles([3 * unit, 5 * unit]))
    expect(drift.maxAbsolute / unit).toBeCloseTo(1, 12)
    expect(drift.relative).toBeCloseTo(0.2, 12)
    expect(drift.cosine).toBeCloseTo(29 / (5 * Math.sqrt(34)), 12)
  })

  it('is a number a project can hold, even where the difference is none', () => {
    const drift = driftOf(doubles([1.7e308, 1e-300]), doubles([-1.7e308, 1e-300]))
    expect(drift.maxAbsolute).toBe(Number.MAX_VALUE)
    expect(drift.relative).toBeCloseTo(2, 12)
    expect(driftOf(doubles([1e-300]), doubles([1e300])).relative).toBe(Number.MAX_VALUE)
  })

  it('keeps a small error in sight among millions of large values', () => {
    const count = 3_000_000
    const reference = new Float32Array(count).fill(1000)
    const variant = reference.slice().fill(1000.0625)
    const drift = driftOf(output('float32', [count], reference), output('float32', [count], variant))
    expect(drift.meanAbsolute).toBeCloseTo(0.0625, 12)
    expect(drift.relative).toBeCloseTo(0.0000625, 14)
  })

  it('compares precisions as numbers', () => {
    const half = output('float16', [3], Uint16Array.from([1, -0.1, 70_000].map(float16Bits)))
    const drift = driftOf(reals([1, -0.1, 2]), half)
    expect(drift.notFinite).toBe(1)
    // 0.1 in half precision is 0.0999755859375.
    expect(drift.maxAbsolute).toBeCloseTo(Math.fround(0.1) - 0.0999755859375, 12)
    const brain = output('bfloat16', [2], Uint16Array.from([0x3f80, 0xc049]))
    expect(driftOf(brain, reals([1, -3.140625])).maxAbsolute).toBe(0)
  })

  it('counts what is not finite in one of the two, and leaves it out of the rest', () => {
    const drift = driftOf(reals([NaN, Infinity, Infinity, 1, 2]), reals([NaN, Infinity, -Infinity, NaN, 3]))
    expect(drift).toMatchObject({ elements: 5, notFinite: 2, maxAbsolute: 1, meanAbsolute: 1, relative: 0.5 })
  })

  it('of 64-bit integers is exact beyond what a double holds', () => {
    const wide = (last: bigint) => output('int64', [1], BigInt64Array.of(2n ** 60n + last))
    expect(driftOf(wide(0n), wide(1n)).maxAbsolute).toBe(1)
    expect(driftOf(wide(7n), output('int32', [1], Int32Array.of(5))).maxAbsolute).toBe(2 ** 60)
  })

  it('reads booleans, and integers of four bits', () => {
    expect(
      driftOf(output('bool', [4], Uint8Array.of(1, 0, 1, 1)), output('bool', [4], Uint8Array.of(1, 1, 1, 0))),
    ).toMatchObject({ maxAbsolute: 1, meanAbsolute: 0.5 })
    // Three values in two bytes, the lower half first: 1, -1, 7.
    const packed = output('int4', [3], Int8Array.of(-15, 7))
    expect(driftOf(packed, output('int8', [3], Int8Array.of(1, -1, 5)))).toMatchObject({
      elements: 3,
      maxAbsolute: 2,
    })
  })

  it('of strings is how many differ', () => {
    const drift = driftOf(
      output('string', [4], ['a', 'b', 'c', 'd']),
      output('string', [4], ['a', 'b', 'x', 'd']),
    )
    expect(drift).toEqual({
      ...{ output: 'y', elements: 4, ofElements: 4, maxAbsolute: 1, meanAbsolute: 0.25, notFinite: 0 },
    })
  })

  it('says how much of a large output was compared', () => {
    const cut = output('float32', [4, 1000], Float32Array.from([1, 2, 3]))
    expect(driftOf(cut, cut)).toMatchObject({ elements: 3, ofElements: 4000 })
  })

  it('of nothing is nothing', () => {
    expect(driftOf(reals([], [0, 3]), reals([], [0, 3]))).toEqual({
      ...{ output: 'y', elements: 0, ofElements: 0, maxAbsolute: 0, meanAbsolute: 0, notFinite: 0 },
    })
  })
})

describe('outputs that cannot be compared', () => {
  it.each([
    [
      reals([1, 2], [2, 1]),
      reals([1, 2], [1, 2]),
      'Output "y" is [2, 1] in the reference and [1, 2] in the variant.',
    ],
    [
      reals([1]),
      output('int64', [1], BigInt64Array.of(1n)),
      'Output "y" is float32 in the reference and int64 in the variant.',
    ],
    [output('unknown', [], []), reals([1]), 'Output "y" is of a type whose values cannot be compared.'],
  ])('are told in one sentence', (reference, variant, problem) => {
    expect(problemOf(reference, variant)).toBe(problem)
  })
})

describe('top-1 agreement', () => {
  const scores = [0.1, 0.7, 0.2, 0.6, 0.3, 0.1, 0.2, 0.2, 0.6, 0.5, 0.4, 0.1]

  it('is the share of items whose largest score stays in place', () => {
    const other = [...scores]
    other[0] = 0.9
    expect(driftOf(reals(scores, [4, 3]), reals(other, [4, 3]), 0).top1Agreement).toBe(0.75)
  })

  it('is asked of one row of classes an item, however many ones stand around it', () => {
    const of = (shape: number[], batchAxis?: number) =>
      driftOf(reals(scores, shape), reals(scores, shape), batchAxis).top1Agreement
    expect([of([4, 3], 0), of([4, 1, 3], 0), of([4, 3, 1, 1], 0), of([4, 3]), of([1, 12], 0)]).toEqual([
      1, 1, 1, 1, 1,
    ])
    expect([of([2, 2, 3], 0), of([3, 4], 1), of([12, 1], 0), of([12])]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('takes any of the tied where the reference itself is undecided, but not a tie of the variant', () => {
    expect(driftOf(reals([1, 1, 0], [1, 3]), reals([0.9, 1, 0], [1, 3])).top1Agreement).toBe(1)
    expect(driftOf(reals([0.9, 1, 0], [1, 3]), reals([1, 1, 0], [1, 3])).top1Agreement).toBe(0)
  })

  it('does not take a row that is not a number for agreement', () => {
    const broken = reals([NaN, NaN, 0.1, 0.9], [2, 2])
    const whole = reals([0.2, 0.8, 0.1, 0.9], [2, 2])
    expect(driftOf(whole, broken).top1Agreement).toBe(0.5)
  })

  it('counts whole rows only where the output is cut off', () => {
    const cut = output('float32', [4, 3], Float32Array.from(scores.slice(0, 7)))
    const other = output('float32', [4, 3], Float32Array.from([9, ...scores.slice(1, 7)]))
    expect(driftOf(cut, other, 0).top1Agreement).toBe(0.5)
  })

  it('is not asked of integers', () => {
    const ids = output('int32', [2, 3], Int32Array.of(1, 2, 3, 4, 5, 6))
    expect(driftOf(ids, ids, 0)).not.toHaveProperty('top1Agreement')
  })
})
