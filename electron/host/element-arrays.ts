import type { InputPlan } from '../contract/host-protocol.ts'

export type NumberArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
export type BigArray = BigInt64Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>

/** What ONNX Runtime takes as a tensor's data: a typed array in the layout of its type, or strings. */
export type InputData = NumberArray | BigArray | string[]

/** A plan for a type that ONNX Runtime for Node can be fed. */
export type FeedablePlan = InputPlan & { type: Exclude<InputPlan['type'], 'bfloat16'> }

/**
 * Zeros to hold `elements` values of a type, one place each: float16 as its bits, bool as bytes of 0 and 1, int4 and
 * uint4 as bytes too (`packed` puts them two to a byte). Throws a RangeError when there is no memory for it.
 */
export function elementArray(
  type: Exclude<FeedablePlan['type'], 'string'>,
  elements: number,
): NumberArray | BigArray {
  switch (type) {
    case 'float32':
      return new Float32Array(elements)
    case 'float64':
      return new Float64Array(elements)
    case 'int8':
      return new Int8Array(elements)
    case 'int16':
      return new Int16Array(elements)
    case 'int32':
      return new Int32Array(elements)
    case 'float16':
    case 'uint16':
      return new Uint16Array(elements)
    case 'uint32':
      return new Uint32Array(elements)
    case 'int64':
      return new BigInt64Array(elements)
    case 'uint64':
      return new BigUint64Array(elements)
    case 'uint8':
    case 'bool':
    case 'int4':
    case 'uint4':
      return new Uint8Array(elements)
  }
}

/** Four-bit values two to a byte, the first in the lower half, as ONNX stores them; other types as they are. */
export function packed(type: FeedablePlan['type'], data: InputData): InputData {
  if ((type !== 'int4' && type !== 'uint4') || !(data instanceof Uint8Array)) return data
  return Uint8Array.from(
    { length: Math.ceil(data.length / 2) },
    (_, i) => ((data[2 * i] ?? 0) & 15) | (((data[2 * i + 1] ?? 0) & 15) << 4),
  )
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
