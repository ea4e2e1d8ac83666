import type { TensorType } from '../../../contract/model.ts'
import type { ExternalLocation } from '../reading/graph.ts'
import { MalformedMessage } from '../reading/message-fields.ts'
import { externalLocation, onnxSchema } from '../reading/onnx-schema.ts'
import { dataTypeNumber, elementType } from '../reading/tensor-types.ts'
import { ProtoMessage } from './proto-tree.ts'

const { TensorProto, StringStringEntryProto } = onnxSchema

/** The fields that elements can lie in. */
const dataFields = [
  TensorProto.floatData,
  TensorProto.int32Data,
  TensorProto.stringData,
  TensorProto.int64Data,
  TensorProto.rawData,
  TensorProto.doubleData,
  TensorProto.uint64Data,
].map(({ id }) => id)

/** A tensor of a model that is being changed: an initializer, or the value of an attribute. */
export class EditableTensor {
  readonly message: ProtoMessage

  constructor(message: ProtoMessage) {
    this.message = message
  }

  /** A tensor with its elements in the file; `raw` is row-major and little-endian. */
  static make(name: string, dims: readonly number[], dataType: number, raw: Uint8Array): EditableTensor {
    const tensor = new EditableTensor(ProtoMessage.empty())
    tensor.dims = dims
    tensor.setRaw(raw, dataType)
    tensor.name = name
    return tensor
  }

  /** A vector of whole numbers, or a scalar where `value` is one number. */
  static integers(
    name: string,
    value: number | readonly number[],
    type: 'int32' | 'int64' = 'int64',
  ): EditableTensor {
    const list = typeof value === 'number' ? [value] : value
    const dims = typeof value === 'number' ? [] : [list.length]
    return EditableTensor.make(name, dims, dataTypeNumber(type) ?? 0, writeIntegers(type, list))
  }

  get name(): string {
    return this.message.text(TensorProto.name.id)
  }
  set name(name: string) {
    this.message.setTexts(TensorProto.name.id, [name])
  }

  get dims(): readonly number[] {
    return this.message.integers(TensorProto.dims.id).map(Number)
  }
  set dims(dims: readonly number[]) {
    this.message.setIntegers(TensorProto.dims.id, dims)
  }

  get elements(): number {
    return this.dims.reduce((product, size) => product * size, 1)
  }

  /** `TensorProto.DataType`. */
  get dataType(): number {
    return Number(this.message.integer(TensorProto.dataType.id) ?? 0n)
  }

  get type(): TensorType {
    return elementType(this.dataType).type
  }

  /** Set for tensors whose elements lie in another file. */
  get external(): ExternalLocation | undefined {
    if (this.message.integer(TensorProto.dataLocation.id) !== BigInt(externalLocation)) return undefined
    const entries = new Map(
      this.message
        .messages(TensorProto.externalData.id)
        .map((entry) => [
          entry.text(StringStringEntryProto.key.id),
          entry.text(StringStringEntryProto.value.id),
        ]),
    )
    const length = entries.get('length')
    return {
      location: entries.get('location') ?? '',
      offset: Number(entries.get('offset') ?? 0),
      ...(length === undefined ? {} : { length: Number(length) }),
    }
  }

  /**
   * The elements, row-major and little-endian, whichever field they lie in; int4 and uint4 packed two to a byte. A view
   * of the file where they lie there like that. Undefined for strings, and for tensors in another file. Throws a
   * MalformedMessage where there are fewer elements than the shape says, or more.
   */
  raw(): Uint8Array | undefined {
    if (this.external !== undefined) return undefined
    const { bits } = elementType(this.dataType)
    if (bits === 0) return undefined
    const bytes = this.#stored(bits)
    if (bytes.length !== Math.ceil((this.elements * bits) / 8)) {
      throw new MalformedMessage(`its weight "${this.name}" has not as many elements as its shape says`)
    }
    return bytes
  }

