import { Reader } from 'protobufjs/minimal.js'
import type { FilePieces } from './file-pieces.ts'
import { decodeMessage, tooLong, wire } from './message-decoder.ts'
import {
  longestList,
  MalformedMessage,
  textBytesPerCost,
  type MessageFields,
  type ReadingBounds,
} from './message-fields.ts'

/** A tag and a length of at most 5 bytes each. */
const headerBytes = 10

/** Protobuf's limit on a whole message, in bytes: longer lengths are damage. */
const longestMessage = 2 ** 31

/**
 * Takes the fields of a message that lies in a file from `start` to `end`. Fields that do not come with one read are
 * walked through when they are messages, and not read when they are passed over. Rejects with a MalformedMessage.
 */
export async function decodeFile<Target>(
  file: FilePieces,
  start: number,
  end: number,
  target: Target,
  fields: MessageFields<Target>,
  bounds: ReadingBounds,
): Promise<void> {
  let position = start
  while (position < end) {
    bounds.position = position
    const piece = await file.from(position, end)
    const whole = bytesOfWholeFields(piece)
    if (whole > 0) {
      decodeMessage(piece.subarray(0, whole), target, fields, bounds, position)
      position += whole
      continue
    }
    const header = readHeader(piece.subarray(0, headerBytes))
    const payload = position + header.headerBytes
    const next = payload + header.payloadBytes
    if (header.payloadBytes > longestMessage) {
      throw new MalformedMessage('a length is beyond what a file can have')
    }
    if (next > file.bytes) throw file.cutOff(next)
    if (next > end) throw new MalformedMessage(tooLong)
    const field = fields[header.field]
    if (field?.take === 'message') {
      const inner = field.open(target)
      bounds.enter(field, target)
      await decodeFile(file, payload, next, inner, field.fields(), bounds)
      bounds.leave()
    } else if (field?.take === 'size') field.put(target, header.payloadBytes)
    else if (field?.take === 'few-integers' || field?.take === 'few-reals') field.put(target, undefined)
    else if (field?.take === 'beginning') {
      bounds.spend(field.most / textBytesPerCost)
      const length = Math.min(field.most, header.payloadBytes)
      field.put(target, await file.exactly(payload, length), header.payloadBytes)
    } else if (field !== undefined && !(field.take === 'bytes' && header.payloadBytes > field.most)) {
      if (header.payloadBytes > longestList) throw new MalformedMessage('a name or a list is too long')
      decodeMessage(await file.exactly(position, next - position), target, fields, bounds, position)
    }
    position = next
  }
}

/**
 * How many of these bytes are fields that end within them; 0 when the first does not. Looks without protobufjs, which
 * throws at the end of the bytes: an exception for each piece of a large file costs more than reading it.
 */
function bytesOfWholeFields(bytes: Uint8Array): number {
  let whole = 0
  for (;;) {
    const payload = afterVarint(bytes, whole)
    const next = afterField(bytes, payload, (bytes[whole] ?? 0) & 7)
    // The field goes on beyond these bytes, or it is none: whoever reads it next will tell.
    if (payload > bytes.length || next > bytes.length) return whole
    if (next === bytes.length) return next
    whole = next
  }
}

/** Where a field ends whose tag ends at `at`; beyond all bytes where that does not show. */
function afterField(bytes: Uint8Array, at: number, wireType: number): number {
  switch (wireType) {
    case wire.varint:
      return afterVarint(bytes, at)
    case wire.fixed64:
      return at + 8
    case wire.fixed32:
      return at + 4
    case wire.lengthDelimited: {
      const payload = afterVarint(bytes, at)
      if (payload > bytes.length) return Infinity
      let length = 0
      for (let index = payload - 1; index >= at; index -= 1)
        length = length * 128 + ((bytes[index] ?? 0) & 127)
      return payload + length
    }
    default:
      return Infinity
  }
}

const longestVarint = 10

/** Where the varint at `at` ends; beyond all bytes where it does not within them. */
function afterVarint(bytes: Uint8Array, at: number): number {
  for (let index = at; index < at + longestVarint; index += 1) {
    const byte = bytes[index]
    if (byte === undefined) break
    if (byte < 128) return index + 1
  }
  return Infinity
}

/** The beginning of a field too large to be read whole: only those with a length can be. */
function readHeader(bytes: Uint8Array): { field: number; headerBytes: number; payloadBytes: number } {
  const reader = new Reader(bytes)
  try {
    const tag = reader.tag()
    if ((tag & 7) === wire.lengthDelimited) {
      const payloadBytes = reader.size()
      return { field: tag >>> 3, headerBytes: reader.pos, payloadBytes }
    }
  } catch {
    // Told below, as for a field of a kind that has no length.
  }
  throw new MalformedMessage('a field cannot be read')
}
