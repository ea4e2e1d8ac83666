import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runUtilityScript } from '../../../electron/main/utility-script.ts'
import { becomeReady } from '../../electron-stand-in/shell/readiness.ts'

vi.mock('electron', () => import('../../electron-stand-in/shell/utility-process.ts'))

let folder: string
beforeAll(async () => {
  becomeReady()
  folder = await mkdtemp(join(tmpdir(), 'batchscope-script-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(text: string, signal = new AbortController().signal) {
  const path = join(folder, 'script.cjs')
  await writeFile(path, text)
  const environment = { GREETING: 'hello' }
  return runUtilityScript({ path, args: ['--to', 'you'], environment, workingFolder: folder }, signal)
}

describe('a script in a utility process', () => {
  it('gets its arguments and its environment, and its last words come back with its exit code', async () => {
    const end = await run(
      "console.log(process.env.GREETING, process.argv.slice(2).join(' '), process.env.HOME); console.error('bye'); process.exit(3)",
    )
    expect(end.code).toBe(3)
    expect(end.output).toContain('hello --to you undefined')
    expect(end.output).toContain('bye')
  })

  it('is ended when its signal is aborted', async () => {
    const wish = new AbortController()
    setTimeout(() => wish.abort(), 200)
    expect((await run('setInterval(() => {}, 1000)', wish.signal)).code).not.toBe(0)
  })

  it('is ended when its signal was aborted before', async () => {
    expect((await run('setInterval(() => {}, 1000)', AbortSignal.abort())).code).not.toBe(0)
  })
})
