import { Reader } from 'protobufjs/minimal.js'
import { MalformedMessage } from '../reading/message-fields.ts'
import { wire } from '../reading/message-decoder.ts'

/** One field of a message: its bytes as they stand in the file, or a message that was opened to be changed. */
type Content = Uint8Array | ProtoMessage

interface Field {
  number: number
  wireType: number
  /** With the tag, for fields without a length; without it, for those with one. */
  content: Content
  /** Tag and length as they stand in the file, for fields with a length: a writer may have spelled them in more bytes. */
  spelled?: { header: Uint8Array; payloadBytes: number }
}

/**
 * A protobuf message that can be changed without losing anything of it: fields keep their order, and those that nobody
 * touches keep their bytes, known or not. Nested messages are opened only where someone asks for them; weights are views
 * of the file and are never copied.
 */
export class ProtoMessage {
  readonly #fields: Field[]

  private constructor(fields: Field[]) {
    this.#fields = fields
  }

  static empty(): ProtoMessage {
    return new ProtoMessage([])
  }

  /** Throws a MalformedMessage where the bytes are no message. */
  static of(bytes: Uint8Array): ProtoMessage {
    const reader = new Reader(bytes)
    const fields: Field[] = []
    try {
      while (reader.pos < bytes.length) {
        const start = reader.pos
        const tag = reader.tag()
        const [number, wireType] = [tag >>> 3, tag & 7]
        // Groups do not occur in ONNX.
        if (number === 0 || wireType === 3 || wireType === 4)
          throw new MalformedMessage('a part of it is no field')
        if (wireType === wire.lengthDelimited) {
          const length = reader.size()
          const payload = reader.pos
          reader.skip(length)
          const spelled = { header: bytes.subarray(start, payload), payloadBytes: length }
          fields.push({ number, wireType, content: bytes.subarray(payload, reader.pos), spelled })
        } else {
          reader.skipType(wireType)
          fields.push({ number, wireType, content: bytes.subarray(start, reader.pos) })
        }
      }
    } catch (error) {
      // protobufjs throws bare Errors and RangeErrors for bytes that it cannot read.
      if (error instanceof Error && (error.constructor === Error || error instanceof RangeError))
        throw new MalformedMessage('a part of it cannot be read')
      throw error
    }
    return new ProtoMessage(fields)
  }

  has(number: number): boolean {
    return this.#fields.some((field) => field.number === number)
  }

  /** Every nested message of this number, opened: what is changed in them is changed here. */
  messages(number: number): ProtoMessage[] {
    return this.#fields.filter((field) => field.number === number).map(opened)
  }

  /** The nested message of this number, opened; made where there is none. */
  message(number: number): ProtoMessage {
    const field = this.#fields.find((candidate) => candidate.number === number)
    if (field !== undefined) return opened(field)
    const made = ProtoMessage.empty()
    this.append(number, made)
    return made
  }

  append(number: number, message: ProtoMessage): void {
    this.#fields.push({ number, wireType: wire.lengthDelimited, content: message })
  }

  /** Puts `messages` in place of all fields of this number, where the first of them stood. */
  replaceMessages(number: number, messages: readonly ProtoMessage[]): void {
    const known = new Map(this.#fields.map((field) => [field.content, field]))
    this.#replace(
      number,
      messages.map((content) => known.get(content) ?? { number, wireType: wire.lengthDelimited, content }),
    )
  }

  remove(number: number): void {
    this.#replace(number, [])
  }

  texts(number: number): string[] {
    return this.#bytesOf(number).map((bytes) => new TextDecoder().decode(bytes))
  }

  /** Empty where there is none. */
  text(number: number): string {
    return this.texts(number).at(-1) ?? ''
  }

