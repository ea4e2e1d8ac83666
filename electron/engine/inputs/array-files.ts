import { badInput } from '../../contract/failure.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { FileStore, ReadableFile } from '../ports.ts'
import { inflatePiece } from './inflate.ts'
import { isNpy, mostHeaderBytes, readNpyHeader, type ArrayHeader } from './npy-header.ts'
import { isPlain, plainValues } from './plain-values.ts'
import { isZip, readZipDirectory, type ZipEntry } from './zip-directory.ts'

/** A `.npy` or `.npz` file that was looked into. */
export interface ArrayFile {
  path: string
  /** Without folder. */
  name: string
  /** Hex, of the whole file. */
  sha256: string
  arrays: StoredArray[]
}

/** One array in a file. */
export interface StoredArray {
  /** Its name in an `.npz`; absent for `.npy`. */
  entry?: string
  header: ArrayHeader
  /** How its bytes, header and elements, lie in the file. */
  place: Pick<ZipEntry, 'method' | 'dataOffset' | 'compressedBytes' | 'bytes'>
}

/** What has to be rewritten before it can be fed is held in memory for that: no more than this, in bytes. */
const mostRewrittenBytes = 2 ** 30
/** Every string takes more memory than its letters. */
const mostStringBytes = 2 ** 28
const mostStrings = 2 ** 24

/** NumPy's files by path, read again when they change. */
export class ArrayFiles {
  private readonly files: FileStore
  private readonly known = new Map<string, { version: string; file: Promise<ArrayFile> }>()

  constructor(files: FileStore) {
    this.files = files
  }

  /** Rejects with a BatchscopeError that says why the file is no use. */
  async open(path: string): Promise<ArrayFile> {
    const full = this.files.resolve(path)
    const stat = await this.files.stat(full)
    const version = `${stat?.bytes ?? ''} ${stat?.modified ?? ''}`
    const known = this.known.get(full)
    if (known?.version === version) return known.file
    const file = readArrayFile(full, this.files)
    this.known.set(full, { version, file })
    // A failure is not kept: the file may be put right within the clock's grain.
    file.catch(() => this.known.delete(full))
    return file
  }

  /**
   * Where a session host finds the elements of an array, row-major and little-endian. Arrays that are kept in another
   * way are rewritten into the data folder, once.
   */
  async values(file: ArrayFile, array: StoredArray): Promise<{ path: string; offset: number }> {
    const { header, place } = array
    if (place.method === 'stored' && isPlain(header)) {
      return { path: file.path, offset: place.dataOffset + header.dataOffset }
    }
    const cached = this.files.resolve(this.files.dataFolder, 'cache', 'inputs', cacheName(file, array))
    const stat = await this.files.stat(cached)
    const complete = header.dtype.type === 'string' || stat?.bytes === header.dataBytes
    if (stat === undefined || !complete) {
      await this.files.write(cached, await readPlain(file, array, this.files))
    }
    return { path: cached, offset: 0 }
  }
}

/** `"batch.npz:ids"`, or `"ids.npy"`: an array in messages. */
export function arrayName(file: Pick<ArrayFile, 'name'>, entry: string | undefined): string {
  return `"${file.name}${entry === undefined ? '' : `:${entry}`}"`
}

/** One name for every array of every file, whatever letters its entry has. */
function cacheName(file: ArrayFile, array: StoredArray): string {
  const index = file.arrays.indexOf(array)
  return `${file.sha256}${array.entry === undefined ? '' : `-${index}`}.bin`
}

async function readArrayFile(path: string, files: FileStore): Promise<ArrayFile> {
  const name = files.fileName(path)
  const file = await files.openForReading(path)
  try {
    const begin = await file.read(0, mostHeaderBytes)
    const arrays = isZip(begin)
      ? await readZipped(file, name)
      : [readPlainFile(begin, file.bytes, `"${name}"`)]
    return { path, name, sha256: await files.sha256(path), arrays }
  } finally {
    await file.close()
  }
}

function readPlainFile(begin: Uint8Array, bytes: number, what: string): StoredArray {
  if (!isNpy(begin)) {
    throw badInput(
      `${what} is no NumPy file: it does not begin like one.`,
      'Save the array with np.save or np.savez.',
    )
  }
  const header = readNpyHeader(begin, what)
  checkLength(header, bytes, what)
  return { header, place: { method: 'stored', dataOffset: 0, compressedBytes: bytes, bytes } }
}

async function readZipped(file: ReadableFile, name: string): Promise<StoredArray[]> {
  const entries = await readZipDirectory(file, `"${name}"`, (entry) => entry.endsWith('.npy'))
  if (entries.length === 0) throw badInput(`"${name}" has no arrays in it.`, 'Save them with np.savez.')
  const arrays: StoredArray[] = []
  for (const place of entries) {
    const entry = place.name.replace(/\.npy$/, '')
    const what = arrayName({ name }, entry)
    const begin = await readBeginning(file, place, Math.min(mostHeaderBytes, place.bytes), what)
    const header = readNpyHeader(begin, what)
    checkLength(header, place.bytes, what)
    arrays.push({ entry, header, place })
  }
  return arrays
}

/** The first bytes of what an entry holds. */
async function readBeginning(
  file: ReadableFile,
  place: StoredArray['place'],
  bytes: number,
  what: string,
): Promise<Uint8Array> {
  if (place.method === 'stored') return file.read(place.dataOffset, bytes)
  try {
    return await inflatePiece(file, place, bytes)
  } catch {
    throw badInput(
      `${what} is damaged: it cannot be decompressed.`,
      'Save the arrays again with np.savez_compressed.',
    )
  }
}

function checkLength({ dataOffset, dataBytes }: ArrayHeader, bytes: number, what: string): void {
  const there = bytes - dataOffset
  if (there >= dataBytes) return
  throw badInput(
    `${what} is cut off: its elements take ${formatBytes(dataBytes)}, and ${formatBytes(Math.max(0, there))} of them are there.`,
    'Save the array again, or copy the file again.',
  )
}

async function readPlain(file: ArrayFile, array: StoredArray, files: FileStore): Promise<Uint8Array> {
  const { header, place, entry } = array
  const what = arrayName(file, entry)
  const strings = header.dtype.type === 'string'
  const elements = header.shape.reduce((product, size) => product * size, 1)
  const most = strings ? mostStringBytes : mostRewrittenBytes
  if (header.dataBytes > most || (strings && elements > mostStrings)) {
    throw badInput(
      `${what} takes ${formatBytes(header.dataBytes)} and would have to be rewritten to be fed; that is done up to ${formatBytes(most)}.`,
      strings
        ? 'Save fewer samples: they are repeated until a batch is full.'
        : 'Save it with np.save, as np.ascontiguousarray(x) in the byte order of the machine.',
    )
  }
  const opened = await files.openForReading(file.path)
  try {
    const end = header.dataOffset + header.dataBytes
    const whole = await readBeginning(opened, place, end, what)
    const bytes = whole.subarray(header.dataOffset)
    if (bytes.length < header.dataBytes) {
      throw badInput(`${what} is damaged: it ends before its elements do.`, 'Save the array again.')
    }
    return plainValues(bytes, header)
  } finally {
    await opened.close()
  }
}
