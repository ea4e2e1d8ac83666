import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { partName, writeParts } from '../../../resources/headless/archive-parts.ts'
import { fillIn } from '../../../resources/headless/bundle-files.ts'
import { checksumLine } from '../../../resources/headless/checksums.ts'
import { shippedText } from '../../../resources/headless/shipped-file.ts'
import { tarStream } from '../../../resources/headless/tar-stream.ts'

const script = fileURLToPath(new URL('../../../resources/headless/join.sh', import.meta.url))
const time = new Date('2026-01-02T03:04:05Z')
const name = 'batchscope-1.2.3-linux-x64'
const archive = `${name}.tar.gz`
/** Longer than the 100 characters of a tar header's name, and longer than all that a header can hold. */
const longPaths = ['a', 'b'].map(
  (letter, index) => `${letter.repeat(90)}/`.repeat(index + 1) + `${letter}.js`,
)
const tooLong = `${'deep/'.repeat(60)}leaf.js`

const files = [
  shippedText('batchscope', '#!/bin/sh\necho 1.2.3\n', true),
  shippedText('data.bin', Array.from({ length: 40_000 }, (_, index) => String(index * 7919)).join(' ')),
  ...[...longPaths, tooLong].map((path) => shippedText(path, path)),
]

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

const partBytes = 20_000
let base: string
let folder: string
let archived: Buffer

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'batchscope-join-'))
  archived = gzipSync(await collect(tarStream(files, name, time)))
})
afterAll(() => rm(base, { recursive: true, force: true }))

/** A folder as it arrives on the machine. */
beforeEach(async () => {
  folder = await mkdtemp(join(base, 'arrived here '))
  const written = await writeParts(inPieces(archived, 7777), { folder, archive, partBytes })
  const sums = [...written.parts, { name: archive, sha256: written.sha256 }]
  await writeFile(
    join(folder, 'SHA256SUMS'),
    sums.map((each) => checksumLine(each.sha256, each.name)).join(''),
  )
  const facts = { NEEDED_KIB: '100', NEEDS: 'glibc 2.28' }
  await writeFile(join(folder, 'join.sh'), fillIn(await readFile(script, 'utf8'), facts))
})

