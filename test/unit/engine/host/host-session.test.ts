import { beforeEach, describe, expect, it } from 'vitest'
import type { HostMessage } from '../../../../electron/contract/host-protocol.ts'
import { HostExited, HostFailed, HostStartTimeout } from '../../../../electron/engine/host/host-errors.ts'
import { HostSession } from '../../../../electron/engine/host/host-session.ts'
import { FakeHost } from '../../../fixtures/fake-host.ts'
import { ManualClock, settled } from '../../../fixtures/manual-clock.ts'

const ready = { message: 'ready', clock: 'test' } as const
const described: HostMessage = { message: 'described', onnxruntime: '1.2.3', node: '20', backends: [] }
const window = { phase: 'measuring', maximumMs: 1000, reportEveryMs: 100 } as const

let host: FakeHost
let clock: ManualClock
let session: HostSession
beforeEach(() => {
  host = new FakeHost()
  clock = new ManualClock()
  session = new HostSession(host, clock, { startMs: 1000, stopMs: 100 })
})

describe('a host session', () => {
  it('is starting, ready, busy, ready, stopping, exited', async () => {
    const states = [session.state]
    host.say(ready)
    states.push(session.state)
    const answer = session.describe()
    await settled()
    states.push(session.state)
    host.say(described)
    await answer
    states.push(session.state)
    const end = session.end()
    states.push(session.state)
    host.exit()
    await end
    states.push(session.state)
    expect(states).toEqual(['starting', 'ready', 'busy', 'ready', 'stopping', 'exited'])
  })

  it('gives the answer to a request', async () => {
    host.answer = () => host.say(described)
    host.say(ready)
    expect(await session.describe()).toEqual(described)
  })

  it('hands out samples until the window has ended', async () => {
    host.answer = ({ request }) => {
      const { phase } = window
      if (request === 'sample') host.say({ message: 'samples', phase, samplesMs: [1, 2], elapsedMs: 3 })
      if (request === 'end-window') {
        host.say({ message: 'samples', phase, samplesMs: [3], elapsedMs: 6 })
        host.say({ message: 'window-ended', phase, windowMs: 6 })
      }
    }
    host.say(ready)
    const samples: number[] = []
    const ended = await session.sample(window, ({ samplesMs }) => {
      samples.push(...samplesMs)
      if (samples.length === 2) queueMicrotask(() => session.endWindow())
    })
    expect(samples).toEqual([1, 2, 3])
    expect(ended.windowMs).toBe(6)
  })

  it('rejects a second request while it is busy', async () => {
    host.say(ready)
    session.describe().catch(() => undefined)
    await settled()
    await expect(session.describe()).rejects.toThrow('busy')
    host.exit()
  })
})

describe('a pending request is rejected', () => {
  it('with the exit reason, the signal and the last words when the host exits', async () => {
    host.say(ready)
    const answer = session.describe()
    await settled()
    host.exit({ signal: 'SIGSEGV', standardError: 'oh no' })
    const error = await answer.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HostExited)
    expect(error).toMatchObject({ code: 'host-exited', exit: { signal: 'SIGSEGV', standardError: 'oh no' } })
    expect(String(error)).toContain('SIGSEGV')
  })

  it('with what the host said when something failed in it', async () => {
    const failed = { message: 'failed', phase: 'describe', name: 'Error', text: 'no library' } as const
    host.answer = () => host.say(failed)
    host.say(ready)
    const error = await session.describe().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HostFailed)
    expect(error).toMatchObject({ code: 'host-failed', failed })
    host.exit()
  })

  it('when the host exits before it is ready', async () => {
    const answer = session.describe()
    host.exit({ code: 1 })
    await expect(answer).rejects.toBeInstanceOf(HostExited)
  })

  it('when it is asked after the host has gone', async () => {
    host.say(ready)
    host.exit({ code: 3 })
    await session.exited
    await expect(session.describe()).rejects.toMatchObject({ exit: { code: 3 } })
  })

  it('when the host is not ready in time, which is then killed', async () => {
    const answer = session.describe().catch((thrown: unknown) => thrown)
    await clock.advance(999)
    expect(host.kills).toEqual([])
    await clock.advance(1)
    expect(await answer).toBeInstanceOf(HostStartTimeout)
    expect(host.kills).toEqual(['SIGKILL'])
  })
})

describe('the end of a host', () => {
  it('brings its peak when it goes by itself', async () => {
    host.say(ready)
    host.answer = () => {
      host.say({ message: 'ending', peakResidentBytes: 123 })
      host.exit()
    }
    const { peakResidentBytes, exit } = await session.end()
    expect(peakResidentBytes).toBe(123)
    expect(exit.code).toBe(0)
    expect(host.kills).toEqual([])
  })

  it('comes by SIGTERM, then SIGKILL, each after the stop limit', async () => {
    host.say(ready)
    host.stubborn = ['SIGTERM']
    const end = session.end()
    await clock.advance(99)
    expect(host.kills).toEqual([])
    await clock.advance(1)
    expect(host.kills).toEqual(['SIGTERM'])
    await clock.advance(100)
    expect(host.kills).toEqual(['SIGTERM', 'SIGKILL'])
    expect((await end).exit.signal).toBe('SIGKILL')
  })

  it('comes by SIGKILL alone when it must be at once', async () => {
    host.say(ready)
    expect((await session.kill()).signal).toBe('SIGKILL')
    expect(host.kills).toEqual(['SIGKILL'])
  })
})
