import { Reader } from 'protobufjs/minimal.js'
import { MalformedMessage } from '../message-fields.ts'
import { wire } from '../message-decoder.ts'

/** One field of a message: its bytes as they stand in the file, or a message that was opened to be changed. */
type Content = Uint8Array | ProtoMessage

interface Field {
  number: number
  wireType: number
  /** With the tag, for fields without a length; without it, for those with one. */
  content: Content
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
        if (wireType === wire.lengthDelimited) {
          const length = reader.size()
          const payload = reader.pos
          reader.skip(length)
          fields.push({ number, wireType, content: bytes.subarray(payload, reader.pos) })
        } else {
          reader.skipType(wireType)
          fields.push({ number, wireType, content: bytes.subarray(start, reader.pos) })
        }
      }
    } catch (error) {
      if (error instanceof Error) throw new MalformedMessage('a part of it cannot be read')
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
    this.#replace(
      number,
      messages.map((content) => ({ number, wireType: wire.lengthDelimited, content })),
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

  /** Repeated or single varints, packed or not, as int64. */
  integers(number: number): bigint[] {
    const values: bigint[] = []
    for (const field of this.#fields) {
      if (field.number !== number || field.content instanceof ProtoMessage) continue
      const all = readVarints(field.content)
      if (field.wireType === wire.varint) values.push(...all.slice(1))
      else if (field.wireType === wire.lengthDelimited) for (const value of all) values.push(value)
    }
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

  setReal(number: number, value: number): void {
    const bytes = new Uint8Array(Float32Array.of(value).buffer)
    const content = Uint8Array.from([...varint(tagOf(number, wire.fixed32)), ...bytes])
    this.#replace(number, [{ number, wireType: wire.fixed32, content }])
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
    for (const { number, wireType, content } of this.#fields) {
      const payload = content instanceof ProtoMessage ? content.byteLength() : content.length
      length += wireType === wire.lengthDelimited ? header(number, payload).length + payload : payload
    }
    return length
  }

  /** The encoded message in pieces, views of the original where nothing was changed. */
  *chunks(): Generator<Uint8Array> {
    for (const { number, wireType, content } of this.#fields) {
      if (wireType !== wire.lengthDelimited) {
        if (content instanceof Uint8Array) yield content
      } else if (content instanceof ProtoMessage) {
        yield header(number, content.byteLength())
        yield* content.chunks()
      } else {
        yield header(number, content.length)
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

/** Varints one after the other, as int64. Throws a MalformedMessage where the last one is cut off. */
function readVarints(bytes: Uint8Array): bigint[] {
  const values: bigint[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) continue
    values.push(BigInt.asIntN(64, value))
    value = 0n
    shift = 0n
  }
  if (shift > 0n) throw new MalformedMessage('a list in it is cut off')
  return values
}
