import type { OutputValue, TensorValues } from '../../contract/host-protocol.ts'
import { decodeBfloat16, decodeFloat16 } from '../../contract/float16.ts'

/** Kinds of values that can be compared with each other. */
export type ValueKind = 'real' | 'whole' | 'bool' | 'string'

/** `undefined` for values that cannot be read. */
export function valueKind(type: OutputValue['type']): ValueKind | undefined {
  switch (type) {
    case 'float16':
    case 'bfloat16':
    case 'float32':
    case 'float64':
      return 'real'
    case 'bool':
    case 'string':
      return type
    case 'unknown':
      return undefined
    default:
      return 'whole'
  }
}

type Wide = BigInt64Array | BigUint64Array
type Numbers = Exclude<TensorValues, string[] | Wide>

/** Two outputs side by side, element by element. */
export interface NumberPairs {
  /** Elements that both have. */
  readonly length: number
  reference(index: number): number
  variant(index: number): number
  /** `(variant - reference) * scale`, exact to the last bit of a double: also for 64-bit integers. */
  difference(index: number, scale: number): number
}

/** Pairs of two outputs of the same kind, strings excepted; at most `elements` of them. */
export function numberPairs(reference: OutputValue, variant: OutputValue, elements: number): NumberPairs {
  const [one, other] = [outputNumbers(reference), outputNumbers(variant)]
  const length = Math.min(elements, one.length, other.length)
  if (isWide(one) && isWide(other)) return widePairs(one, other, length)
  const [ours, theirs] = [narrow(one), narrow(other)]
  const at = (numbers: Numbers, index: number) => numbers[index] ?? NaN
  return {
    length,
    reference: (index) => at(ours, index),
    variant: (index) => at(theirs, index),
    difference: (index, scale) => at(theirs, index) * scale - at(ours, index) * scale,
  }
}

/** Doubles hold integers up to 2^53: beyond, neighbours must not look equal. */
function widePairs(reference: Wide, variant: Wide, length: number): NumberPairs {
  const at = (values: Wide, index: number) => values[index] ?? 0n
  return {
    length,
    reference: (index) => Number(at(reference, index)),
    variant: (index) => Number(at(variant, index)),
    difference: (index, scale) => Number(at(variant, index) - at(reference, index)) * scale,
  }
}

/** Integers of 64 bits, which a double does not hold. */
export function isWide(values: Numbers | Wide): values is Wide {
  return values instanceof BigInt64Array || values instanceof BigUint64Array
}

function narrow(values: Numbers | Wide): Numbers {
  return isWide(values) ? Float64Array.from(values, Number) : values
}

/** The elements as numbers: bits of small floats decoded, packed integers taken apart; none of strings. */
export function outputNumbers({ type, values }: OutputValue): Numbers | Wide {
  if (Array.isArray(values)) return new Float64Array(0)
  if (type === 'float16' && values instanceof Uint16Array) return decodeFloat16(values)
  if (type === 'bfloat16' && values instanceof Uint16Array) return decodeBfloat16(values)
  if (type === 'int4' || type === 'uint4') return nibbles(values, type === 'int4')
  return values
}

/** Two to a byte, the lower half first (ONNX: "packed 4-bit"); signed ones as two's complement. */
function nibbles(packed: Exclude<TensorValues, string[]>, signed: boolean): Int8Array {
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength)
  const values = new Int8Array(bytes.length * 2)
  for (let index = 0; index < values.length; index += 1) {
    const byte = bytes[index >>> 1] ?? 0
    const nibble = index % 2 === 0 ? byte & 15 : byte >>> 4
    values[index] = signed && nibble > 7 ? nibble - 16 : nibble
  }
  return values
}
