import { Reader } from 'protobufjs/minimal.js'
import type { FilePieces } from './file-pieces.ts'
import { decodeMessage, wire } from './message-decoder.ts'
import { longestText, MalformedMessage, type MessageFields, type ReadingBounds } from './message-fields.ts'

/** A tag and a length of at most 5 bytes each. */
const headerBytes = 10

/**
 * Takes the fields of a message that lies in a file from `start` to `end`. Fields that do not come with one read are
 * walked through when they are messages, and not read when they are passed over. Rejects with a MalformedMessage.
 */
export async function decodeFile(
  file: FilePieces,
  start: number,
  end: number,
  fields: MessageFields,
  bounds: ReadingBounds,
): Promise<void> {
  bounds.enter()
  let position = start
  while (position < end) {
    const piece = await file.from(position, end)
    const whole = bytesOfWholeFields(piece)
    if (whole > 0) {
      decodeMessage(piece.subarray(0, whole), fields, bounds)
      position += whole
      continue
    }
    const header = readHeader(piece.subarray(0, headerBytes))
    const payload = position + header.headerBytes
    const next = payload + header.payloadBytes
    if (next > file.bytes) throw file.cutOff()
    if (next > end) throw new MalformedMessage('a part of it is longer than what holds it')
    const field = fields[header.field]
    if (field?.take === 'message') await decodeFile(file, payload, next, field.open(), bounds)
    else if (field?.take === 'size') field.put(header.payloadBytes)
    else if (field !== undefined) {
      if (header.payloadBytes > longestText) throw new MalformedMessage('a name or a list in it is too long')
      decodeMessage(await file.exactly(position, next - position), fields, bounds)
    }
    position = next
  }
  bounds.leave()
}

/** How many of these bytes are fields that end within them; 0 when the first does not. */
function bytesOfWholeFields(bytes: Uint8Array): number {
  const reader = new Reader(bytes)
  let whole = 0
  try {
    while (reader.pos < bytes.length) {
      const wireType = reader.tag() & 7
      if (wireType === wire.lengthDelimited) reader.skip(reader.size())
      else if (wireType === wire.varint) reader.skip()
      else if (wireType === wire.fixed64) reader.skip(8)
      else if (wireType === wire.fixed32) reader.skip(4)
      else break
      whole = reader.pos
    }
  } catch {
    // The last field goes on beyond these bytes, or it is none: whoever reads it next will tell.
  }
  return whole
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
  throw new MalformedMessage('a part of it cannot be read')
}
