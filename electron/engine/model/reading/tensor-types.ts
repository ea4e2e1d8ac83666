import type { TensorType } from '../../../contract/model.ts'

/** Tensors of more dimensions than this do not exist. */
export const highestRank = 64

interface ElementType {
  readonly type: TensorType
  /** Bits of one element as stored; 0 where elements differ in size. */
  readonly bits: number
}

const unknownType: ElementType = { type: 'unknown', bits: 0 }

/** `TensorProto.DataType` of onnx.proto. */
const elementTypes = new Map<number, ElementType>([
  [1, { type: 'float32', bits: 32 }],
  [2, { type: 'uint8', bits: 8 }],
  [3, { type: 'int8', bits: 8 }],
  [4, { type: 'uint16', bits: 16 }],
  [5, { type: 'int16', bits: 16 }],
  [6, { type: 'int32', bits: 32 }],
  [7, { type: 'int64', bits: 64 }],
  [8, { type: 'string', bits: 0 }],
  [9, { type: 'bool', bits: 8 }],
  [10, { type: 'float16', bits: 16 }],
  [11, { type: 'float64', bits: 64 }],
  [12, { type: 'uint32', bits: 32 }],
  [13, { type: 'uint64', bits: 64 }],
  [14, { type: 'unknown', bits: 64 }], // complex64
  [15, { type: 'unknown', bits: 128 }], // complex128
  [16, { type: 'bfloat16', bits: 16 }],
  [17, { type: 'unknown', bits: 8 }], // float8e4m3fn
  [18, { type: 'unknown', bits: 8 }], // float8e4m3fnuz
  [19, { type: 'unknown', bits: 8 }], // float8e5m2
  [20, { type: 'unknown', bits: 8 }], // float8e5m2fnuz
  [21, { type: 'uint4', bits: 4 }],
  [22, { type: 'int4', bits: 4 }],
  [23, { type: 'unknown', bits: 4 }], // float4e2m1
  [24, { type: 'unknown', bits: 8 }], // float8e8m0
])

/** The element type behind a `TensorProto.DataType` number. */
export function elementType(dataType: number): ElementType {
  return elementTypes.get(dataType) ?? unknownType
}

/** The `TensorProto.DataType` number of a type; undefined for `unknown`. */
export function dataTypeNumber(type: TensorType): number | undefined {
  if (type === 'unknown') return undefined
  return [...elementTypes].find(([, element]) => element.type === type)?.[0]
}

const integerTypes: readonly TensorType[] = [
  ...(['int8', 'int16', 'int32', 'int64', 'int4'] as const),
  ...(['uint8', 'uint16', 'uint32', 'uint64', 'uint4'] as const),
]
const realTypes: readonly TensorType[] = ['float32', 'float16', 'bfloat16', 'float64']

export function isInteger(type: TensorType): boolean {
  return integerTypes.includes(type)
}

export function isReal(type: TensorType): boolean {
  return realTypes.includes(type)
}

/** Types that ONNX Runtime for Node can be fed. */
export function isFeedable(type: TensorType): type is Exclude<TensorType, 'unknown' | 'bfloat16'> {
  return type !== 'unknown' && type !== 'bfloat16'
}
