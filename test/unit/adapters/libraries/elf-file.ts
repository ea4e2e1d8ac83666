/** An ELF file small enough for a test. */
export interface ElfParts {
  bits?: 32 | 64
  littleEndian?: boolean
  /** 62 is x86-64. */
  machine?: number
  needed?: readonly string[]
  /** What its executable segment holds. */
  code?: Buffer
}

/** The bytes of a shared library with these DT_NEEDED entries and this code: headers, names, dynamic section, code. */
export function elfFile(parts: ElfParts = {}): Buffer {
  const { bits = 64, littleEndian = true, machine = 62, needed = [], code = Buffer.alloc(0) } = parts
  const word = bits / 8
  const [headerBytes, entryBytes] = bits === 64 ? [64, 56] : [52, 32]
  // Addresses differ from offsets, as they do in real files.
  const base = 0x10000
  const strings = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}`, 'latin1')
  const stringsAt = headerBytes + 3 * entryBytes
  const dynamicAt = stringsAt + strings.length
  let nameAt = 1
  const entries: [number, number][] = []
  for (const name of needed) {
    entries.push([1, nameAt])
    nameAt += name.length + 1
  }
  entries.push([5, base + stringsAt], [10, strings.length], [0, 0])
  const dynamicBytes = entries.length * 2 * word
  const codeAt = dynamicAt + dynamicBytes
  const bytes = Buffer.alloc(codeAt + code.length)
  const put = (value: number, at: number, size: number) => {
    if (size === 8) bytes[littleEndian ? 'writeBigUInt64LE' : 'writeBigUInt64BE'](BigInt(value), at)
    else bytes[littleEndian ? 'writeUIntLE' : 'writeUIntBE'](value, at, size)
  }
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, littleEndian ? 1 : 2, 1])
  put(3, 16, 2)
  put(machine, 18, 2)
  put(headerBytes, bits === 64 ? 32 : 28, word)
  put(entryBytes, bits === 64 ? 54 : 42, 2)
  put(3, bits === 64 ? 56 : 44, 2)
  const segments = [
    { type: 1, flags: 4, offset: 0, length: codeAt },
    { type: 2, flags: 4, offset: dynamicAt, length: dynamicBytes },
    { type: 1, flags: 5, offset: codeAt, length: code.length },
  ]
  for (const [index, { type, flags, offset, length }] of segments.entries()) {
    const at = headerBytes + index * entryBytes
    put(type, at, 4)
    put(flags, at + (bits === 64 ? 4 : 24), 4)
    put(offset, at + (bits === 64 ? 8 : 4), word)
    put(base + offset, at + (bits === 64 ? 16 : 8), word)
    put(length, at + (bits === 64 ? 32 : 16), word)
  }
  strings.copy(bytes, stringsAt)
  for (const [index, [tag, value]] of entries.entries()) {
    put(tag, dynamicAt + index * 2 * word, word)
    put(value, dynamicAt + (index * 2 + 1) * word, word)
  }
  code.copy(bytes, codeAt)
  return bytes
}

/**
 * The instructions with which a compiler puts a name of 9 to 16 characters on the stack: `movabs` of its first eight
 * bytes, a store, something else, `movabs` of its last eight bytes.
 */
export function codeThatNames(name: string): Buffer {
  return Buffer.concat([
    Buffer.from([0x48, 0xb8]),
    Buffer.from(name.slice(0, 8), 'latin1'),
    Buffer.from([0x4c, 0x8d, 0x6b, 0x30, 0x48, 0x89, 0x44, 0x24, 0x30, 0x48, 0xb8]),
    Buffer.from(name.slice(-8), 'latin1'),
    Buffer.from([0x4c, 0x89, 0x64, 0x24, 0x20]),
  ])
}
