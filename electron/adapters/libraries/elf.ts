/** What an ELF file is read from: an open file, for example. */
export interface ByteSource {
  read(into: Buffer, at: number, length: number, position: number): Promise<{ bytesRead: number }>
}

/** What is read of an ELF file. */
export interface Elf {
  /** `e_machine`: 62 is x86-64, 183 is AArch64. */
  machine: number
  bits: 32 | 64
  /** Names in its DT_NEEDED entries, in order. */
  needed: string[]
  /** The parts of the file that hold code. */
  code: FileRange[]
}

export interface FileRange {
  offset: number
  length: number
}

/** Far above what real libraries have; a file that says more is damaged, or made to hurt. */
const mostSegments = 256
const mostDynamicEntries = 4096
const mostNeeded = 256
const longestName = 255

const headerBytes = 64
const load = 1
const dynamic = 2
const executable = 1
const neededTag = 1
const stringTableTag = 5

interface Layout {
  bits: 32 | 64
  littleEndian: boolean
}

interface Segment extends FileRange {
  type: number
  flags: number
  address: number
}

/**
 * Reads an ELF file's headers, from the file itself and in small pieces. `undefined` where it is none, or where its
 * headers are cut off or make no sense.
 */
export async function readElf(file: ByteSource): Promise<Elf | undefined> {
  const header = await readExactly(file, 0, headerBytes)
  const layout = header === undefined ? undefined : layoutOf(header)
  if (header === undefined || layout === undefined) return undefined
  const { bits } = layout
  const number = reader(header, layout)
  const wide = bits === 64
  const count = number(wide ? 56 : 44, 2)
  const entryBytes = number(wide ? 54 : 42, 2)
  const least = wide ? 56 : 32
  if (count > mostSegments || entryBytes < least || entryBytes > 4 * least) return undefined
  const table = await readExactly(file, number(wide ? 32 : 28, wide ? 8 : 4), count * entryBytes)
  if (table === undefined) return undefined
  const segments = Array.from({ length: count }, (_, index) =>
    segmentAt(table.subarray(index * entryBytes, (index + 1) * entryBytes), layout),
  )
  return {
    machine: number(18, 2),
    bits,
    needed: await neededNames(file, segments, layout),
    code: segments.filter(({ type, flags }) => type === load && (flags & executable) !== 0),
  }
}

function layoutOf(header: Buffer): Layout | undefined {
  if (header.readUInt32BE(0) !== 0x7f454c46) return undefined
  const [bits, order] = [header[4], header[5]]
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2)) return undefined
  return { bits: bits === 1 ? 32 : 64, littleEndian: order === 1 }
}

function segmentAt(entry: Buffer, layout: Layout): Segment {
  const number = reader(entry, layout)
  return layout.bits === 64
    ? {
        ...{ type: number(0, 4), flags: number(4, 4), offset: number(8, 8) },
        ...{ address: number(16, 8), length: number(32, 8) },
      }
    : {
        ...{ type: number(0, 4), offset: number(4, 4), address: number(8, 4) },
        ...{ length: number(16, 4), flags: number(24, 4) },
      }
}

async function neededNames(file: ByteSource, segments: Segment[], layout: Layout): Promise<string[]> {
  const section = segments.find(({ type }) => type === dynamic)
  if (section === undefined) return []
  const word = layout.bits / 8
  const length = Math.min(section.length, mostDynamicEntries * 2 * word)
  const table = await readExactly(file, section.offset, length)
  if (table === undefined) return []
  const number = reader(table, layout)
  const names: number[] = []
  let strings: number | undefined
  for (let at = 0; at + 2 * word <= table.length; at += 2 * word) {
    const tag = number(at, word)
    if (tag === 0) break
    if (tag === neededTag && names.length < mostNeeded) names.push(number(at + word, word))
    if (tag === stringTableTag) strings = number(at + word, word)
  }
  const base = strings === undefined ? undefined : fileOffset(strings, segments)
  if (base === undefined) return []
  const found: string[] = []
  for (const name of names) {
    const text = await readName(file, base + name)
    if (text !== undefined) found.push(text)
  }
  return found
}

function fileOffset(address: number, segments: Segment[]): number | undefined {
  const holder = segments.find(
    (segment) =>
      segment.type === load && address >= segment.address && address < segment.address + segment.length,
  )
  return holder === undefined ? undefined : holder.offset + (address - holder.address)
}

async function readName(file: ByteSource, offset: number): Promise<string | undefined> {
  const bytes = await readUpTo(file, offset, longestName + 1)
  const end = bytes?.indexOf(0) ?? -1
  const text = bytes?.toString('latin1', 0, Math.max(0, end)) ?? ''
  return /^[\w.+-]+$/.test(text) ? text : undefined
}

/** Reads numbers of 2, 4 or 8 bytes. What is too large for any file becomes the largest number there is. */
function reader(bytes: Buffer, { littleEndian }: Layout): (at: number, size: number) => number {
  return (at, size) => {
    if (size === 2) return littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)
    if (size === 4) return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
    const value = littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
  }
}

async function readUpTo(file: ByteSource, offset: number, length: number): Promise<Buffer | undefined> {
  if (!Number.isSafeInteger(offset + length)) return undefined
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, offset)
  return bytes.subarray(0, bytesRead)
}

async function readExactly(file: ByteSource, offset: number, length: number): Promise<Buffer | undefined> {
  const bytes = await readUpTo(file, offset, length)
  return bytes?.length === length ? bytes : undefined
}
