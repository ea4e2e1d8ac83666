import { float16Bits } from '../contract/float16.ts'
import type { InputPlan } from '../contract/host-protocol.ts'
import {
  elementArray,
  elementCount,
  packed,
  type BigArray,
  type FeedablePlan,
  type InputData,
  type NumberArray,
} from './element-arrays.ts'
import { fileData } from './input-file.ts'
import { SeededValues } from './seeded-values.ts'
import { takeSamples } from './tensor-samples.ts'

/**
 * From here on seeded values repeat: large batches would otherwise take seconds to fill, and what the values are does
 * not change how fast a model runs. A prime, so that no two samples of a batch come to be the same.
 */
const distinctValues = 1_048_573

type MadeFill = Exclude<InputPlan['fill'], { kind: 'file' }>

export function isFeedable(plan: InputPlan): plan is FeedablePlan {
  return plan.type !== 'bfloat16'
}

/** The shape that is fed: the plan's, with `take.count` samples in place of all. */
export function fedShape({ shape, take }: Pick<InputPlan, 'shape' | 'take'>): number[] {
  return take === undefined ? shape : shape.with(take.axis, take.count)
}

/**
 * The data of one input, row-major, in the shape that is fed. The same plan and seed give the same whole, of which
 * `take` feeds a part. float16 comes as its bits, bool as bytes of 0 and 1, int4 and uint4 packed two to a byte,
 * made strings as decimal numbers. Throws an Error with one sentence where a file does not have the values, and a
 * RangeError when there is no memory for them.
 */
export function inputData(plan: FeedablePlan, seed: number): InputData {
  const { type, shape, fill, take } = plan
  const whole = fill.kind === 'file' ? fileData(plan, fill) : madeData(plan, fill, seed)
  return packed(type, take === undefined ? whole : takeSamples(whole, shape, take))
}

function madeData({ name, type, shape }: FeedablePlan, fill: MadeFill, seed: number): InputData {
  const elements = elementCount(shape)
  const next = source(type, fill, shape, new SeededValues(seed, name))
  if (type === 'string') return Array.from({ length: elements }, () => String(next()))
  const array = elementArray(type, elements)
  // Positions count on to the end.
  const distinct = Math.min(elements, fill.kind === 'count' ? elements : distinctValues)
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    for (let i = 0; i < distinct; i += 1) array[i] = BigInt(next())
  } else {
    for (let i = 0; i < distinct; i += 1) array[i] = next()
  }
  return repeated(array, distinct)
}

/** The values one after the other, as numbers that an array of the type keeps. */
function source(
  type: FeedablePlan['type'],
  fill: MadeFill,
  shape: readonly number[],
  values: SeededValues,
): () => number {
  switch (type) {
    case 'float32':
    case 'float64':
      return realSource(fill, shape, values)
    case 'float16': {
      const real = realSource(fill, shape, values)
      return () => float16Bits(real())
    }
    case 'bool': {
      const whole = wholeSource(fill, shape, values)
      return () => (whole() === 0 ? 0 : 1)
    }
    default:
      return wholeSource(fill, shape, values)
  }
}

function realSource(fill: MadeFill, shape: readonly number[], values: SeededValues): () => number {
  switch (fill.kind) {
    case 'normal':
      return () => values.normal() * fill.scale
    case 'uniform':
      return () => fill.low + values.unit() * (fill.high - fill.low)
    case 'constant':
      return () => fill.value
    case 'count': {
      const size = shape[fill.axis] ?? 1
      const inner = elementCount(shape.slice(fill.axis + 1))
      let element = 0
      return () => Math.floor(element++ / inner) % size
    }
  }
}

function wholeSource(fill: MadeFill, shape: readonly number[], values: SeededValues): () => number {
  if (fill.kind === 'uniform') return () => fill.low + Math.floor(values.unit() * (fill.high - fill.low + 1))
  const real = realSource(fill, shape, values)
  return () => Math.round(real())
}

/** Copies the first `distinct` values on, over and over, to the end. */
function repeated<A extends NumberArray | BigArray>(array: A, distinct: number): A {
  for (let i = distinct; i < array.length; i += distinct) array.copyWithin(i, 0, distinct)
  return array
}
