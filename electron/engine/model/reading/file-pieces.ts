import { formatBytes } from '../../../contract/quantity.ts'
import type { ReadableFile } from '../../ports.ts'
import { MalformedMessage } from './message-fields.ts'

/**
 * Bytes read at once: few after a jump, because between two weights only a few bytes are wanted, and twice as many each
 * time it goes on from there, because a graph without large weights is read from end to end.
 */
const fewestBytes = 4 * 1024
const mostBytes = 64 * 1024

/** What is left of the last piece is given again while it has this much. */
const worthwhileBytes = 1024

/** Reads a file piece by piece. Rejects with a MalformedMessage where the file ends before what is asked for. */
export class FilePieces {
  readonly bytes: number
  private readonly file: ReadableFile
  private last: Uint8Array = new Uint8Array(0)
  private lastAt = 0
  private pieceBytes = fewestBytes

  constructor(file: ReadableFile) {
    this.file = file
    this.bytes = file.bytes
  }

  /** As many bytes from `offset` as are at hand or come with one read; at least 1 KiB, unless `end` comes before. */
  async from(offset: number, end: number): Promise<Uint8Array> {
    const start = offset - this.lastAt
    if (start >= 0 && this.last.length - start >= Math.min(worthwhileBytes, end - offset)) {
      return this.last.subarray(start, start + end - offset)
    }
    const goesOn = start >= 0 && start <= this.last.length
    this.pieceBytes = goesOn ? Math.min(2 * this.pieceBytes, mostBytes) : fewestBytes
    this.last = await this.exactly(offset, Math.min(this.pieceBytes, end - offset))
    this.lastAt = offset
    return this.last
  }

  /** `length` bytes from `offset`. */
  async exactly(offset: number, length: number): Promise<Uint8Array> {
    const bytes = offset + length > this.bytes ? undefined : await this.file.read(offset, length)
    if (bytes === undefined || bytes.length < length) throw this.cutOff(offset + length)
    return bytes
  }

  /** `needed`: how long the file would have to be at least, in bytes. */
  cutOff(needed: number): MalformedMessage {
    return new MalformedMessage(
      `is cut off: it has ${formatBytes(this.bytes)} of at least ${formatBytes(needed)}`,
      true,
    )
  }
}
