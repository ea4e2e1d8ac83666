import { createHash } from 'node:crypto'
import { bytesOf, shippedText, type ShippedFile } from './shipped-file.ts'

/** Name of the list, as `sha256sum --check` reads it. */
export const checksumList = 'SHA256SUMS'

/** One line of it. */
export function checksumLine(sha256: string, path: string): string {
  return `${sha256}  ${path}\n`
}

/** The list over files of a bundle. */
export async function checksumsOf(files: readonly ShippedFile[], signal: AbortSignal): Promise<ShippedFile> {
  let list = ''
  for (const file of files) {
    signal.throwIfAborted()
    const hash = createHash('sha256')
    for await (const piece of bytesOf(file)) hash.update(piece)
    list += checksumLine(hash.digest('hex'), file.path)
  }
  return shippedText(checksumList, list)
}
