import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFailure } from '../../../electron/adapters/file-failure.ts'
import { createNodeFiles } from '../../../electron/adapters/node-files.ts'
import type { FileStore } from '../../../electron/engine/ports.ts'

let folder: string
let files: FileStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-files-'))
  files = createNodeFiles({ dataFolder: join(folder, 'data'), resourcesFolder: folder })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (...names: string[]) => join(folder, ...names)
const systemError = (code: string) => Object.assign(new Error(`${code}: it did not work`), { code })

describe('writing a whole file', () => {
  it('makes its folder, replaces what was there and leaves nothing beside it', async () => {
    await files.write(at('new', 'a.txt'), 'first')
    await files.write(at('new', 'a.txt'), new TextEncoder().encode('second'))
    expect(await readFile(at('new', 'a.txt'), 'utf8')).toBe('second')
    expect(await readdir(at('new'))).toEqual(['a.txt'])
  })

  it('leaves nothing behind when it fails', async () => {
    await mkdir(at('taken', 'inside'), { recursive: true })
    await expect(files.write(at('taken'), 'text')).rejects.toMatchObject({
      failure: { message: expect.any(String) },
    })
    expect(await readdir(folder)).toEqual(['taken'])
  })
})

describe('the real path', () => {
  it('follows links, and is the path itself where nothing is', async () => {
    await writeFile(at('real.txt'), 'text')
    await symlink(at('real.txt'), at('link.txt'))
    // The temporary folder may itself be reached by a link.
    expect(await files.realPath(at('link.txt'))).toBe(await files.realPath(at('real.txt')))
    expect(await files.realPath(at('nothing', 'here'))).toBe(at('nothing', 'here'))
  })
})

describe('appending', () => {
  it('goes on at the end, in order, after a cut too', async () => {
    const first = await files.openForAppending(at('deep', 'log'))
    await first.append('one\n')
    await first.append('torn')
    await first.flush()
    await first.close()
    await files.truncate(at('deep', 'log'), 4)
    const second = await files.openForAppending(at('deep', 'log'))
    await second.append('two\n')
    await second.close()
    expect(await readFile(at('deep', 'log'), 'utf8')).toBe('one\ntwo\n')
  })
})

describe('reading pieces', () => {
  it('gives what there is, fewer bytes only at the end', async () => {
    await writeFile(at('numbers'), '0123456789')
    const file = await files.openForReading(at('numbers'))
    const text = async (offset: number, length: number) =>
      Buffer.from(await file.read(offset, length)).toString()
    expect(file.bytes).toBe(10)
    expect(await text(2, 3)).toBe('234')
    expect(await text(8, 5)).toBe('89')
    expect(await text(20, 5)).toBe('')
    await file.close()
  })
})

describe('looking', () => {
  it('tells files from folders, with their size and time', async () => {
    await writeFile(at('a'), 'abc')
    expect(await files.stat(at('a'))).toEqual({
      kind: 'file',
      bytes: 3,
      modified: expect.stringMatching(/^20.*Z$/),
    })
    expect((await files.stat(folder))?.kind).toBe('folder')
  })

  it('finds nothing at paths that are not there, also inside a file', async () => {
    await writeFile(at('a'), 'abc')
    expect(await files.stat(at('b'))).toBeUndefined()
    expect(await files.stat(at('a', 'b'))).toBeUndefined()
  })

  it('gives the SHA-256 of a whole file', async () => {
    await writeFile(at('a'), 'abc')
    expect(await files.sha256(at('a'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})

describe('a lock', () => {
  it('is had by one at a time', async () => {
    const first = await files.lock(at('project'))
    expect(await files.lock(at('project'))).toBeUndefined()
    await first?.release()
    expect(await files.lock(at('project'))).toBeDefined()
  })

  it('of a process of another store is respected', async () => {
    await lock(at('project'), { realpath: false })
    expect(await files.lock(at('project'))).toBeUndefined()
  })

  it('of a process that was killed is taken over at once', async () => {
    const held = await files.lock(at('project'))
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    const [owner = ''] = await readdir(at('data', 'locks'))
    const note: object = JSON.parse(await readFile(at('data', 'locks', owner), 'utf8'))
    await writeFile(at('data', 'locks', owner), JSON.stringify({ ...note, pid: child.pid }))
    expect(await files.lock(at('project'))).toBeDefined()
    await held?.release()
  })
})

describe('what goes wrong', () => {
  it.each([
    ['a path that is not there', () => files.read(at('absent')), 'not-found', 'There is no file at'],
    ['a folder', () => files.read(folder), 'bad-input', 'is a folder, not a file'],
    ['a folder in pieces', () => files.openForReading(folder), 'bad-input', 'is a folder, not a file'],
    ['a folder to append to', () => files.openForAppending(folder), 'bad-input', 'is a folder, not a file'],
  ])('with %s is a sentence', async (_what, operation, code, says) => {
    await expect(operation()).rejects.toMatchObject({
      failure: { code, message: expect.stringContaining(says) },
    })
  })

  it.each([
    ['EACCES', 'forbidden', 'may not be used'],
    ['EPERM', 'forbidden', 'may not be used'],
    ['ENOSPC', 'disk', 'The disk is full'],
    ['EROFS', 'disk', 'can only be read'],
    ['EIO', 'disk', 'could not be read or written'],
  ])('as %s has a sentence with the path', (code, failureCode, says) => {
    const { failure } = fileFailure(systemError(code), '/some/path')
    expect(failure.code).toBe(failureCode)
    expect(failure.message).toContain(says)
    expect(failure.message).toContain('"/some/path"')
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'with permissions is told',
    async () => {
      await writeFile(at('secret'), 'abc')
      await chmod(at('secret'), 0)
      await expect(files.read(at('secret'))).rejects.toMatchObject({ failure: { code: 'forbidden' } })
    },
  )
})
