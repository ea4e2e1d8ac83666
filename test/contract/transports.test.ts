import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import type { DesktopBridge } from '../../electron/contract/desktop-bridge.ts'
import type { EventPayload } from '../../electron/contract/workbench-api.ts'
import { serveChannel } from '../../electron/engine/channel.ts'
import { startHttpServer } from '../../electron/server/http-server.ts'
import { desktopLink } from '../../renderer/client/desktop-link.ts'
import type { Link } from '../../renderer/client/link.ts'
import { remoteWorkbench } from '../../renderer/client/remote-workbench.ts'
import { connectSocketLink } from '../../renderer/client/socket-link.ts'
import { inMemoryWorkbench } from './in-memory-workbench.ts'
import type { InMemoryWorkbench } from './in-memory-workbench.ts'

type Connect = (workbench: InMemoryWorkbench) => Promise<{ link: Link; close(): Promise<void> }>

/** The desktop's way: structured clones through a bridge. */
const connectBridge: Connect = async (workbench) => {
  const { port1: page, port2: main } = new MessageChannel()
  const bridge: DesktopBridge = {
    send: (message) => page.postMessage(message),
    receive(listener) {
      page.on('message', listener)
      return () => page.off('message', listener)
    },
    pathOf: () => '',
  }
  const served = serveChannel(
    workbench,
    { post: (message) => main.postMessage(message), on: (listener) => main.on('message', listener) },
    { checkResults: true },
  )
  return {
    link: desktopLink(bridge),
    async close() {
      served.close()
      page.close()
    },
  }
}

/** The browser's way: JSON over a WebSocket to a real server. */
const connectSocket: Connect = async (workbench) => {
  const folder = await mkdtemp(join(tmpdir(), 'batchscope-transport-'))
  const server = await startHttpServer(workbench, {
    host: '127.0.0.1',
    port: 0,
    pageFolder: folder,
    uploadsFolder: folder,
    uploadLimitBytes: 1,
    madeModelsFolder: folder,
  })
  const url = server.url.replace('http:', 'ws:').replace('/?', '/socket?')
  // ws speaks the browser's interface, though its types do not say so.
  const open = () => new NodeWebSocket(url) as unknown as WebSocket
  return {
    link: await connectSocketLink(url, { open, attempts: 0 }),
    async close() {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe.each([
  { transport: 'bridge', connect: connectBridge },
  { transport: 'socket', connect: connectSocket },
])('the workbench over a $transport', ({ connect }) => {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  async function open(workbench: InMemoryWorkbench) {
    const connection = await connect(workbench)
    closing.push(() => connection.close())
    return remoteWorkbench(connection.link)
  }

  it('gives the result of a command', async () => {
    const remote = await open(inMemoryWorkbench())
    await expect(remote.call('sampleModels', {})).resolves.toEqual([
      { name: 'tiny', path: '/models/tiny.onnx', about: 'One multiplication.' },
    ])
  })

  it('leaves absent fields absent', async () => {
    const workbench = inMemoryWorkbench()
    const remote = await open(workbench)
    await remote.call('createProject', { name: 'n' }).catch(() => {})
    expect(workbench.calls).toStrictEqual([{ name: 'createProject', params: { name: 'n' } }])
  })

  it('takes parameters that cannot be cloned as they are, such as reactive objects', async () => {
    const workbench = inMemoryWorkbench()
    const remote = await open(workbench)
    await remote.call('openProject', new Proxy({ path: '/x' }, {})).catch(() => {})
    expect(workbench.calls).toEqual([{ name: 'openProject', params: { path: '/x' } }])
  })

  it('rejects with the failure that the engine gave, word for word', async () => {
    const remote = await open(inMemoryWorkbench())
    await expect(remote.call('openProject', { path: '/x' })).rejects.toMatchObject({
      name: 'BatchscopeError',
      failure: {
        code: 'not-found',
        message: 'There is no file "/x".',
        hint: 'Check the path.',
        owner: 'user',
      },
    })
  })

  it('answers slow and fast commands each with their own result', async () => {
    const workbench = inMemoryWorkbench({
      openProjects: () => new Promise((resolve) => setTimeout(() => resolve([]), 20)),
    })
    const remote = await open(workbench)
    const [slow, fast] = await Promise.all([remote.call('openProjects', {}), remote.call('capabilities', {})])
    expect([slow, fast]).toEqual([[], { entry: 'served', dialogs: false }])
  })

  it('pushes an event to a subscriber, until it unsubscribes', async () => {
    const workbench = inMemoryWorkbench()
    const remote = await open(workbench)
    const seen: EventPayload<'intent'>[] = []
    const unsubscribe = remote.subscribe('intent', (intent) => seen.push(intent))
    await vi.waitFor(() => expect(workbench.listenerCount('intent')).toBe(1))
    workbench.emit('intent', { kind: 'command', command: 'start' })
    await vi.waitFor(() => expect(seen).toEqual([{ kind: 'command', command: 'start' }]))
    unsubscribe()
    await vi.waitFor(() => expect(workbench.listenerCount('intent')).toBe(0))
  })

  it('listens once for many listeners, and only to what was asked for', async () => {
    const workbench = inMemoryWorkbench()
    const remote = await open(workbench)
    const first = vi.fn()
    const second = vi.fn()
    remote.subscribe('projects', first)
    remote.subscribe('projects', second)
    await vi.waitFor(() => expect(workbench.listenerCount('projects')).toBe(1))
    workbench.emit('projects', [])
    await vi.waitFor(() => expect([first, second].map((f) => f.mock.calls.length)).toEqual([1, 1]))
    expect(workbench.listenerCount('run')).toBe(0)
  })

  it('passes over an event that breaks the contract', async () => {
    const workbench = inMemoryWorkbench()
    const remote = await open(workbench)
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const seen = vi.fn()
    remote.subscribe('intent', seen)
    await vi.waitFor(() => expect(workbench.listenerCount('intent')).toBe(1))
    workbench.emit('intent', { kind: 'explode' } as never)
    workbench.emit('intent', { kind: 'open-path', path: '/a' })
    await vi.waitFor(() => expect(seen).toHaveBeenCalledOnce())
    expect(seen).toHaveBeenCalledWith({ kind: 'open-path', path: '/a' })
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
  })

  it('drops every subscription when the connection ends', async () => {
    const workbench = inMemoryWorkbench()
    const connection = await connect(workbench)
    const remote = remoteWorkbench(connection.link)
    remote.subscribe('run', () => {})
    await vi.waitFor(() => expect(workbench.listenerCount('run')).toBe(1))
    await connection.close()
    await vi.waitFor(() => expect(workbench.listenerCount('run')).toBe(0))
  })
})
