import { Header, Pax } from 'tar'
import { bytesOf, type ShippedFile } from './shipped-file.ts'

const block = 512

/**
 * The files as a tar archive, in the order given, below the folder `top`. The same files and `time` always give the same
 * bytes: nothing of the machine that packs them is in it.
 */
export async function* tarStream(
  files: readonly ShippedFile[],
  top: string,
  time: Date,
): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    const path = `${top}/${file.path}`
    const header = new Header({
      ...{ path, size: file.bytes, mtime: time, mode: file.executable ? 0o755 : 0o644, type: 'File' },
      ...{ uid: 0, gid: 0, uname: 'root', gname: 'root' },
    })
    // What does not fit into the header is told in an entry before it.
    if (header.encode()) yield new Pax({ path, size: file.bytes }).encode()
    if (header.block === undefined) throw new Error(`${path} has no header.`)
    yield header.block
    yield* allBytes(file)
    const beyond = file.bytes % block
    if (beyond > 0) yield Buffer.alloc(block - beyond)
  }
  yield Buffer.alloc(2 * block)
}

/** Its bytes; throws when they are not as many as its header says, because it was changed meanwhile. */
async function* allBytes(file: ShippedFile): AsyncGenerator<Uint8Array> {
  let sent = 0
  for await (const piece of bytesOf(file)) {
    sent += piece.byteLength
    yield piece
  }
  if (sent !== file.bytes) throw new Error(`${file.path} was changed while it was packed.`)
}
