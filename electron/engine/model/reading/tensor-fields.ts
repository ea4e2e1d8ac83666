import type { ExternalLocation, GraphTensor } from './graph.ts'
import {
  bytes,
  fewIntegers,
  fewReals,
  fewValues,
  integer,
  integers,
  MalformedMessage,
  message,
  text,
  type FieldReader,
  type MessageFields,
} from './message-fields.ts'
import { externalLocation, onnxSchema } from './onnx-schema.ts'
import { isPlainInt32Data, mostRawBytes, rawValues } from './tensor-values.ts'
import { highestRank } from './tensor-types.ts'

const { StringStringEntryProto, TensorProto, SparseTensorProto } = onnxSchema

/** What a tensor takes of memory with its shape, in units of 32 bytes. */
export const costOfTensor = 8

/** A tensor while it is read. */
interface TensorReading {
  tensor: GraphTensor
  /** Where its data would lie if it turns out to lie in another file. */
  external?: ExternalLocation
}

/** Adds a tensor to a list, for `tensorFields` or `sparseFields` to take into. */
export function beginTensor(list: GraphTensor[]): TensorReading {
  const tensor: GraphTensor = { name: '', dims: [], dataType: 0 }
  list.push(tensor)
  return { tensor }
}

/** Takes a TensorProto: its shape, and its elements where they are few. */
export const tensorFields: MessageFields<TensorReading> = {
  [TensorProto.dims.id]: integers(({ tensor: { dims } }, value) => {
    if (value < 0 || !Number.isSafeInteger(value)) {
      throw new MalformedMessage(`the shape has a dimension of ${value.toLocaleString('en-US')}`)
    }
    if (dims.length === highestRank) throw tooManyDimensions()
    dims.push(value)
  }),
  [TensorProto.dataType.id]: integer(({ tensor }, dataType) => (tensor.dataType = dataType)),
  [TensorProto.name.id]: text(({ tensor }, name) => (tensor.name = name)),
  [TensorProto.floatData.id]: fewReals(({ tensor }, value) => {
    tensor.values = listed(tensor.values, value)
  }),
  [TensorProto.int64Data.id]: fewIntegers(({ tensor }, value) => {
    tensor.values = listed(tensor.values, value)
  }),
  // Writers put the type before the data, as its number is lower.
  [TensorProto.int32Data.id]: fewIntegers(({ tensor }, value) => {
    if (isPlainInt32Data(tensor.dataType)) tensor.values = listed(tensor.values, value)
  }),
  [TensorProto.rawData.id]: bytes(mostRawBytes, ({ tensor }, raw) => {
    tensor.values = rawValues(tensor.dataType, raw)
  }),
  [TensorProto.externalData.id]: message(
    (reading) => ({ external: (reading.external ??= { location: '', offset: 0 }), key: '', value: '' }),
    () => externalFields,
    { cost: 4 },
  ),
  [TensorProto.dataLocation.id]: integer((reading, location) => {
    if (location !== externalLocation) return
    reading.tensor.external = reading.external ??= { location: '', offset: 0 }
  }),
}

/** Takes a SparseTensorProto, which counts by the values that it stores. */
export const sparseFields: MessageFields<TensorReading> = {
  [SparseTensorProto.values.id]: message(
    (reading) => reading,
    () => tensorFields,
  ),
}

export function tooManyDimensions(): MalformedMessage {
  return new MalformedMessage(`the shape has more than ${highestRank} dimensions`)
}

/** A StringStringEntryProto: a key and a value. */
export function entryFields<T>(key: FieldReader<T>, value: FieldReader<T>): MessageFields<T> {
  return { [StringStringEntryProto.key.id]: key, [StringStringEntryProto.value.id]: value }
}

/** One entry of a tensor's external data: `location`, `offset`, `length` or `checksum`, as text. */
interface ExternalEntry {
  external: ExternalLocation
  key: string
  value: string
}

const externalFields: MessageFields<ExternalEntry> = entryFields(
  text((entry, key) => {
    entry.key = key
    if (entry.value !== '') takeEntry(entry)
  }),
  text((entry, value) => {
    entry.value = value
    takeEntry(entry)
  }),
)

function takeEntry({ external, key, value }: ExternalEntry): void {
  if (key === 'location') external.location = value
  else if (key === 'offset') external.offset = byteCount(key, value)
  else if (key === 'length') external.length = byteCount(key, value)
}

function byteCount(what: string, value: string): number {
  const count = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(count)) {
    throw new MalformedMessage(`the ${what} of its external data cannot be "${shortened(value)}"`)
  }
  return count
}

/** Stands for lists of more than a few values, which are not kept. */
export const longList: number[] = []

/** A list with one value more; once it is longer than a few, and for `undefined`, the `longList`. */
export function listed(list: number[] | undefined, value: number | undefined): number[] {
  if (value === undefined || list === longList || list?.length === fewValues) return longList
  if (list === undefined) return [value]
  list.push(value)
  return list
}

const longestTold = 80

/** A name from the file as it is told in a message: one line, not too long. */
export function shortened(name: string): string {
  const line = name.slice(0, 2 * longestTold).replace(/[\s\p{C}]+/gu, ' ')
  return line.length <= longestTold ? line : `${line.slice(0, longestTold - 1)}…`
}