  setTexts(number: number, texts: readonly string[]): void {
    this.#replace(
      number,
      texts.map((text) => ({
        number,
        wireType: wire.lengthDelimited,
        content: new TextEncoder().encode(text),
      })),
    )
  }

  /** The payload of a field of bytes, as a view. */
  bytes(number: number): Uint8Array | undefined {
    return this.#bytesOf(number).at(-1)
  }

  setBytes(number: number, bytes: Uint8Array): void {
    this.#replace(number, [{ number, wireType: wire.lengthDelimited, content: bytes }])
  }

  /** The bytes of 32-bit or 64-bit numbers, packed or not, in pieces: views, without tags and lengths. */
  fixedWidth(number: number): Uint8Array[] {
    return this.#fields.flatMap(({ number: own, wireType, content }) => {
      if (own !== number || content instanceof ProtoMessage) return []
      if (wireType === wire.fixed32) return [content.subarray(-4)]
      if (wireType === wire.fixed64) return [content.subarray(-8)]
      return wireType === wire.lengthDelimited ? [content] : []
    })
  }

  /** Calls `take` with repeated or single varints, packed or not, as the low 64 bits that they stand for. */
  eachVarint(number: number, take: (value: bigint) => void): void {
    for (const field of this.#fields) {
      if (field.number !== number || field.content instanceof ProtoMessage) continue
      if (field.wireType === wire.varint) {
        let first = true
        forEachVarint(field.content, (value) => {
          if (!first) take(value)
          first = false
        })
      } else if (field.wireType === wire.lengthDelimited) forEachVarint(field.content, take)
    }
  }

  /** Repeated or single varints, packed or not, as int64. */
  integers(number: number): bigint[] {
    const values: bigint[] = []
    this.eachVarint(number, (value) => values.push(value))
    return values
  }

  integer(number: number): bigint | undefined {
    return this.integers(number).at(-1)
  }

  setInteger(number: number, value: bigint | number): void {
    this.setIntegers(number, [value])
  }

  /** One field each, unpacked, which every reader takes. */
  setIntegers(number: number, values: readonly (bigint | number)[]): void {
    this.#replace(
      number,
      values.map((value) => ({
        number,
        wireType: wire.varint,
        content: Uint8Array.from([...varint(tagOf(number, wire.varint)), ...varint(BigInt(value))]),
      })),
    )
  }

  /** A 32-bit real; undefined where there is none. */
  real(number: number): number | undefined {
    const field = this.#fields.findLast((candidate) => candidate.number === number)
    if (field === undefined || field.wireType !== wire.fixed32 || field.content instanceof ProtoMessage)
      return undefined
    const { buffer, byteOffset, byteLength } = field.content
    return new DataView(buffer, byteOffset, byteLength).getFloat32(byteLength - 4, true)
  }

  /** A copy that can be changed by itself. */
  clone(): ProtoMessage {
    return new ProtoMessage(
      this.#fields.map((field) => ({
        ...field,
        content: field.content instanceof ProtoMessage ? field.content.clone() : field.content,
      })),
    )
  }

  /** The bytes that `chunks` gives, counted. */
  byteLength(): number {
    let length = 0
    for (const field of this.#fields) {
      const { wireType, content } = field
      const payload = content instanceof ProtoMessage ? content.byteLength() : content.length
      length += wireType === wire.lengthDelimited ? headerOf(field, payload).length + payload : payload
    }
    return length
  }

  /** The encoded message in pieces, views of the original where nothing was changed. */
  *chunks(): Generator<Uint8Array> {
    for (const field of this.#fields) {
      const { wireType, content } = field
      if (wireType !== wire.lengthDelimited) {
        if (content instanceof Uint8Array) yield content
      } else if (content instanceof ProtoMessage) {
        yield headerOf(field, content.byteLength())
        yield* content.chunks()
      } else {
        yield headerOf(field, content.length)
        yield content
      }
    }
  }

  #bytesOf(number: number): Uint8Array[] {
    return this.#fields
      .filter((field) => field.number === number && field.wireType === wire.lengthDelimited)
      .map(({ content }) => (content instanceof ProtoMessage ? joined(content) : content))
  }

  #replace(number: number, replacement: Field[]): void {
    const at = this.#fields.findIndex((field) => field.number === number)
    const kept = this.#fields.filter((field) => field.number !== number)
    kept.splice(at < 0 ? kept.length : at, 0, ...replacement)
    this.#fields.splice(0, this.#fields.length, ...kept)
  }
}

/** The whole encoded message. For small ones; large ones are written chunk by chunk. */
export function joined(message: ProtoMessage): Uint8Array {
  const bytes = new Uint8Array(message.byteLength())
  let position = 0
  for (const chunk of message.chunks()) {
    bytes.set(chunk, position)
    position += chunk.length
  }
  return bytes
}

function opened(field: Field): ProtoMessage {
  if (field.content instanceof ProtoMessage) return field.content
  const message = ProtoMessage.of(field.content)
  field.content = message
  return message
}

function headerOf({ number, spelled }: Field, payloadBytes: number): Uint8Array {
  return spelled?.payloadBytes === payloadBytes ? spelled.header : header(number, payloadBytes)
}

function header(number: number, payloadBytes: number): Uint8Array {
  return Uint8Array.from([...varint(tagOf(number, wire.lengthDelimited)), ...varint(BigInt(payloadBytes))])
}

function tagOf(number: number, wireType: number): bigint {
  return (BigInt(number) << 3n) | BigInt(wireType)
}

/** The bytes of one varint; negative numbers take ten, as int64 has it. */
function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}

/** Varints one after the other, as int64. Throws a MalformedMessage where one is cut off or too long. */
function forEachVarint(bytes: Uint8Array, take: (value: bigint) => void): void {
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) {
      if (shift === longestVarint) throw new MalformedMessage('a number in it is too long')
      continue
    }
    take(BigInt.asIntN(64, value))
    value = 0n
    shift = 0n
  }
  if (shift > 0n) throw new MalformedMessage('a list in it is cut off')
}

/** Bits of ten bytes, seven each. */
const longestVarint = 70n
