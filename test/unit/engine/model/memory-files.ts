import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import type { FileStore, ReadableFile } from '../../../../electron/engine/ports.ts'

/** A FileStore for reading: files by absolute path. Counts the bytes that were read piecewise. */
export interface MemoryFiles extends FileStore {
  readonly piecesRead: { bytes: number; reads: number }
}

/** `links`: paths of `content` that are links, with what they lead to. */
export function memoryFiles(
  content: Readonly<Record<string, Uint8Array>>,
  links: Readonly<Record<string, string>> = {},
): MemoryFiles {
  const piecesRead = { bytes: 0, reads: 0 }
  const contentOf = (path: string): Uint8Array => {
    const bytes = content[path]
    if (bytes !== undefined) return bytes
    throw new BatchscopeError({ code: 'not-found', message: `There is no file "${path}".`, owner: 'user' })
  }
  const below = (folder: string) => Object.keys(content).filter((path) => path.startsWith(`${folder}/`))
  const readOnly = () => Promise.reject(new Error('These files are only for reading.'))
  return {
    piecesRead,
    dataFolder: '/data',
    resourcesFolder: '/resources',
    resolve: (...parts) => posix.resolve('/', ...parts),
    fileName: (path) => posix.basename(path),
    folderOf: (path) => posix.dirname(path),
    stat: async (path) => {
      const modified = '2024-01-01T00:00:00.000Z'
      const bytes = content[path]
      if (bytes !== undefined) return { kind: 'file', bytes: bytes.length, modified }
      return below(path).length > 0 ? { kind: 'folder', bytes: 0, modified } : undefined
    },
    realPath: async (path) => links[path] ?? path,
    openForReading: async (path): Promise<ReadableFile> => {
      const bytes = contentOf(path)
      return {
        bytes: bytes.length,
        read: async (offset, length) => {
          const piece = bytes.slice(offset, offset + length)
          piecesRead.bytes += piece.length
          piecesRead.reads += 1
          return piece
        },
        close: async () => {},
      }
    },
    read: async (path) => contentOf(path),
    list: async (folder) => below(folder).map((path) => posix.relative(folder, path)),
    sha256: async (path) => createHash('sha256').update(contentOf(path)).digest('hex'),
    write: readOnly,
    link: readOnly,
    copy: readOnly,
    openForAppending: readOnly,
    truncate: readOnly,
    remove: readOnly,
    lock: readOnly,
  }
}
