import type { AppendableFile, FileStore } from '../../../../electron/engine/ports.ts'

/** A disk in memory that can be made to fail, with locks between its users. */
export interface MemoryDisk {
  files: FileStore
  text(path: string): string
  put(path: string, content: string | Uint8Array): void
  /** Appends and flushes throw this until it is cleared; `partly` many characters of the append still arrive. */
  fail(error: Error | undefined, partly?: number): void
  /** Flushes throw, appends arrive. */
  failFlush(error: Error | undefined): void
  /** Reading this path fails from now on. */
  unplug(path: string): void
  /** How often the disk was told to flush. */
  flushes(): number
}

export function memoryDisk(): MemoryDisk {
  const contents = new Map<string, Uint8Array>()
  const locked = new Set<string>()
  const unplugged = new Set<string>()
  let failure: Error | undefined
  let flushFailure: Error | undefined
  let partly = 0
  let flushes = 0
  const encode = (content: string | Uint8Array | Iterable<Uint8Array>): Uint8Array => {
    if (typeof content === 'string') return new TextEncoder().encode(content)
    return content instanceof Uint8Array ? content : Buffer.concat([...content])
  }
  const contentOf = (path: string) => {
    const content = contents.get(path)
    if (content === undefined || unplugged.has(path)) throw new Error(`ENOENT: ${path}`)
    return content
  }
  const put = (path: string, content: string | Uint8Array | Iterable<Uint8Array>) => {
    contents.set(path, encode(content).slice())
  }
  const appendTo = (path: string, text: string) => {
    put(path, Buffer.concat([contents.get(path) ?? new Uint8Array(0), encode(text)]))
  }

  const files: FileStore = {
    dataFolder: '/data',
    resourcesFolder: '/resources',
    resolve: (...parts) => parts.join('/'),
    fileName: (path) => path.split('/').at(-1) ?? path,
    folderOf: (path) => path.split('/').slice(0, -1).join('/'),
    stat: async (path) => {
      const content = contents.get(path)
      if (content !== undefined)
        return { kind: 'file', bytes: content.length, modified: '2026-01-01T00:00:00Z' }
      const isFolder = [...contents.keys()].some((file) => file.startsWith(`${path}/`))
      return isFolder ? { kind: 'folder', bytes: 0, modified: '2026-01-01T00:00:00Z' } : undefined
    },
    realPath: async (path) => path,
    openForReading: async (path) => {
      const content = contentOf(path)
      return {
        bytes: content.length,
        read: async (offset, length) => content.slice(offset, offset + length),
        close: async () => undefined,
      }
    },
    read: async (path) => contentOf(path).slice(),
    link: async (source, target) => put(target, contentOf(source)),
    copy: async (source, target) => put(target, contentOf(source)),
    write: async (path, content) => put(path, content),
    openForAppending: async (path): Promise<AppendableFile> => ({
      append: async (text) => {
        if (failure !== undefined) {
          appendTo(path, text.slice(0, partly))
          throw failure
        }
        appendTo(path, text)
      },
      flush: async () => {
        flushes += 1
        const error = failure ?? flushFailure
        if (error !== undefined) throw error
      },
      close: async () => undefined,
    }),
    truncate: async (path, bytes) => put(path, contentOf(path).slice(0, bytes)),
    remove: async (path) => {
      contents.delete(path)
    },
    list: async (folder) =>
      [...contents.keys()].filter((path) => path.startsWith(`${folder}/`)).map(files.fileName),
    lock: async (path) => {
      if (locked.has(path)) return undefined
      locked.add(path)
      return {
        release: async () => {
          locked.delete(path)
        },
      }
    },
    sha256: async () => '0'.repeat(64),
  }

  return {
    files,
    text: (path) => new TextDecoder().decode(contents.get(path)),
    put,
    fail: (error, characters = 0) => {
      failure = error
      partly = characters
    },
    failFlush: (error) => {
      flushFailure = error
    },
    unplug: (path) => {
      unplugged.add(path)
    },
    flushes: () => flushes,
  }
}
