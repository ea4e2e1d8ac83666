import { describe, expect, it } from 'vitest'
import type { InputPlan } from '../../../electron/contract/host-protocol.ts'
import type { FeedablePlan } from '../../../electron/host/element-arrays.ts'
import { fedShape, inputData } from '../../../electron/host/input-data.ts'

function data(type: FeedablePlan['type'], fill: InputPlan['fill'], shape = [2, 3], seed = 1, name = 'x') {
  return inputData({ name, type, shape, fill }, seed)
}
const normal: InputPlan['fill'] = { kind: 'normal', scale: 1 }

describe('input data', () => {
  it.each([
    ['float32', Float32Array],
    ['float64', Float64Array],
    ['float16', Uint16Array],
    ['int8', Int8Array],
    ['int16', Int16Array],
    ['int32', Int32Array],
    ['int64', BigInt64Array],
    ['uint8', Uint8Array],
    ['uint16', Uint16Array],
    ['uint32', Uint32Array],
    ['uint64', BigUint64Array],
    ['bool', Uint8Array],
  ] as const)('of type %s comes as ONNX Runtime takes it', (type, array) => {
    const values = data(type, { kind: 'constant', value: 1 })
    expect(values).toBeInstanceOf(array)
    expect(values).toHaveLength(6)
    const one = type === 'float16' ? 0x3c00 : 1
    expect(Number(values[5])).toBe(one)
  })

  it('packs four-bit integers two to a byte', () => {
    expect([...data('uint4', { kind: 'constant', value: 3 }, [3])]).toEqual([0x33, 0x03])
    expect([...data('int4', { kind: 'constant', value: -1 }, [2])]).toEqual([0xff])
  })

  it('gives strings as numbers in text', () => {
    expect(data('string', { kind: 'constant', value: 7 }, [2])).toEqual(['7', '7'])
  })

  it('has one value for a scalar and none for an empty axis', () => {
    expect(data('float32', normal, [])).toHaveLength(1)
    expect(data('float32', normal, [4, 0])).toHaveLength(0)
  })

  it('is the same for the same seed and name, and different for another seed or name', () => {
    const values = [...data('float32', normal)]
    expect([...data('float32', normal)]).toEqual(values)
    expect([...data('float32', normal, [2, 3], 2)]).not.toEqual(values)
    expect([...data('float32', normal, [2, 3], 1, 'y')]).not.toEqual(values)
  })

  it('is normal with the scale asked for', () => {
    const values = [...data('float64', { kind: 'normal', scale: 3 }, [50_000])].map(Number)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(mean).toBeCloseTo(0, 1)
    expect(Math.sqrt(variance)).toBeCloseTo(3, 1)
  })

  it('is uniform over both ends for integers', () => {
    const values = [...data('int64', { kind: 'uniform', low: -1, high: 2 }, [1000])].map(Number)
    expect([...new Set(values)].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2])
  })

  it('is uniform within the ends for reals', () => {
    const values = [...data('float32', { kind: 'uniform', low: 5, high: 6 }, [1000])].map(Number)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...values)).toBeLessThanOrEqual(6)
    expect(new Set(values).size).toBeGreaterThan(900)
  })

  it('fills large inputs to the end', () => {
    const values = data('float32', { kind: 'uniform', low: 1, high: 2 }, [(1 << 20) + 1000])
    expect(Number(values[values.length - 1])).toBeGreaterThanOrEqual(1)
  })

  it('makes no two samples of a large batch the same', () => {
    const sample = 1 << 20
    const values = data('float32', { kind: 'uniform', low: 1, high: 2 }, [3, sample])
    expect(values[sample]).not.toBe(values[0])
    expect(values[2 * sample]).not.toBe(values[sample])
  })

  it('counts positions along an axis, on to the end of a large batch', () => {
    expect([...data('int64', { kind: 'count', axis: 1 }, [2, 3])].map(Number)).toEqual([0, 1, 2, 0, 1, 2])
    expect([...data('float32', { kind: 'count', axis: 0 }, [2, 3])]).toEqual([0, 0, 0, 1, 1, 1])
    const large = data('int32', { kind: 'count', axis: 1 }, [1100, 1024])
    expect(Number(large[large.length - 1])).toBe(1023)
  })

  it('throws a RangeError for what fits in no array', () => {
    expect(() => data('float32', normal, [1e6, 1e6, 1e6])).toThrow(RangeError)
  })
})

describe('a part of a batch', () => {
  const shape = [2, 4, 3]
  const part = (type: FeedablePlan['type'], axis: number, start: number, count: number) =>
    inputData({ name: 'x', type, shape, fill: normalOrSmall(type), take: { axis, start, count } }, 1)
  const normalOrSmall = (type: FeedablePlan['type']): InputPlan['fill'] =>
    type === 'float32' ? normal : { kind: 'uniform', low: 0, high: 7 }

  it('has the samples of the whole, whichever axis counts them', () => {
    const whole = [...data('float32', normal, shape)]
    expect([...part('float32', 0, 1, 1)]).toEqual(whole.slice(12))
    expect([...part('float32', 1, 1, 2)]).toEqual([...whole.slice(3, 9), ...whole.slice(15, 21)])
    expect([...part('float32', 2, 2, 1)]).toEqual(whole.filter((_, i) => i % 3 === 2))
  })

  it('agrees with the whole for strings and packed types too', () => {
    const whole = [...data('string', normalOrSmall('string'), shape)]
    expect(part('string', 1, 3, 1)).toEqual([...whole.slice(9, 12), ...whole.slice(21, 24)])
    const nibbles = (bytes: readonly unknown[]) => bytes.map(Number).flatMap((byte) => [byte & 15, byte >> 4])
    const packedWhole = nibbles([...data('uint4', normalOrSmall('uint4'), shape)])
    expect(nibbles([...part('uint4', 1, 1, 2)])).toEqual([
      ...packedWhole.slice(3, 9),
      ...packedWhole.slice(15, 21),
    ])
  })

  it('is fed in its own shape', () => {
    expect(fedShape({ shape, take: { axis: 1, start: 2, count: 1 } })).toEqual([2, 1, 3])
    expect(fedShape({ shape })).toEqual(shape)
  })

  it('is refused where the whole has no such samples', () => {
    expect(() => part('float32', 1, 3, 2)).toThrow('Samples 3 to 4 are not among the 4 of the input.')
  })
})
