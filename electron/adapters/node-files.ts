import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, readSync } from 'node:fs'
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { FileStore } from '../engine/ports.ts'
import { fileFailure, systemCode } from './file-failure.ts'
import { lockFile } from './file-lock.ts'

/** Runs a file operation; what it throws becomes a sentence about `path`. */
async function onFile<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw fileFailure(error, path)
  }
}

/** The file system of this machine. */
export function createNodeFiles(folders: { dataFolder: string; resourcesFolder: string }): FileStore {
  return {
    ...folders,
    resolve: (...parts) => resolve(...parts),
    fileName: (path) => basename(path),
    folderOf: (path) => dirname(path),

    async stat(path) {
      try {
        const found = await stat(path)
        const kind = found.isDirectory() ? 'folder' : 'file'
        return { kind, bytes: found.size, modified: found.mtime.toISOString() }
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined
        throw fileFailure(error, path)
      }
    },

    async realPath(path) {
      try {
        return await realpath(path)
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return path
        throw fileFailure(error, path)
      }
    },

    openForReading: (path) => onFile(path, () => openForReading(path)),
    read: (path) => onFile(path, async () => new Uint8Array(await readFile(path))),
    write: (path, content) => onFile(path, () => writeWhole(path, content)),
    link: (source, target) => onFile(target, () => linkOrCopy(source, target)),
    copy: (source, target) => onFile(target, () => placeWhole(target, (beside) => copyFile(source, beside))),
    openForAppending: (path) => onFile(path, () => openForAppending(path)),
    truncate: (path, bytes) => onFile(path, () => truncate(path, bytes)),
    remove: (path) => onFile(path, () => rm(path, { force: true })),
    list: (folder) => onFile(folder, () => readdir(folder)),
    lock: (path) => onFile(path, () => lockFile(path, join(folders.dataFolder, 'locks'))),
    sha256: (path) =>
      onFile(path, async () => {
        const hash = createHash('sha256')
        for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
        return hash.digest('hex')
      }),
  }
}

/** Reads up to this size are done at once while the disk is quick. */
const smallBytes = 64 * 1024

/** A small read that takes longer than this, in ms, came from no cache. */
const quickMs = 2

async function openForReading(path: string) {
  const handle = await open(path, 'r')
  const found = await handle.stat()
  if (found.isDirectory()) {
    await handle.close()
    throw Object.assign(new Error('It is a directory.'), { code: 'EISDIR' })
  }
  // Reading a model is hundreds of small reads one after the other, and each takes ten times as long when it is awaited.
  // A disk that keeps us waiting once is not trusted again: no window must freeze for it.
  let quick = true
  const readSome = async (buffer: Uint8Array, filled: number, position: number): Promise<number> => {
    const wanted = buffer.length - filled
    if (!quick || wanted > smallBytes) {
      return (await handle.read(buffer, filled, wanted, position)).bytesRead
    }
    const began = performance.now()
    const bytesRead = readSync(handle.fd, buffer, filled, wanted, position)
    quick = performance.now() - began < quickMs
    return bytesRead
  }
  return {
    bytes: found.size,
    read: (offset: number, length: number) =>
      onFile(path, async () => {
        const buffer = new Uint8Array(length)
        let filled = 0
        while (filled < length) {
          const bytesRead = await readSome(buffer, filled, offset + filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return buffer.subarray(0, filled)
      }),
    close: () => handle.close(),
  }
}

async function openForAppending(path: string) {
  await mkdir(dirname(path), { recursive: true })
  const handle = await open(path, 'a')
  return {
    append: (text: string) => onFile(path, () => handle.appendFile(text)),
    flush: () => onFile(path, () => handle.datasync()),
    close: () => handle.close(),
  }
}

async function writeWhole(path: string, content: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  await placeWhole(path, async (beside) => {
    const handle = await open(beside, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  await placeWhole(target, async (beside) => {
    // Another file system, or one without hard links.
    await link(source, beside).catch(() => copyFile(source, beside))
  })
}

/** Lets `make` make a file beside `path`, and puts it in its place when it is whole. */
async function placeWhole(path: string, make: (beside: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${randomUUID().slice(0, 8)}.part`
  try {
    await make(beside)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
