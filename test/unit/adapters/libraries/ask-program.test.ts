import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askProgram } from '../../../../electron/adapters/libraries/ask-program.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-program-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function script(name: string, lines: string): Promise<string> {
  await writeFile(join(folder, name), `#!/bin/sh\n${lines}\n`)
  await chmod(join(folder, name), 0o755)
  return join(folder, name)
}

const ask = (programs: string[], PATH: string, limitMs = 5000) =>
  askProgram(programs, ['-p'], { environment: { PATH }, limitMs })

describe.skipIf(process.platform === 'win32')('a program that is asked', () => {
  it('is the first that is here, and runs where nothing of the working directory is taken', async () => {
    await script('second', 'echo "$1 in $(pwd)"')
    expect(await ask(['first', 'second'], `${folder}:/usr/bin:/bin`)).toBe('-p in /\n')
  })

  it.each(['', ':', '.'])('is not looked for in the working directory, as PATH "%s" says', async (rest) => {
    await script('python3', 'echo taken')
    const before = process.cwd()
    const path = rest === '' ? relative(before, folder) : rest
    expect(await ask(['python3'], path)).toBeUndefined()
    try {
      process.chdir(folder)
      expect(await ask(['python3'], rest)).toBeUndefined()
    } finally {
      process.chdir(before)
    }
  })

  it('tells nothing where it fails', async () => {
    expect(await ask([await script('failing', 'echo half\nexit 1')], '/bin')).toBeUndefined()
  })

  it('is not waited for where its output never ends, even when it is killed', async () => {
    const noted = join(folder, 'pid')
    const program = await script('hanging', `sleep 60 &\necho $! > ${noted}\nwait`)
    expect(await ask([program], '/usr/bin:/bin', 300)).toBeUndefined()
    process.kill(Number(await readFile(noted, 'utf8')))
  })
})
