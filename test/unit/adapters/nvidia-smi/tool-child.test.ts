import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const standIn = fileURLToPath(new URL('../../../fixtures/nvidia-smi', import.meta.url))
const devices = fileURLToPath(new URL('../../../../electron/adapters/nvidia-smi/devices.ts', import.meta.url))
const tethers = spawnSync('setpriv', ['--pdeathsig=TERM', 'true']).status === 0

/** Watches who computes where nobody does, so that the tool never has anything to say; ends by a line. */
const script = `
  import { createNvidiaDevices } from './devices.mjs'
  createNvidiaDevices({ paths: ['nowhere/nvidia-smi', 'nvidia-smi'] }).watchUsers(20, () => undefined)
  process.stdin.once('data', () => process.exit(0))
`

let folder: string
let parent: ChildProcess
const tools: number[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tool-child-'))
  await symlink(process.execPath, join(folder, 'node'))
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ...{ ssr: devices, outDir: folder, emptyOutDir: false },
      rollupOptions: { output: { entryFileNames: 'devices.mjs' } },
    },
  })
  await writeFile(join(folder, 'watch.mjs'), script)
})
afterEach(async () => {
  parent.kill('SIGKILL')
  for (const pid of tools.splice(0)) if (isThere(pid)) process.kill(pid, 'SIGKILL')
  await rm(folder, { recursive: true })
})

/** Starts a process that watches with the stand-in, and gives the tool's. */
async function watchedBy(path: string): Promise<number> {
  parent = spawn(process.execPath, [join(folder, 'watch.mjs')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { PATH: path, NVIDIA_SMI_MACHINE: 'one-device' },
  })
  const tool = await vi.waitFor(
    () => {
      const pids = readdirSync('/proc')
        .map(Number)
        .filter((pid) => pid > 0)
      const found = pids.find((pid) => Number(stat(pid)[1]) === parent.pid)
      const command = found === undefined ? '' : readFileSync(`/proc/${found}/cmdline`, 'utf8')
      // Until then it is what starts the stand-in.
      if (found === undefined || !command.startsWith('node\0')) throw new Error(`not yet: ${command}`)
      return found
    },
    { timeout: 20_000, interval: 20 },
  )
  tools.push(tool)
  return tool
}

function stat(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}

/** One that waits to be collected by whoever takes orphans is gone. */
function isThere(pid: number): boolean {
  const [state = 'gone'] = stat(pid)
  return state !== 'gone' && state !== 'Z'
}

const gone = (pid: number) =>
  vi.waitFor(() => expect(isThere(pid)).toBe(false), { timeout: 20_000, interval: 20 })

// What `/proc` tells is Linux's own; the job objects of Windows end what is started by themselves.
describe.runIf(process.platform === 'linux')('a tool that has nothing to say', () => {
  it('ends when the process that watches ends, though nothing else would end it', async () => {
    // Nothing but Node on the search path: no setpriv.
    const tool = await watchedBy([standIn, folder].join(delimiter))
    parent.stdin?.write('\n')
    await gone(tool)
  })

  it.runIf(tethers)('ends when the process that watches is killed', async () => {
    const tool = await watchedBy([standIn, folder, process.env.PATH].join(delimiter))
    parent.kill('SIGKILL')
    await gone(tool)
  })

  it('has a group of its own, so that Ctrl-C does not reach it', async () => {
    const tool = await watchedBy([standIn, folder, process.env.PATH].join(delimiter))
    expect(Number(stat(tool)[2])).toBe(tool)
  })
})
