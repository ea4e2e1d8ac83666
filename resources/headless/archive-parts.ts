import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { badInput } from '../../electron/contract/failure.ts'

/** One part of an archive, as it was written. */
export interface ArchivePart {
  name: string
  bytes: number
  sha256: string
}

/** Their numbers have three digits, so that names sort as the parts follow each other. */
const mostParts = 999

/** Name of a part; they count from 1. */
export function partName(archive: string, number: number): string {
  return `${archive}.part-${String(number).padStart(3, '0')}`
}

/**
 * Cuts a stream into files `ARCHIVE.part-001` and on in `folder`, each of at most `partBytes`, all but the last of exactly
 * that. Gives them with their checksums, and that of the whole. Throws `bad-input` when there would be too many.
 */
export async function writeParts(
  stream: AsyncIterable<Uint8Array>,
  {
    folder,
    archive,
    partBytes,
    onPart,
  }: { folder: string; archive: string; partBytes: number; onPart?(part: ArchivePart): void },
): Promise<{ parts: ArchivePart[]; sha256: string; bytes: number }> {
  const whole = createHash('sha256')
  const parts: ArchivePart[] = []
  let current: OpenPart | undefined
  const finish = async (part: OpenPart) => {
    const written = await part.close()
    parts.push(written)
    onPart?.(written)
  }
  try {
    for await (const piece of stream) {
      whole.update(piece)
      for (let from = 0; from < piece.byteLength;) {
        if (current?.bytes === partBytes) {
          await finish(current)
          current = undefined
        }
        current ??= await OpenPart.create(folder, nextName(archive, parts.length, partBytes))
        const take = piece.subarray(from, from + partBytes - current.bytes)
        await current.write(take)
        from += take.byteLength
      }
    }
    if (current !== undefined) await finish(current)
  } catch (error) {
    await current?.close().catch(() => undefined)
    throw error
  }
  return { parts, sha256: whole.digest('hex'), bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function nextName(archive: string, finished: number, partBytes: number): string {
  if (finished < mostParts) return partName(archive, finished + 1)
  throw badInput(
    `Parts of ${partBytes.toLocaleString('en-US')} bytes would be more than ${mostParts}.`,
    'Give --split a larger size.',
  )
}

class OpenPart {
  readonly #name: string
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  bytes = 0

  static async create(folder: string, name: string): Promise<OpenPart> {
    return new OpenPart(name, await open(join(folder, name), 'w'))
  }

  private constructor(name: string, file: FileHandle) {
    this.#name = name
    this.#file = file
  }

  async write(piece: Uint8Array): Promise<void> {
    // One write may take fewer bytes than it was given, on a disk that is about to be full.
    for (let from = 0; from < piece.byteLength;) {
      from += (await this.#file.write(piece, from)).bytesWritten
    }
    this.#hash.update(piece)
    this.bytes += piece.byteLength
  }

  async close(): Promise<ArchivePart> {
    await this.#file.close()
    return { name: this.#name, bytes: this.bytes, sha256: this.#hash.digest('hex') }
  }
}
