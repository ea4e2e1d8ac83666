import type { InputPlan } from '../contract/host-protocol.ts'
import { float16Bits } from './float16.ts'
import { SeededValues } from './seeded-values.ts'

/**
 * From here on values repeat: large batches would otherwise take seconds to fill, and what the values are does not
 * change how fast a model runs.
 */
const distinctValues = 1 << 20

type NumberArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
type BigArray = BigInt64Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>

/** What ONNX Runtime takes as a tensor's data: a typed array in the layout of its type, or strings. */
export type InputData = NumberArray | BigArray | string[]

/** A plan for a type that ONNX Runtime for Node can be fed. */
export type FeedablePlan = InputPlan & { type: Exclude<InputPlan['type'], 'bfloat16'> }

export function isFeedable(plan: InputPlan): plan is FeedablePlan {
  return plan.type !== 'bfloat16'
}

/**
 * The data of one input, row-major. float16 comes as its bits, bool as bytes of 0 and 1, int4 and uint4 packed two to a
 * byte, strings as decimal numbers. Throws a RangeError when there is no memory for it.
 */
export function inputData(plan: FeedablePlan, seed: number): InputData {
  const elements = plan.shape.reduce((product, size) => product * size, 1)
  const values = new SeededValues(seed, plan.name)
  const real = realSource(plan.fill, values)
  const whole = wholeSource(plan.fill, values)
  switch (plan.type) {
    case 'float32':
      return fillNumbers(new Float32Array(elements), real)
    case 'float64':
      return fillNumbers(new Float64Array(elements), real)
    case 'float16':
      return fillNumbers(new Uint16Array(elements), () => float16Bits(real()))
    case 'int8':
      return fillNumbers(new Int8Array(elements), whole)
    case 'int16':
      return fillNumbers(new Int16Array(elements), whole)
    case 'int32':
      return fillNumbers(new Int32Array(elements), whole)
    case 'uint8':
      return fillNumbers(new Uint8Array(elements), whole)
    case 'uint16':
      return fillNumbers(new Uint16Array(elements), whole)
    case 'uint32':
      return fillNumbers(new Uint32Array(elements), whole)
    case 'int64':
      return fillBig(new BigInt64Array(elements), whole)
    case 'uint64':
      return fillBig(new BigUint64Array(elements), whole)
    case 'bool':
      return fillNumbers(new Uint8Array(elements), () => (whole() === 0 ? 0 : 1))
    case 'int4':
    case 'uint4':
      return fillNumbers(
        new Uint8Array(Math.ceil(elements / 2)),
        () => (whole() & 15) | ((whole() & 15) << 4),
      )
    case 'string':
      return Array.from({ length: elements }, () => String(whole()))
  }
}

function realSource(fill: InputPlan['fill'], values: SeededValues): () => number {
  switch (fill.kind) {
    case 'normal':
      return () => values.normal() * fill.scale
    case 'uniform':
      return () => fill.low + values.unit() * (fill.high - fill.low)
    case 'constant':
      return () => fill.value
    case 'file':
      throw new Error('Values of files are read, not made.')
  }
}

function wholeSource(fill: InputPlan['fill'], values: SeededValues): () => number {
  if (fill.kind === 'uniform') return () => fill.low + Math.floor(values.unit() * (fill.high - fill.low + 1))
  const real = realSource(fill, values)
  return () => Math.round(real())
}

function fillNumbers<A extends NumberArray>(array: A, next: () => number): A {
  const distinct = Math.min(array.length, distinctValues)
  for (let i = 0; i < distinct; i += 1) array[i] = next()
  for (let i = distinct; i < array.length; i += distinct) array.copyWithin(i, 0, distinct)
  return array
}

function fillBig<A extends BigArray>(array: A, next: () => number): A {
  const distinct = Math.min(array.length, distinctValues)
  for (let i = 0; i < distinct; i += 1) array[i] = BigInt(next())
  for (let i = distinct; i < array.length; i += distinct) array.copyWithin(i, 0, distinct)
  return array
}
