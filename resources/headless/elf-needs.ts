import { open, type FileHandle } from 'node:fs/promises'

/** What a program or shared library for 64-bit x86 Linux asks of the system that loads it. */
export interface ElfNeeds {
  /** The loader that starts it, for example `/lib64/ld-linux-x86-64.so.2`; absent for libraries and static programs. */
  interpreter?: string
  /** Libraries that are loaded with it, for example `libstdc++.so.6`. */
  libraries: string[]
  /** Versions of interfaces that these must have, for example `GLIBC_2.28`. */
  versions: string[]
}

/** Numbers of the ELF specification (gABI) and of the LSB's symbol versions. */
const machineX64 = 62
const segmentTypes = { load: 1, dynamic: 2, interpreter: 3 } as const
const tags = { needed: 1n, strings: 5n, versions: 0x6ffffffen, versionCount: 0x6fffffffn } as const

interface Segment {
  type: number
  offset: number
  address: number
  bytes: number
}

/** Reads them from the file's own tables; `undefined` for a file that is no ELF of 64-bit x86. */
export async function readElfNeeds(path: string): Promise<ElfNeeds | undefined> {
  const file = await open(path)
  try {
    const header = await read(file, 0, 64)
    const is64LittleEndian = header[4] === 2 && header[5] === 1
    if (header.length < 64 || header.toString('latin1', 0, 4) !== '\x7fELF' || !is64LittleEndian)
      return undefined
    if (header.readUInt16LE(18) !== machineX64) return undefined
    return await readTables(file, await readSegments(file, header))
  } finally {
    await file.close()
  }
}

async function readSegments(file: FileHandle, header: Buffer): Promise<Segment[]> {
  const size = header.readUInt16LE(54)
  const table = await read(file, Number(header.readBigUInt64LE(32)), size * header.readUInt16LE(56))
  const segments: Segment[] = []
  for (let at = 0; at + 56 <= table.length; at += size) {
    segments.push({
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      bytes: Number(table.readBigUInt64LE(at + 32)),
    })
  }
  return segments
}

async function readTables(file: FileHandle, segments: readonly Segment[]): Promise<ElfNeeds> {
  const interpreter = segments.find(({ type }) => type === segmentTypes.interpreter)
  const dynamic = segments.find(({ type }) => type === segmentTypes.dynamic)
  const entries: { tag: bigint; value: number }[] = []
  const table = dynamic === undefined ? Buffer.alloc(0) : await read(file, dynamic.offset, dynamic.bytes)
  for (let at = 0; at + 16 <= table.length; at += 16) {
    entries.push({ tag: table.readBigInt64LE(at), value: Number(table.readBigUInt64LE(at + 8)) })
  }
  const valueOf = (wanted: bigint) => entries.find(({ tag }) => tag === wanted)?.value
  const offsetOf = (address: number) => {
    const within = segments.find(
      (each) =>
        each.type === segmentTypes.load && address >= each.address && address < each.address + each.bytes,
    )
    return within === undefined ? address : address - within.address + within.offset
  }
  const strings = offsetOf(valueOf(tags.strings) ?? 0)
  const nameAt = (offset: number) => text(file, strings + offset)
  const needed = entries.filter(({ tag }) => tag === tags.needed)
  const versionsAt = valueOf(tags.versions)
  return {
    ...(interpreter === undefined ? {} : { interpreter: await text(file, interpreter.offset) }),
    libraries: await Promise.all(needed.map(({ value }) => nameAt(value))),
    versions:
      versionsAt === undefined
        ? []
        : await readVersions(file, offsetOf(versionsAt), valueOf(tags.versionCount) ?? 0, nameAt),
  }
}

/** A chain of libraries, each with a chain of the versions needed of it (LSB, section "Symbol Versioning"). */
async function readVersions(
  file: FileHandle,
  start: number,
  libraries: number,
  nameAt: (offset: number) => Promise<string>,
): Promise<string[]> {
  const names: string[] = []
  let at = start
  for (let library = 0; library < libraries; library += 1) {
    const entry = await read(file, at, 16)
    if (entry.length < 16) break
    let aux = at + entry.readUInt32LE(8)
    for (let left = entry.readUInt16LE(2); left > 0; left -= 1) {
      const version = await read(file, aux, 16)
      if (version.length < 16) break
      names.push(await nameAt(version.readUInt32LE(8)))
      aux += version.readUInt32LE(12)
    }
    at += entry.readUInt32LE(12)
  }
  return names
}

async function text(file: FileHandle, offset: number): Promise<string> {
  const bytes = await read(file, offset, 256)
  const end = bytes.indexOf(0)
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
}

async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

/** Interfaces of the system's libraries; the rest are of libraries that a bundle brings, or go with these. */
const interfaces = /^(GLIBC|GLIBCXX|CXXABI)_(\d+(?:\.\d+)*)$/

/** The highest version of each of the system's interfaces, for example `GLIBC` → `2.28`, over all that are needed. */
export function highestVersions(versions: readonly string[]): Map<string, string> {
  const highest = new Map<string, string>()
  for (const each of versions) {
    const [, name, version] = interfaces.exec(each) ?? []
    if (name === undefined || version === undefined) continue
    const known = highest.get(name)
    if (known === undefined || isNewer(version, known)) highest.set(name, version)
  }
  return highest
}

function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0
}
