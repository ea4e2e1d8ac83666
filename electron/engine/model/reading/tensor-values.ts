import { fewValues } from './message-fields.ts'

/** Bytes of raw data that can be a short list. */
export const mostRawBytes = fewValues * 8

type ReadElement = (view: DataView, offset: number) => number

/** How elements of raw data are read, by `TensorProto.DataType`; little-endian, as ONNX has it. */
const elementReaders = new Map<number, readonly [bytes: number, read: ReadElement]>([
  [1, [4, (view, offset) => view.getFloat32(offset, true)]],
  [2, [1, (view, offset) => view.getUint8(offset)]],
  [3, [1, (view, offset) => view.getInt8(offset)]],
  [4, [2, (view, offset) => view.getUint16(offset, true)]],
  [5, [2, (view, offset) => view.getInt16(offset, true)]],
  [6, [4, (view, offset) => view.getInt32(offset, true)]],
  [7, [8, (view, offset) => Number(view.getBigInt64(offset, true))]],
  [9, [1, (view, offset) => view.getUint8(offset)]],
  [11, [8, (view, offset) => view.getFloat64(offset, true)]],
  [12, [4, (view, offset) => view.getUint32(offset, true)]],
  [13, [8, (view, offset) => Number(view.getBigUint64(offset, true))]],
])

/** Elements of a tensor's raw data; undefined for more than a few, and for types that are not read (16-bit reals). */
export function rawValues(dataType: number, raw: Uint8Array): number[] | undefined {
  const [bytes, read] = elementReaders.get(dataType) ?? []
  if (bytes === undefined || read === undefined) return undefined
  const count = raw.length / bytes
  if (!Number.isInteger(count) || count > fewValues) return undefined
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const values: number[] = []
  for (let index = 0; index < count; index += 1) values.push(read(view, index * bytes))
  return values
}

/** True for types whose elements stand in `int32_data` as they are; 16-bit reals stand there as their bits. */
export function isPlainInt32Data(dataType: number): boolean {
  return [2, 3, 4, 5, 6, 9].includes(dataType)
}
