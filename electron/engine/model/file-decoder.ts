import { Reader } from 'protobufjs/minimal.js'
import type { FileWindow } from './file-window.ts'
import { decodeMessage, wire } from './message-decoder.ts'
import { longestText, MalformedMessage, type MessageFields, type ReadingBounds } from './message-fields.ts'

/** Fields up to this size are read whole and decoded in memory; larger ones are walked through or passed over. */
const wholeFieldBytes = 16 * 1024

/** A tag and a length are at most 5 bytes each, a varint 10. */
const headerBytes = 15

/**
 * Takes the fields of a message that lies in a file from `start` to `end`, without reading what is passed over.
 * Rejects with a MalformedMessage.
 */
export async function decodeFile(
  file: FileWindow,
  start: number,
  end: number,
  fields: MessageFields,
  bounds: ReadingBounds,
): Promise<void> {
  bounds.enter()
  let position = start
  while (position < end) {
    const length = Math.min(headerBytes, end - position)
    const header = readHeader(file.heldAt(position, length) ?? (await file.at(position, length)))
    const payload = position + header.headerBytes
    const next = payload + header.payloadBytes
    if (next > end) {
      throw next > file.bytes
        ? new MalformedMessage('it ends before its contents do', true)
        : new MalformedMessage('a part of it is longer than what holds it')
    }
    const field = fields[header.field]
    if (header.payloadBytes <= wholeFieldBytes) {
      const whole = next - position
      decodeMessage(file.heldAt(position, whole) ?? (await file.at(position, whole)), fields, bounds)
    } else if (field !== undefined) {
      bounds.spend(1)
      if (field.take === 'message') await decodeFile(file, payload, next, field.open(), bounds)
      else if (field.take === 'size') field.put(header.payloadBytes)
      else if (header.payloadBytes <= longestText) {
        decodeMessage(await file.at(position, next - position), fields, bounds)
      } else throw new MalformedMessage('a name or a list in it is too long')
    }
    position = next
  }
  bounds.leave()
}

interface FieldHeader {
  field: number
  /** Of tag and length. */
  headerBytes: number
  payloadBytes: number
}

function readHeader(bytes: Uint8Array): FieldHeader {
  const reader = new Reader(bytes)
  try {
    const tag = reader.tag()
    const wireType = tag & 7
    if (wireType === wire.lengthDelimited) {
      const payloadBytes = reader.size()
      return { field: tag >>> 3, headerBytes: reader.pos, payloadBytes }
    }
    const headerBytes = reader.pos
    if (wireType === wire.varint) reader.skip()
    else reader.pos += wireType === wire.fixed64 ? 8 : 4
    return { field: tag >>> 3, headerBytes, payloadBytes: reader.pos - headerBytes }
  } catch {
    throw new MalformedMessage('a part of it cannot be read')
  }
}