function joinParts(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('/bin/sh', [join(folder, 'join.sh'), ...args], { cwd: base, env: {} }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('the parts of an archive', () => {
  it('are the whole, cut at the size asked for', async () => {
    const names = (await readdir(folder)).filter((each) => each.startsWith(archive)).sort()
    const parts = await Promise.all(names.map((each) => readFile(join(folder, each))))
    expect(names[0]).toBe(`${archive}.part-001`)
    expect(parts.slice(0, -1).every(({ length }) => length === partBytes)).toBe(true)
    expect(parts.length).toBe(Math.ceil(archived.length / partBytes))
    expect(Buffer.concat(parts).equals(archived)).toBe(true)
  })

  it('are not one more than needed when the archive ends with a part', async () => {
    const exact = await mkdtemp(join(base, 'exact-'))
    const { parts } = await writeParts(inPieces(Buffer.alloc(3000), 999), {
      folder: exact,
      archive,
      partBytes: 1000,
    })
    expect(parts.map(({ bytes }) => bytes)).toEqual([1000, 1000, 1000])
  })

  it('are refused when their numbers would run out', async () => {
    const many = writeParts(inPieces(Buffer.alloc(1000), 100), {
      folder: base,
      archive: 'many',
      partBytes: 1,
    })
    await expect(many).rejects.toThrow('Parts of 1 bytes would be more than 999.')
  })
})

describe('the archive', () => {
  it('is the same whenever it is made', async () => {
    const again = await collect(tarStream(files, name, time))
    expect(gzipSync(again).equals(archived)).toBe(true)
  })
})

describe.runIf(process.platform === 'linux')('join.sh', () => {
  it('unpacks what was packed, and says what to type next', async () => {
    const { code, stdout, stderr } = await joinParts()
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain(`Batchscope 1.2.3 is in "${join(folder, name)}".`)
    expect(stdout).toContain('./batchscope doctor')
    for (const file of files) {
      const text = await readFile(join(folder, name, file.path), 'utf8')
      expect('text' in file.content && text === file.content.text).toBe(true)
    }
  })

  it('unpacks into another folder, which it makes', async () => {
    expect((await joinParts(join(folder, 'else where'))).code).toBe(0)
    expect(await readdir(join(folder, 'else where', name))).toContain('batchscope')
  })

  it('names every part that is missing or damaged, and unpacks nothing', async () => {
    await rm(join(folder, partName(archive, 2)))
    const damaged = join(folder, partName(archive, 3))
    const bytes = await readFile(damaged)
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
    await writeFile(damaged, bytes)
    const { code, stderr } = await joinParts()
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(`Missing: ${partName(archive, 2)}. Damaged: ${partName(archive, 3)}.`)
    expect(await readdir(folder)).not.toContain(name)
  })

  it('goes on when the missing part has come', async () => {
    const missing = join(folder, partName(archive, 1))
    const bytes = await readFile(missing)
    await rm(missing)
    expect((await joinParts()).code).toBe(1)
    await writeFile(missing, bytes)
    expect((await joinParts()).code).toBe(0)
  })

  it('starts anew what was interrupted while it unpacked', async () => {
    await mkdir(join(folder, `${name}.unpacking`, name), { recursive: true })
    await writeFile(join(folder, `${name}.unpacking`, name, 'left over'), '')
    expect((await joinParts()).code).toBe(0)
    expect(await readdir(join(folder, name))).not.toContain('left over')
    expect(await readdir(folder)).not.toContain(`${name}.unpacking`)
  })

  it('leaves alone what is unpacked already', async () => {
    await joinParts()
    await writeFile(join(folder, name, 'mine'), '')
    const again = await joinParts()
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('is here already')
    expect(await readdir(join(folder, name))).toContain('mine')
  })

  it('says that the list of checksums is missing or damaged', async () => {
    await writeFile(join(folder, 'SHA256SUMS'), 'nothing\n')
    expect((await joinParts()).stderr).toContain('SHA256SUMS is damaged')
    await rm(join(folder, 'SHA256SUMS'))
    expect((await joinParts()).stderr).toContain('SHA256SUMS is missing')
  })

  it('unpacks nothing when the checksum of the whole is another', async () => {
    const list = await readFile(join(folder, 'SHA256SUMS'), 'utf8')
    const other = list.replace(/^[0-9a-f]{64} {2}(.*\.tar\.gz)$/m, `${'0'.repeat(64)}  $1`)
    await writeFile(join(folder, 'SHA256SUMS'), other)
    expect((await joinParts()).stderr).toContain('do not make the whole')
    expect(await readdir(folder)).not.toContain(name)
  })

  it('says how much space is missing', async () => {
    const text = await readFile(join(folder, 'join.sh'), 'utf8')
    await writeFile(join(folder, 'join.sh'), text.replace('needed_kib=100', 'needed_kib=99999999999999'))
    expect((await joinParts()).stderr).toMatch(/has \d+ MiB free, and 97656249999 MiB are needed/)
    expect(await readdir(folder)).not.toContain(name)
  })

  it('says what the machine lacks when the program does not start', async () => {
    const other = await mkdtemp(join(base, 'other-'))
    const broken = [shippedText('batchscope', '#!/bin/sh\nexit 1\n', true)]
    const bytes = gzipSync(await collect(tarStream(broken, name, time)))
    const { parts, sha256 } = await writeParts(inPieces(bytes, 100), { folder: other, archive, partBytes })
    const sums = [...parts, { name: archive, sha256 }].map((each) => checksumLine(each.sha256, each.name))
    await writeFile(join(other, 'SHA256SUMS'), sums.join(''))
    await symlink(join(folder, 'join.sh'), join(other, 'join.sh'))
    folder = other
    const { code, stderr } = await joinParts()
    expect(code).toBe(1)
    expect(stderr).toContain('it needs 64-bit x86 Linux with glibc 2.28.')
  })
})
