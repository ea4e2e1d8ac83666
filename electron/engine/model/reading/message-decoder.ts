import { Reader } from 'protobufjs/minimal.js'
import {
  fewValues,
  longestText,
  MalformedMessage,
  textBytesPerCost,
  type FieldReader,
  type MessageFields,
  type ReadingBounds,
} from './message-fields.ts'

/** Protobuf's wire types; groups (3 and 4) do not occur in ONNX. */
export const wire = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const

/** What one element of a list that is only taken when it is short costs: long ones are passed over, not refused. */
const listElementCost = 1 / 8

/** What a short text costs, with its share of the list that it stands in. */
const textCost = 3

/** Bytes of an int64 as a varint, at most. */
const longestVarint = 10

/**
 * Takes the fields of a message that lies in memory; `offset` says where in the file these bytes begin. Throws a
 * MalformedMessage; `bounds` then tells where.
 */
export function decodeMessage<Target>(
  bytes: Uint8Array,
  target: Target,
  fields: MessageFields<Target>,
  bounds: ReadingBounds,
  offset = 0,
): void {
  try {
    // A plain Uint8Array keeps protobufjs from choosing its Buffer variant, so that types and behaviour are one.
    const decoding = { reader: new Reader(bytes), bounds, offset }
    decodeUntil(decoding, bytes.length, target, fields)
  } catch (error) {
    // protobufjs throws bare Errors and RangeErrors for bytes that it cannot read.
    if (error instanceof Error && (error.constructor === Error || error instanceof RangeError)) {
      throw new MalformedMessage('a field cannot be read')
    }
    throw error
  }
}

interface Decoding {
  readonly reader: Reader
  readonly bounds: ReadingBounds
  readonly offset: number
}

function decodeUntil<Target>(
  decoding: Decoding,
  end: number,
  target: Target,
  fields: MessageFields<Target>,
): void {
  const { reader, bounds, offset } = decoding
  while (reader.pos < end) {
    bounds.position = offset + reader.pos
    const tag = reader.tag()
    takeField(decoding, end, target, fields[tag >>> 3], tag >>> 3, tag & 7)
  }
  if (reader.pos !== end) throw new MalformedMessage(tooLong)
}

export const tooLong = 'a field is longer than what holds it'

function takeField<Target>(
  decoding: Decoding,
  end: number,
  target: Target,
  field: FieldReader<Target> | undefined,
  number: number,
  wireType: number,
): void {
  const { reader, bounds } = decoding
  if (field === undefined) {
    if (number === 0 || wireType === 3 || wireType === 4)
      throw new MalformedMessage('there is a field that cannot be')
    reader.skipType(wireType)
    return
  }
  switch (field.take) {
    case 'integer':
      bounds.spend(1)
      expectWire(wireType, wire.varint)
      field.put(target, signedInteger(reader))
      return
    case 'real':
      bounds.spend(1)
      expectWire(wireType, wire.fixed32)
      field.put(target, reader.float())
      return
    case 'integers':
      bounds.spend(1)
      takeVarints(decoding, end, wireType, (value) => {
        bounds.spend(1)
        field.put(target, value)
      })
      return
    case 'few-integers':
      bounds.spend(listElementCost)
      takeFewVarints(decoding, end, wireType, (value) => field.put(target, value))
      return
    case 'few-reals':
      bounds.spend(listElementCost)
      takeReals(decoding, end, wireType, (value) => field.put(target, value))
      return
    case 'text': {
      const start = reader.pos
      const last = payloadEnd(reader, end, wireType)
      if (last - reader.pos > longestText) throw new MalformedMessage('a name is too long')
      bounds.spend(textCost + (last - reader.pos) / textBytesPerCost)
      reader.pos = start
      field.put(target, reader.string())
      return
    }
    case 'bytes':
    case 'beginning': {
      const last = payloadEnd(reader, end, wireType)
      const length = last - reader.pos
      const taken = Math.min(length, field.most)
      bounds.spend(textCost + taken / textBytesPerCost)
      if (field.take === 'beginning')
        field.put(target, reader.buf.slice(reader.pos, reader.pos + taken), length)
      else if (taken === length) field.put(target, reader.buf.slice(reader.pos, last))
      reader.pos = last
      return
    }
    case 'size': {
      bounds.spend(1)
      if (wireType === wire.lengthDelimited) {
        const last = payloadEnd(reader, end, wireType)
        field.put(target, last - reader.pos)
        reader.pos = last
        return
      }
      const start = reader.pos
      reader.skipType(wireType)
      field.put(target, reader.pos - start)
      return
    }
    case 'message': {
      const last = payloadEnd(reader, end, wireType)
      const inner = field.open(target)
      bounds.enter(field, target)
      decodeUntil(decoding, last, inner, field.fields())
      bounds.leave()
    }
  }
}

/** Repeated varints, of which one field holds one or a whole list. */
function takeVarints(
  { reader }: Decoding,
  end: number,
  wireType: number,
  put: (value: number) => void,
): void {
  if (wireType === wire.varint) {
    put(signedInteger(reader))
    return
  }
  const last = payloadEnd(reader, end, wireType)
  while (reader.pos < last) put(signedInteger(reader))
  if (reader.pos !== last) throw new MalformedMessage('a list is cut off')
}

/** As `takeVarints`, for lists that are passed over where they are long. */
function takeFewVarints(
  decoding: Decoding,
  end: number,
  wireType: number,
  put: (value: number | undefined) => void,
): void {
  const { reader } = decoding
  if (wireType === wire.lengthDelimited) {
    const start = reader.pos
    const last = payloadEnd(reader, end, wireType)
    if (last - reader.pos > fewValues * longestVarint) {
      put(undefined)
      reader.pos = last
      return
    }
    reader.pos = start
  }
  takeVarints(decoding, end, wireType, put)
}

/** Repeated 32-bit reals, of which one field holds one or a whole list. */
function takeReals(
  { reader }: Decoding,
  end: number,
  wireType: number,
  put: (value: number | undefined) => void,
): void {
  if (wireType === wire.fixed32) {
    put(reader.float())
    return
  }
  const last = payloadEnd(reader, end, wireType)
  const count = (last - reader.pos) / 4
  if (!Number.isInteger(count)) throw new MalformedMessage('a list is cut off')
  if (count > fewValues) {
    put(undefined)
    reader.pos = last
  } else for (let index = 0; index < count; index += 1) put(reader.float())
}

/** Reads the length of what follows, and gives where it ends. */
function payloadEnd(reader: Reader, end: number, wireType: number): number {
  expectWire(wireType, wire.lengthDelimited)
  const last = reader.size() + reader.pos
  if (last > end) throw new MalformedMessage(tooLong)
  return last
}

function expectWire(wireType: number, expected: number): void {
  if (wireType !== expected) throw new MalformedMessage('a field has the wrong type')
}

/** An int64 as a number; beyond 2^53 it is rounded. */
function signedInteger(reader: Reader): number {
  // Most are of one byte, and protobufjs makes objects for each on its way to 64 bits.
  const first = reader.buf[reader.pos]
  if (first === undefined || first > 127) return Number(reader.int64())
  reader.pos += 1
  return first
}
