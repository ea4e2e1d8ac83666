import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createForkLauncher } from '../../electron/adapters/fork-launcher.ts'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import type { HostMessage } from '../../electron/contract/host-protocol.ts'
import { HostSession } from '../../electron/engine/host/host-session.ts'
import type { HostLaunchOptions, HostProcess } from '../../electron/engine/ports.ts'
import { hostPath, launcher } from './real-execution.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-launcher-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function script(content: string): Promise<string> {
  const path = join(folder, `${randomUUID()}.cjs`)
  await writeFile(path, content)
  return path
}

/** Starts a script in place of the session host. */
async function launchScript(content: string, options: HostLaunchOptions = {}): Promise<HostProcess> {
  return createForkLauncher(await script(content)).launch(options)
}

const firstMessage = (host: HostProcess) =>
  new Promise<HostMessage>((resolve) => {
    host.onMessage(resolve)
  })

/** Says that it is ready, and gives an expression's value where the name of its clock goes. */
const readyWith = (expression: string) => `process.send({ message: 'ready', clock: String(${expression}) })`

describe('a host', () => {
  it('gets a scrubbed environment: what it needs, what it is given, and no secrets', async () => {
    vi.stubEnv('BATCHSCOPE_TEST_TOKEN', 'secret')
    vi.stubEnv('NODE_OPTIONS', '--no-warnings')
    const host = await launchScript(`${readyWith('JSON.stringify(process.env)')}; process.disconnect()`, {
      environment: { GIVEN: 'yes' },
    })
    const message = await firstMessage(host)
    vi.unstubAllEnvs()
    const environment: unknown = JSON.parse(message.message === 'ready' ? message.clock : '')
    expect(environment).toMatchObject({ PATH: process.env.PATH, GIVEN: 'yes' })
    expect(environment).not.toHaveProperty('BATCHSCOPE_TEST_TOKEN')
    expect(environment).not.toHaveProperty('NODE_OPTIONS')
  })

  it('gets requests that were sent before it was ready, in order', async () => {
    const host = await launchScript(`
      const seen = []
      process.on('message', ({ request }) => {
        seen.push(request)
        if (seen.length === 2) { process.send({ message: 'ready', clock: seen.join() }); process.disconnect() }
      })
      setTimeout(() => process.send({ message: 'ready', clock: 'first' }), 100)
    `)
    const clocks: string[] = []
    host.onMessage((message) => message.message === 'ready' && clocks.push(message.clock))
    host.send({ request: 'describe' })
    host.send({ request: 'end' })
    await host.exited
    expect(clocks).toEqual(['first', 'describe,end'])
  })

  it('that says something unknown is ended', async () => {
    const host = await launchScript(`process.send({ message: 'nonsense' }); setInterval(() => {}, 1000)`)
    const exit = await host.exited
    expect(exit.signal).toBe('SIGKILL')
    expect(exit.killedForMemory).toBe(false)
    expect(exit.standardError).toContain('something that is no message')
  })

  it('that crashes is reported with its exit code and its last 8 KiB of words, whatever is sent to it', async () => {
    const host = await launchScript(`
      process.stderr.write('first words ' + 'x'.repeat(20000) + '\\nlast words\\n', () => process.exit(7))
    `)
    host.send({ request: 'describe' })
    const exit = await host.exited
    host.send({ request: 'describe' })
    expect(exit.code).toBe(7)
    expect(exit.standardError).toContain('last words')
    expect(exit.standardError).not.toContain('first words')
    expect(exit.standardError.length).toBeLessThanOrEqual(8192)
  })

  it('that is not there ends at once and says so', async () => {
    const exit = await createForkLauncher(join(folder, 'absent.js')).launch({}).exited
    expect(exit.code).toBe(1)
    expect(exit.standardError).toContain('absent.js')
  })

  it('ends when the process that started it goes away', async () => {
    const parent = fork(
      await script(`
      const host = require('node:child_process').fork(${JSON.stringify(hostPath)}, { serialization: 'advanced' })
      host.once('message', () => process.send(host.pid, () => process.kill(process.pid, 'SIGKILL')))
    `),
    )
    const [pid] = await once(parent, 'message')
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 })
  })
})

describe.skipIf(process.platform !== 'linux')('the memory of a host', () => {
  it('is its own: the peak does not count what the starting process holds', async () => {
    const ballast = Buffer.alloc(300 * 1024 * 1024, 1)
    const session = new HostSession(launcher.launch({}), nodeClock)
    await session.describe()
    const { peakResidentBytes } = await session.end()
    expect(peakResidentBytes).toBeGreaterThan(20_000_000)
    expect(peakResidentBytes).toBeLessThan(ballast.length)
  })

  it('is limited from the first request on', async () => {
    const host = await launchScript(
      `
      process.once('message', () => {
        try { new Uint8Array(200 * 1024 * 1024).fill(1); process.send({ message: 'ready', clock: 'it fitted' }) }
        catch (error) { process.send({ message: 'ready', clock: error.message }) }
        process.disconnect()
      })
      process.send({ message: 'ready', clock: 'started' })
    `,
      { memoryBudgetBytes: 150 * 1024 * 1024 },
    )
    const clocks: string[] = []
    host.onMessage((message) => message.message === 'ready' && clocks.push(message.clock))
    host.send({ request: 'describe' })
    const exit = await host.exited
    expect(clocks).toEqual(['started', 'Array buffer allocation failed'])
    expect(exit.exceededBudget).toBe(false)
    expect(exit.lastDataBytes).toBeGreaterThan(1_000_000)
  })
})
