import { Reader } from 'protobufjs/minimal.js'
import { longestText, MalformedMessage, type MessageFields, type ReadingBounds } from './message-fields.ts'

/** Protobuf's wire types; groups (3 and 4) do not occur in ONNX. */
export const wire = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const

/** Takes the fields of a message that lies in memory. Throws a MalformedMessage. */
export function decodeMessage(bytes: Uint8Array, fields: MessageFields, bounds: ReadingBounds): void {
  try {
    // A plain Uint8Array keeps protobufjs from choosing its Buffer variant, so that types and behaviour are one.
    const reader = new Reader(bytes)
    decodeUntil(reader, bytes.length, fields, bounds)
  } catch (error) {
    // protobufjs throws bare Errors and RangeErrors for bytes that it cannot read.
    if (error instanceof Error && (error.constructor === Error || error instanceof RangeError)) {
      throw new MalformedMessage('a part of it cannot be read')
    }
    throw error
  }
}

function decodeUntil(reader: Reader, end: number, fields: MessageFields, bounds: ReadingBounds): void {
  bounds.enter()
  while (reader.pos < end) {
    const tag = reader.tag()
    takeField(reader, end, tag >>> 3, tag & 7, fields, bounds)
  }
  if (reader.pos !== end) throw new MalformedMessage('a part of it is longer than what holds it')
  bounds.leave()
}

function takeField(
  reader: Reader,
  end: number,
  number: number,
  wireType: number,
  fields: MessageFields,
  bounds: ReadingBounds,
): void {
  const field = fields[number]
  if (field === undefined) {
    if (number === 0 || wireType === 3 || wireType === 4)
      throw new MalformedMessage('a part of it is no field')
    reader.skipType(wireType)
    return
  }
  bounds.spend(1)
  switch (field.take) {
    case 'integer':
      expectWire(wireType, wire.varint)
      field.put(signedInteger(reader))
      return
    case 'integers': {
      if (wireType === wire.varint) {
        field.put(signedInteger(reader))
        return
      }
      const last = payloadEnd(reader, end, wireType)
      while (reader.pos < last) {
        bounds.spend(1)
        field.put(signedInteger(reader))
      }
      if (reader.pos !== last) throw new MalformedMessage('a list in it is cut off')
      return
    }
    case 'text': {
      const start = reader.pos
      const last = payloadEnd(reader, end, wireType)
      if (last - reader.pos > longestText) throw new MalformedMessage('a name in it is too long')
      bounds.spend((last - reader.pos) >>> 6)
      reader.pos = start
      field.put(reader.string())
      return
    }
    case 'size': {
      if (wireType === wire.lengthDelimited) {
        const last = payloadEnd(reader, end, wireType)
        field.put(last - reader.pos)
        reader.pos = last
        return
      }
      const start = reader.pos
      reader.skipType(wireType)
      field.put(reader.pos - start)
      return
    }
    case 'message':
      decodeUntil(reader, payloadEnd(reader, end, wireType), field.open(), bounds)
  }
}

/** Reads the length of what follows, and gives where it ends. */
function payloadEnd(reader: Reader, end: number, wireType: number): number {
  expectWire(wireType, wire.lengthDelimited)
  const last = reader.size() + reader.pos
  if (last > end) throw new MalformedMessage('a part of it is longer than what holds it')
  return last
}

function expectWire(wireType: number, expected: number): void {
  if (wireType !== expected) throw new MalformedMessage('a part of it has the wrong type')
}

/** An int64 as a number; beyond 2^53 it is rounded. */
function signedInteger(reader: Reader): number {
  return Number(reader.int64())
}
