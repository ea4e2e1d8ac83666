import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readElf, type Elf } from '../../../../electron/adapters/libraries/elf.ts'
import { elfFile } from './elf-file.ts'

function read(bytes: Uint8Array): Promise<Elf | undefined> {
  return readElf({
    read: (into, at, length, position) => {
      const piece = bytes.subarray(position, position + length)
      into.set(piece, at)
      return Promise.resolve({ bytesRead: piece.length })
    },
  })
}

const needed = ['libcublasLt.so.13', 'libstdc++.so.6', 'libc.so.6']
const whole = elfFile({ needed, code: Buffer.alloc(16, 0x90) })

describe('an ELF file', () => {
  it.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ] as const)('of %i bits (little-endian: %s) tells what it needs', async (bits, littleEndian) => {
    const elf = await read(elfFile({ bits, littleEndian, machine: 183, needed, code: Buffer.alloc(7) }))
    expect(elf).toMatchObject({ bits, machine: 183, needed })
    expect(elf?.code.map(({ length }) => length)).toEqual([7])
  })

  it('that needs nothing says so', async () => {
    expect(await read(elfFile())).toMatchObject({ needed: [] })
  })

  it.each([
    ['empty', Buffer.alloc(0)],
    ['a text', Buffer.from('INPUT ( /usr/lib/libcudart.so.13 )'.padEnd(100))],
    [
      'of an unknown size of words',
      Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 9, 1]), whole.subarray(6)]),
    ],
  ])('that is %s is none', async (_what, bytes) => {
    expect(await read(bytes)).toBeUndefined()
  })

  it('that is cut off anywhere gives what is left of it, or nothing', async () => {
    for (let length = 0; length < whole.length; length += 1) {
      const elf = await read(whole.subarray(0, length))
      for (const name of elf?.needed ?? []) expect(needed).toContain(name)
    }
  })

  it('with any damage to its headers is read to an end, and gives names that a library can have', async () => {
    const damage = fc.array(
      fc.record({ at: fc.nat(whole.length - 1), byte: fc.constantFrom(0, 1, 2, 5, 0x7f, 0x80, 0xff) }),
      { maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(whole)
        for (const { at, byte } of changes) bytes[at] = byte
        const elf = await read(bytes)
        for (const name of elf?.needed ?? []) expect(name).toMatch(/^[\w.+-]{1,255}$/)
      }),
      { numRuns: 1000 },
    )
  })
})