  #stored(bits: number): Uint8Array {
    const raw = this.message.bytes(TensorProto.rawData.id)
    if (raw !== undefined) return raw
    const fixed = [
      ...this.message.fixedWidth(TensorProto.floatData.id),
      ...this.message.fixedWidth(TensorProto.doubleData.id),
    ]
    if (fixed.length > 0) return together(fixed)
    // Types of four bits lie two to a number.
    const width = Math.max(8, bits) / 8
    for (const { id } of [TensorProto.int32Data, TensorProto.int64Data, TensorProto.uint64Data]) {
      // Varints take a byte each at least: the file itself bounds what is made here.
      if (this.message.has(id)) return varintBytes(this.message, id, width)
    }
    return new Uint8Array(0)
  }

  /** Puts these elements in place of what was there, wherever it was; the shape stays. */
  setRaw(raw: Uint8Array, dataType: number = this.dataType): void {
    for (const id of dataFields) this.message.remove(id)
    this.message.remove(TensorProto.externalData.id)
    this.message.remove(TensorProto.dataLocation.id)
    this.message.setInteger(TensorProto.dataType.id, dataType)
    this.message.setBytes(TensorProto.rawData.id, raw)
  }

  /** The elements of an integer or bool tensor as numbers; undefined for others, and for those in another file. */
  integers(): number[] | undefined {
    const raw = this.raw()
    return raw === undefined ? undefined : readIntegers(this.type, raw)
  }

  /** The elements as numbers, for whole numbers and for reals of 32 and 64 bits; undefined for others. */
  numbers(): number[] | undefined {
    const raw = this.raw()
    const width = this.type === 'float32' ? 4 : this.type === 'float64' ? 8 : undefined
    if (raw === undefined || width === undefined) return this.integers()
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
    return Array.from({ length: raw.byteLength / width }, (_, i) =>
      width === 4 ? view.getFloat32(i * width, true) : view.getFloat64(i * width, true),
    )
  }

  /** The same whole numbers in another order or size, in the tensor's own integer type. */
  setIntegers(values: readonly number[]): void {
    this.setRaw(writeIntegers(this.type, values))
  }
}

const integerViews = {
  int8: (view: DataView, at: number) => view.getInt8(at),
  uint8: (view: DataView, at: number) => view.getUint8(at),
  bool: (view: DataView, at: number) => view.getUint8(at),
  int16: (view: DataView, at: number) => view.getInt16(at, true),
  uint16: (view: DataView, at: number) => view.getUint16(at, true),
  int32: (view: DataView, at: number) => view.getInt32(at, true),
  uint32: (view: DataView, at: number) => view.getUint32(at, true),
  int64: (view: DataView, at: number) => Number(view.getBigInt64(at, true)),
  uint64: (view: DataView, at: number) => Number(view.getBigUint64(at, true)),
} as const
type IntegerType = keyof typeof integerViews

function isIntegerType(type: TensorType): type is IntegerType {
  return Object.hasOwn(integerViews, type)
}

function widthOf(type: IntegerType): number {
  if (type === 'bool') return 1
  return Number(type.replace(/\D/g, '')) / 8
}

function readIntegers(type: TensorType, raw: Uint8Array): number[] | undefined {
  if (!isIntegerType(type)) return undefined
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const width = widthOf(type)
  const read = integerViews[type]
  return Array.from({ length: raw.byteLength / width }, (_, i) => read(view, i * width))
}

function writeIntegers(type: TensorType, values: readonly number[]): Uint8Array {
  if (!isIntegerType(type)) throw new Error(`${type} is no integer type.`)
  const width = widthOf(type)
  const raw = new Uint8Array(values.length * width)
  values.forEach((value, i) => putInteger(raw, i * width, width, BigInt(value)))
  return raw
}

function varintBytes(message: ProtoMessage, id: number, width: number): Uint8Array {
  let count = 0
  message.eachVarint(id, () => (count += 1))
  const raw = new Uint8Array(count * width)
  let at = 0
  message.eachVarint(id, (value) => {
    putInteger(raw, at, width, value)
    at += width
  })
  return raw
}

/** The low `width` bytes of a number, little-endian. */
function putInteger(raw: Uint8Array, at: number, width: number, value: bigint): void {
  let rest = BigInt.asUintN(64, value)
  for (let i = 0; i < width; i += 1) {
    raw[at + i] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

function together(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
