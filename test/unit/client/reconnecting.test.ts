import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { remoteWorkbench } from '../../../renderer/client/remote-workbench.ts'
import { connectSocketLink } from '../../../renderer/client/socket-link.ts'
import { FakeSocket } from './fake-socket.ts'

const delaysMs = [100, 400]
const attempts = 3

describe('a connection that breaks', () => {
  let sockets: FakeSocket[]
  beforeEach(() => {
    sockets = []
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function open(): WebSocket {
    const socket = new FakeSocket()
    sockets.push(socket)
    return socket as unknown as WebSocket
  }

  function latest(): FakeSocket {
    const socket = sockets.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }

  async function connected() {
    const connecting = connectSocketLink('ws://x/socket', { open, delaysMs, attempts })
    latest().accept()
    const remote = remoteWorkbench(await connecting)
    const states: string[] = []
    remote.onConnection((state) => states.push(state))
    return { remote, states }
  }

  it('rejects the calls that were under way', async () => {
    const { remote } = await connected()
    const call = remote.call('currentRun', {})
    const outcome = expect(call).rejects.toMatchObject({ failure: { code: 'connection-lost' } })
    await vi.advanceTimersByTimeAsync(0)
    latest().drop()
    await outcome
  })

  it('rejects calls made while there is none, at once', async () => {
    const { remote } = await connected()
    latest().drop()
    await expect(remote.call('currentRun', {})).rejects.toMatchObject({
      failure: { code: 'connection-lost' },
    })
  })

  it('connects again after growing waits, and says so', async () => {
    const { states } = await connected()
    latest().drop()
    await vi.advanceTimersByTimeAsync(100)
    expect(sockets).toHaveLength(2)
    latest().drop()
    await vi.advanceTimersByTimeAsync(399)
    expect(sockets).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    latest().accept()
    expect(states).toEqual(['reconnecting', 'connected'])
  })

  it('subscribes again to what is still listened to, and to nothing else', async () => {
    const { remote } = await connected()
    remote.subscribe('run', () => {})
    remote.subscribe('projects', () => {})()
    latest().drop()
    await vi.advanceTimersByTimeAsync(100)
    latest().accept()
    await vi.advanceTimersByTimeAsync(0)
    expect(latest().sent).toMatchObject([{ m: 'subscribe', a: ['run'] }])
  })

  it('delivers events of the new connection', async () => {
    const { remote } = await connected()
    const seen = vi.fn()
    remote.subscribe('projects', seen)
    latest().drop()
    await vi.advanceTimersByTimeAsync(100)
    latest().accept()
    latest().receive({ t: 'q', m: 'event', a: ['projects', []] })
    await vi.advanceTimersByTimeAsync(0)
    expect(seen).toHaveBeenCalledWith([])
  })

  it('gives up after the last attempt', async () => {
    const { states } = await connected()
    latest().drop()
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await vi.advanceTimersByTimeAsync(400)
      latest().drop()
    }
    await vi.advanceTimersByTimeAsync(10_000)
    expect(states).toEqual(['reconnecting', 'lost'])
    expect(sockets).toHaveLength(1 + attempts)
  })

  it('gives up at once when the server belongs to another launch', async () => {
    const { states } = await connected()
    latest().drop()
    await vi.advanceTimersByTimeAsync(100)
    latest().drop(4401)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(states).toEqual(['reconnecting', 'lost'])
    expect(sockets).toHaveLength(2)
  })

  it('does not begin at all with the token of another launch', async () => {
    const connecting = connectSocketLink('ws://x/socket', { open, delaysMs, attempts })
    latest().drop(4401)
    await expect(connecting).rejects.toMatchObject({ failure: { code: 'forbidden' } })
  })
})
