import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** One file of a bundle. */
export interface ShippedFile {
  /** Where it lies in the bundle; parts joined with `/`. */
  path: string
  content: { file: string } | { text: string }
  bytes: number
  executable: boolean
}

/** A file of this machine as it will lie in the bundle. */
export async function shippedFile(path: string, file: string, executable = false): Promise<ShippedFile> {
  return { path, content: { file }, bytes: (await stat(file)).size, executable }
}

/** A file that is written for the bundle. */
export function shippedText(path: string, text: string, executable = false): ShippedFile {
  return { path, content: { text }, bytes: Buffer.byteLength(text), executable }
}

/**
 * Every file below `folder`, as it will lie below `place` in the bundle. `keep` is asked with the path below `folder`,
 * for folders with a `/` at the end; what is not kept is not entered. Links are followed.
 */
export async function filesBelow(
  folder: string,
  place: string,
  keep: (path: string) => boolean = () => true,
): Promise<ShippedFile[]> {
  const found: ShippedFile[] = []
  const enter = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(folder, below))).sort()) {
      const path = `${below}${name}`
      const file = join(folder, path)
      const about = await stat(file)
      if (!keep(about.isDirectory() ? `${path}/` : path)) continue
      if (about.isDirectory()) await enter(`${path}/`)
      else {
        const executable = (about.mode & 0o100) !== 0
        found.push({ path: `${place}/${path}`, content: { file }, bytes: about.size, executable })
      }
    }
  }
  await enter('')
  return found
}

/** The bytes of a file, in pieces. */
export async function* bytesOf({ content }: ShippedFile): AsyncGenerator<Uint8Array> {
  if ('text' in content) yield Buffer.from(content.text)
  else yield* createReadStream(content.file, { highWaterMark: 2 ** 18 }) as AsyncIterable<Uint8Array>
}

/** Sum of the sizes of files, in bytes. */
export function totalBytes(files: readonly Pick<ShippedFile, 'bytes'>[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
