import { badInput } from '../../contract/failure.ts'
import type { ReadableFile } from '../ports.ts'

/** One file in a zip file. */
export interface ZipEntry {
  name: string
  /** How it is kept: as it is, or deflated. */
  method: 'stored' | 'deflated'
  /** Where its bytes, or what they were deflated to, begin in the zip file. */
  dataOffset: number
  /** Of what lies in the zip file, and of what comes out of it. */
  compressedBytes: number
  bytes: number
}

/** More entries than anyone has inputs. */
const mostEntries = 4_096
const mostDirectoryBytes = 4 * 2 ** 20
/** The end record with the longest comment. */
const mostEndBytes = 22 + 65_535

const endSignature = 0x0605_4b50
const end64Signature = 0x0606_4b50
const end64LocatorSignature = 0x0706_4b50
const entrySignature = 0x0201_4b50
const localSignature = 0x0403_4b50

/** Whether bytes begin as a zip file with at least one file in it does, or as an empty one. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)
}

/**
 * The files in a zip file whose name passes `wanted` (PKWARE's APPNOTE, 4.3 and 4.5.3: with its 64-bit sizes, which
 * NumPy writes). `what` is the zip file in messages. Throws a BatchscopeError `bad-input` for what is damaged,
 * encrypted, or compressed in any other way than NumPy does.
 */
export async function readZipDirectory(
  file: ReadableFile,
  what: string,
  wanted: (name: string) => boolean,
): Promise<ZipEntry[]> {
  const { count, offset, bytes } = await findDirectory(file, what)
  if (count > mostEntries || bytes > mostDirectoryBytes) {
    throw badInput(
      `${what} has more than ${mostEntries.toLocaleString('en-US')} files in it.`,
      'Save only the arrays that the model takes.',
    )
  }
  const view = viewOf(await file.read(offset, bytes))
  const entries: ZipEntry[] = []
  let at = 0
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== entrySignature) throw damaged(what)
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) =>
      view.getUint16(at + place, true),
    )
    const next = at + 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0)
    if (next > view.byteLength) throw damaged(what)
    const name = new TextDecoder().decode(bytesOf(view, at + 46, nameBytes ?? 0))
    if (wanted(name)) entries.push(await readEntry(file, view, at, name, what))
    at = next
  }
  return entries
}

interface Directory {
  count: number
  offset: number
  bytes: number
}

async function findDirectory(file: ReadableFile, what: string): Promise<Directory> {
  const tailOffset = Math.max(0, file.bytes - mostEndBytes)
  const view = viewOf(await file.read(tailOffset, mostEndBytes))
  for (let at = view.byteLength - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== endSignature) continue
    if (at + 22 + view.getUint16(at + 20, true) > view.byteLength) continue
    const [count, bytes, offset] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ]
    const large = count === 0xffff || bytes === 0xffff_ffff || offset === 0xffff_ffff
    const directory = large ? await findDirectory64(file, view, at, what) : { count, offset, bytes }
    if (directory.offset + directory.bytes > file.bytes) throw damaged(what)
    return directory
  }
  throw damaged(what)
}

async function findDirectory64(
  file: ReadableFile,
  tail: DataView,
  end: number,
  what: string,
): Promise<Directory> {
  const locator = end - 20
  if (locator < 0 || tail.getUint32(locator, true) !== end64LocatorSignature) throw damaged(what)
  const view = viewOf(await file.read(size64(tail, locator + 8, what), 56))
  if (view.byteLength < 56 || view.getUint32(0, true) !== end64Signature) throw damaged(what)
  const [count, bytes, offset] = [32, 40, 48].map((at) => size64(view, at, what))
  return { count: count ?? 0, bytes: bytes ?? 0, offset: offset ?? 0 }
}

async function readEntry(
  file: ReadableFile,
  directory: DataView,
  at: number,
  name: string,
  what: string,
): Promise<ZipEntry> {
  const flags = directory.getUint16(at + 8, true)
  if ((flags & 1) !== 0) throw badInput(`"${name}" in ${what} is encrypted.`, 'Save it with np.savez.')
  const method = { 0: 'stored', 8: 'deflated' }[directory.getUint16(at + 10, true)] as
    ZipEntry['method'] | undefined
  if (method === undefined) {
    throw badInput(
      `"${name}" in ${what} is compressed in a way that NumPy does not use.`,
      'Save it with np.savez or np.savez_compressed.',
    )
  }
  const { bytes, compressedBytes, headerOffset } = readSizes(directory, at, what)
  const header = viewOf(await file.read(headerOffset, 30))
  if (header.byteLength < 30 || header.getUint32(0, true) !== localSignature) throw damaged(what)
  const dataOffset = headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true)
  if (dataOffset + compressedBytes > file.bytes) throw damaged(what)
  if (method === 'stored' && compressedBytes !== bytes) throw damaged(what)
  return { name, method, dataOffset, compressedBytes, bytes }
}

/** Sizes and place of an entry: in its own fields, or where they are too small for it, among its extra fields. */
function readSizes(
  view: DataView,
  at: number,
  what: string,
): { bytes: number; compressedBytes: number; headerOffset: number } {
  const own = { compressedBytes: 20, bytes: 24, headerOffset: 42 }
  const sizes = {
    bytes: view.getUint32(at + own.bytes, true),
    compressedBytes: view.getUint32(at + own.compressedBytes, true),
    headerOffset: view.getUint32(at + own.headerOffset, true),
  }
  const begin = at + 46 + view.getUint16(at + 28, true)
  const end = begin + view.getUint16(at + 30, true)
  for (let extra = begin; extra + 4 <= end; extra += 4 + view.getUint16(extra + 2, true)) {
    if (view.getUint16(extra, true) !== 1) continue
    let place = extra + 4
    // In this order, and only those that did not fit.
    for (const field of ['bytes', 'compressedBytes', 'headerOffset'] as const) {
      if (sizes[field] !== 0xffff_ffff) continue
      if (place + 8 > end) throw damaged(what)
      sizes[field] = size64(view, place, what)
      place += 8
    }
  }
  return sizes
}

function size64(view: DataView, at: number, what: string): number {
  const size = Number(view.getBigUint64(at, true))
  if (!Number.isSafeInteger(size)) throw damaged(what)
  return size
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length)
}

function damaged(what: string) {
  return badInput(`${what} is damaged: its directory cannot be read.`, 'Save the arrays again with np.savez.')
}
