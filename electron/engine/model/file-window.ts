import type { ReadableFile } from '../ports.ts'
import { MalformedMessage } from './message-fields.ts'

/**
 * Bytes read at once. Small, because between two weight tensors only a few bytes are wanted; large enough that a
 * hundred nodes come with one read.
 */
const windowBytes = 16 * 1024

/** Reads a file piece by piece, and keeps the last piece. */
export class FileWindow {
  readonly bytes: number
  private readonly file: ReadableFile
  private offset = 0
  private held = new Uint8Array(0)

  constructor(file: ReadableFile) {
    this.file = file
    this.bytes = file.bytes
  }

  /** `length` bytes from `offset` if they are at hand. */
  heldAt(offset: number, length: number): Uint8Array | undefined {
    const start = offset - this.offset
    return start >= 0 && start + length <= this.held.length
      ? this.held.subarray(start, start + length)
      : undefined
  }

  /** `length` bytes from `offset`. Throws a MalformedMessage where the file ends before. */
  async at(offset: number, length: number): Promise<Uint8Array> {
    const held = this.heldAt(offset, length)
    if (held !== undefined) return held
    if (offset + length > this.bytes) throw new MalformedMessage('it ends before its contents do', true)
    this.held = Uint8Array.from(
      await this.file.read(offset, Math.min(Math.max(length, windowBytes), this.bytes - offset)),
    )
    this.offset = offset
    const read = this.heldAt(offset, length)
    if (read === undefined) throw new MalformedMessage('it ends before its contents do', true)
    return read
  }
}
