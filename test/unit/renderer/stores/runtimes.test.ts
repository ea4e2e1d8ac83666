import { describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import { useEnvironment } from '../../../../renderer/stores/environment.ts'
import { useNotifications } from '../../../../renderer/stores/notifications.ts'
import { useRuntimes } from '../../../../renderer/stores/runtimes.ts'
import { plausibleInstall } from '../../../fixtures/plausible-runtimes.ts'
import { settle, withFakeClient } from './with-fake-client.ts'

const failure = (code: 'network' | 'cancelled' | 'busy' | 'connection-lost', message: string) =>
  new BatchscopeError({ code, message, owner: 'system' })

/** An answer that is given when it is told to. */
function pending() {
  let resolve: () => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const answer = new Promise<Record<string, never>>((yes, no) => {
    resolve = () => yes({})
    reject = no
  })
  return { answer, resolve: () => resolve(), reject: (error: unknown) => reject(error) }
}

describe('installing a runtime', () => {
  it('shows how far it is, and looks at the machine again when it is there', async () => {
    const call = pending()
    const client = withFakeClient({ installRuntime: () => call.answer })
    const runtimes = useRuntimes()
    await settle()
    void runtimes.start('cuda13')
    expect(runtimes.install).toEqual({ name: 'cuda13', state: 'preparing', receivedBytes: 0 })
    client.emit('runtimeInstall', plausibleInstall)
    expect(runtimes.install).toEqual(plausibleInstall)
    expect(runtimes.isInstalling).toBe(true)
    const asked = client.count('environment')
    client.emit('runtimeInstall', { ...plausibleInstall, state: 'done' })
    call.resolve()
    await settle()
    expect(client.count('environment')).toBe(asked + 1)
    expect(client.calls.at(-1)).toEqual({ name: 'environment', params: { refresh: true } })
    expect(runtimes.install).toBeNull()
  })

  it('is one at a time', async () => {
    const client = withFakeClient({ installRuntime: () => pending().answer })
    const runtimes = useRuntimes()
    await settle()
    void runtimes.start('cuda13')
    void runtimes.start('cuda12')
    expect(client.count('installRuntime')).toBe(1)
  })

  it('keeps why it failed, and how far it was, until the next try', async () => {
    const call = pending()
    const client = withFakeClient({ installRuntime: () => call.answer })
    const runtimes = useRuntimes()
    await settle()
    void runtimes.start('cuda13')
    client.emit('runtimeInstall', plausibleInstall)
    call.reject(failure('network', 'The connection broke off.'))
    await settle()
    expect(runtimes.install).toMatchObject({
      ...{ name: 'cuda13', state: 'failed', receivedBytes: plausibleInstall.receivedBytes },
      failure: { message: 'The connection broke off.' },
    })
    expect(runtimes.isInstalling).toBe(false)
    client.answer('installRuntime', () => ({}))
    await runtimes.start('cuda13')
    expect(runtimes.install).toBeNull()
  })

  it('can be cancelled', async () => {
    const call = pending()
    const client = withFakeClient({
      installRuntime: () => call.answer,
      cancelRuntimeInstall: () => {
        call.reject(failure('cancelled', 'Cancelled.'))
        return {}
      },
    })
    const runtimes = useRuntimes()
    await settle()
    void runtimes.start('cuda13')
    const cancelling = runtimes.cancel()
    expect(runtimes.isCancelling).toBe(true)
    await cancelling
    await settle()
    expect(client.count('cancelRuntimeInstall')).toBe(1)
    expect(runtimes.install?.state).toBe('cancelled')
    expect(runtimes.isCancelling).toBe(false)
    runtimes.dismiss()
    expect(runtimes.install).toBeNull()
  })

  it('is found by a page that was loaded in the middle of it, and followed to its end', async () => {
    const client = withFakeClient({ currentRuntimeInstall: () => plausibleInstall })
    const runtimes = useRuntimes()
    await settle()
    expect(runtimes.install).toEqual(plausibleInstall)
    expect(runtimes.isInstalling).toBe(true)
    const asked = client.count('environment')
    client.emit('runtimeInstall', { ...plausibleInstall, state: 'done' })
    await settle()
    expect(client.count('environment')).toBe(asked + 1)
    expect(runtimes.install).toBeNull()
  })

  it('goes on while the connection is lost, and is asked for when it is back', async () => {
    const call = pending()
    const client = withFakeClient({ installRuntime: () => call.answer })
    const runtimes = useRuntimes()
    await settle()
    void runtimes.start('cuda13')
    client.setConnection('reconnecting')
    call.reject(failure('connection-lost', 'The connection was lost.'))
    await settle()
    expect(runtimes.isInstalling).toBe(true)
    client.answer('currentRuntimeInstall', () => plausibleInstall)
    client.setConnection('connected')
    await settle()
    expect(runtimes.install).toEqual(plausibleInstall)
    client.answer('currentRuntimeInstall', () => null)
    const asked = client.count('environment')
    client.setConnection('reconnecting')
    await settle()
    client.setConnection('connected')
    await settle()
    expect(runtimes.install).toBeNull()
    expect(client.count('environment')).toBe(asked + 1)
  })

  it('that another one is in the way of shows that one', async () => {
    const client = withFakeClient()
    const runtimes = useRuntimes()
    await settle()
    client.answer('installRuntime', () => {
      throw failure('busy', 'The runtime cuda13 is being installed.')
    })
    client.answer('currentRuntimeInstall', () => plausibleInstall)
    await runtimes.start('cuda12')
    await settle()
    expect(useNotifications().shown.map(({ text }) => text)).toEqual([
      'The runtime cuda13 is being installed.',
    ])
    expect(runtimes.install).toEqual(plausibleInstall)
  })
})

describe('removing a runtime', () => {
  it('looks at the machine again', async () => {
    const client = withFakeClient()
    const runtimes = useRuntimes()
    await settle()
    expect(await runtimes.remove('cuda12')).toBeUndefined()
    expect(client.calls.slice(-2)).toEqual([
      { name: 'removeRuntime', params: { name: 'cuda12' } },
      { name: 'environment', params: { refresh: true } },
    ])
    expect(runtimes.removing).toBeNull()
  })

  it('gives why it cannot be removed', async () => {
    withFakeClient({
      removeRuntime: () => {
        throw failure('busy', 'The runtime cuda12 is being measured with.')
      },
    })
    expect((await useRuntimes().remove('cuda12'))?.message).toBe('The runtime cuda12 is being measured with.')
  })
})

describe('looking at the machine again', () => {
  it('is repeated where something changed while it was looked at', async () => {
    const first = pending()
    const client = withFakeClient()
    const environment = useEnvironment()
    await settle()
    const found = environment.environment
    if (found === null) throw new Error('the environment was not asked for')
    client.answer('environment', async () => {
      await first.answer
      return found
    })
    const asked = client.count('environment')
    const refreshed = [environment.refresh(), environment.refresh()]
    expect(client.count('environment')).toBe(asked + 1)
    first.resolve()
    await Promise.all(refreshed)
    expect(client.count('environment')).toBe(asked + 2)
    expect(environment.isMeasuring).toBe(false)
  })
})
