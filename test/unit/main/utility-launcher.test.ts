import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { HostMessage } from '../../../electron/contract/host-protocol.ts'
import type { HostProcess } from '../../../electron/engine/ports.ts'
import { createUtilityLauncher, signalOf } from '../../../electron/main/utility-launcher.ts'
import { becomeReady } from '../../electron-stand-in/shell/readiness.ts'

vi.mock('electron', () => import('../../electron-stand-in/shell/utility-process.ts'))

const hostPath = fileURLToPath(new URL('./scripted-host.mjs', import.meta.url))

/** A host that follows one of the scripts. */
function launch(script: string, memoryBudgetBytes?: number): HostProcess {
  const environment = { HOST_SCRIPT: script }
  return createUtilityLauncher(hostPath).launch({ environment, memoryBudgetBytes })
}

/** Resolves with the first message of a kind. */
function nextMessage(host: HostProcess, kind: HostMessage['message']): Promise<HostMessage> {
  return new Promise((resolve) => {
    host.onMessage((message) => {
      if (message.message === kind) resolve(message)
    })
  })
}

describe('the launcher of utility processes', () => {
  beforeAll(() => becomeReady())

  it('delivers what was asked before the host was ready, and its answer', async () => {
    const host = launch('answers')
    const described = nextMessage(host, 'described')
    host.send({ request: 'describe' })
    await expect(described).resolves.toMatchObject({ message: 'described', node: process.version })
    host.send({ request: 'end' })
    await expect(host.exited).resolves.toMatchObject({ code: 0, signal: null, exceededBudget: false })
  })

  it('keeps the id of the process after its end', async () => {
    const host = launch('answers')
    await nextMessage(host, 'ready')
    const { pid } = host
    expect(pid).toBeGreaterThan(0)
    host.kill('SIGKILL')
    await host.exited
    expect(host.pid).toBe(pid)
  })

  it('tells the last words of a host that failed', async () => {
    await expect(launch('fails').exited).resolves.toMatchObject({
      code: 1,
      signal: null,
      standardError: 'the last words\n',
    })
  })

  it.runIf(process.platform !== 'win32')('tells the signal that ended a host', async () => {
    await expect(launch('aborts').exited).resolves.toMatchObject({ code: null, signal: 'SIGABRT' })
    const killed = launch('answers')
    await nextMessage(killed, 'ready')
    killed.kill('SIGKILL')
    await expect(killed.exited).resolves.toMatchObject({
      code: null,
      signal: 'SIGKILL',
      killedForMemory: false,
    })
  })

  it('ends a host that was killed before it was there', async () => {
    const host = launch('answers')
    host.kill('SIGKILL')
    const { code } = await host.exited
    expect(code).not.toBe(0)
  })

  it('ends a host that does not keep to the protocol', async () => {
    const { standardError, code } = await launch('babbles').exited
    expect(standardError).toContain('no message')
    expect(code).not.toBe(0)
  })

  it('ends a host that grows past its memory budget', async () => {
    const host = launch('grows', 512 * 2 ** 20)
    host.send({ request: 'describe' })
    const { code, exceededBudget, standardError } = await host.exited
    expect(code).not.toBe(0)
    expect(exceededBudget || /memory|allocation/i.test(standardError)).toBe(true)
  })

  it.each([
    [0, null],
    [1, null],
    [2, null],
    [9, 'SIGKILL'],
    [6, 'SIGABRT'],
    [134, 'SIGABRT'],
    [139, 'SIGSEGV'],
  ])('reads the status %i as the signal %s', (status, signal) => {
    expect(signalOf(status)).toBe(process.platform === 'win32' ? null : signal)
  })
})
