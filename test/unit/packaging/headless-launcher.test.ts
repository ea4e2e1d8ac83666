import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const launcher = fileURLToPath(new URL('../../../resources/headless/batchscope', import.meta.url))

/** Stands for Node: says what it was started with, with the shell's own commands only. */
const witness = `#!/bin/sh
for each in "$@"; do echo "argument=$each"; done
echo "data=\${BATCHSCOPE_DATA-}"
echo "home=\${HOME-}"
echo "runtimes=\${BATCHSCOPE_RUNTIMES-}"
echo "options=\${NODE_OPTIONS-}\${NODE_PATH-}"
`

let base: string
let root: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'batchscope-launcher-'))
  root = join(base, 'a bundle')
  for (const folder of ['node/bin', 'dist']) await mkdir(join(root, folder), { recursive: true })
  await copyFile(launcher, join(root, 'batchscope'))
  await writeFile(join(root, 'node/bin/node'), witness, { mode: 0o755 })
  await writeFile(join(root, 'dist/cli.js'), '')
  await mkdir(join(base, 'home'))
})
afterEach(async () => {
  await chmod(join(base, 'home'), 0o755)
  await rm(base, { recursive: true, force: true })
})

interface Started {
  code: number
  stderr: string
  arguments: string[]
  data: string | undefined
  home: string | undefined
  runtimes: string | undefined
  options: string | undefined
}

/** PATH has nothing in it unless `env` says otherwise. */
function start(
  program: string,
  { args = [], env = {}, cwd = base }: { args?: string[]; env?: Record<string, string>; cwd?: string } = {},
): Promise<Started> {
  return new Promise((resolve) => {
    execFile('/bin/sh', [program, ...args], { env: { PATH: '', ...env }, cwd }, (error, stdout, stderr) => {
      const values = (name: string) =>
        [...stdout.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)
      resolve({
        code: error === null ? 0 : Number(error.code),
        stderr,
        arguments: values('argument'),
        ...{ data: values('data')[0], home: values('home')[0] },
        ...{ runtimes: values('runtimes')[0], options: values('options')[0] },
      })
    })
  })
}

describe.runIf(process.platform === 'linux')('the launcher of a bundle', () => {
  it('starts the command line beside it with the arguments as they are, from any folder', async () => {
    const args = ['run', 'a model.onnx', '--slo', 'p99<=20ms', '']
    const expected = [join(root, 'dist/cli.js'), ...args]
    expect((await start(join(root, 'batchscope'), { args })).arguments).toEqual(expected)
    expect((await start('./batchscope', { args, cwd: root })).arguments).toEqual(expected)
    expect((await start('batchscope', { args, cwd: root })).arguments).toEqual(expected)
    expect((await start('a bundle/batchscope', { args, env: { CDPATH: '/' } })).arguments).toEqual(expected)
  })

  it('is found through links, also relative ones and links to links', async () => {
    await mkdir(join(base, 'bin'))
    await symlink('../a bundle/batchscope', join(base, 'bin/first'))
    await symlink('first', join(base, 'bin/second'))
    await symlink(join(base, 'bin'), join(base, 'linked'))
    const env = { PATH: '/usr/bin:/bin' }
    for (const link of ['bin/first', 'bin/second', 'linked/second']) {
      const { arguments: given } = await start(join(base, link), { env })
      expect(given, link).toEqual([join(root, 'dist/cli.js')])
    }
  })

  it("keeps data in the user's own folder where there is one", async () => {
    const env = { HOME: join(base, 'home') }
    expect(await start(join(root, 'batchscope'), { env })).toMatchObject({ data: '', home: env.HOME })
    const elsewhere = { XDG_DATA_HOME: join(base, 'home/data/to/be/made') }
    expect(await start(join(root, 'batchscope'), { env: elsewhere })).toMatchObject({ data: '' })
  })

  it.each([
    ['HOME is not set', {}],
    ['HOME is not there', { HOME: '/nowhere/at/all' }],
    ['HOME is a file', { HOME: '/dev/null' }],
    ['what it names is no path', { HOME: '', XDG_DATA_HOME: 'launcher-test/none' }],
  ])('keeps data in the bundle, and takes that as home, where %s', async (_case, env) => {
    const started = await start(join(root, 'batchscope'), { env, cwd: '/proc' })
    expect(started).toMatchObject({ code: 0, data: join(root, 'data'), home: join(root, 'data') })
  })

  it.skipIf(process.getuid?.() === 0)(
    'keeps data in the bundle where home cannot be written to',
    async () => {
      await chmod(join(base, 'home'), 0o555)
      const env = { HOME: join(base, 'home') }
      expect(await start(join(root, 'batchscope'), { env })).toMatchObject({
        data: join(root, 'data'),
        home: env.HOME,
      })
    },
  )

  it('keeps data where BATCHSCOPE_DATA says, whatever home is', async () => {
    for (const env of [{ HOME: join(base, 'home') }, { HOME: '/nowhere' }]) {
      const started = await start(join(root, 'batchscope'), { env: { ...env, BATCHSCOPE_DATA: '/mine' } })
      expect(started.data).toBe('/mine')
    }
  })

  it('names the runtimes of the bundle, before those of others', async () => {
    expect((await start(join(root, 'batchscope'))).runtimes).toBe('')
    await mkdir(join(root, 'runtimes'))
    expect((await start(join(root, 'batchscope'))).runtimes).toBe(join(root, 'runtimes'))
    const env = { BATCHSCOPE_RUNTIMES: '/shared' }
    expect((await start(join(root, 'batchscope'), { env })).runtimes).toBe(
      `${join(root, 'runtimes')}:/shared`,
    )
  })

  it('passes nothing on that is meant for another Node', async () => {
    const env = { NODE_OPTIONS: '--require /theirs.js', NODE_PATH: '/theirs' }
    expect((await start(join(root, 'batchscope'), { env })).options).toBe('')
  })

  it('says in one line that it lost the right to be executed, or a part', async () => {
    await chmod(join(root, 'node/bin/node'), 0o644)
    const forbidden = await start(join(root, 'batchscope'))
    expect(forbidden.code).toBe(1)
    expect(forbidden.stderr).toMatch(/^batchscope: ".*\/node" may not be executed\. .*\n$/)
    await rm(join(root, 'dist'), { recursive: true })
    expect((await start(join(root, 'batchscope'))).stderr).toMatch(
      /^batchscope: ".*" is not a whole bundle\. .*\n$/,
    )
  })
})
