import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../../electron/contract/environment.ts'
import { badInput, BatchscopeError } from '../../../../electron/contract/failure.ts'
import type { RuntimeInstall } from '../../../../electron/contract/runtime.ts'
import type { RuntimeStore, StoredRuntime } from '../../../../electron/engine/ports.ts'
import { RuntimeControl } from '../../../../electron/engine/runtimes/runtime-control.ts'

const stored: StoredRuntime = { name: 'cuda13', folder: '/r', version: '1.29.0', providerLibraries: [] }
const host = { kernel: 'Linux 6.1.0', architecture: 'x64' } as Environment['host']

/** A control over a store that installs as it is told; `log` holds what came out, in order. */
function control(install: RuntimeStore['install'] = () => Promise.resolve(stored), machine = host) {
  const log: string[] = []
  const events: RuntimeInstall[] = []
  const runtimes = new RuntimeControl({
    ports: {
      runtimes: {
        list: () => Promise.resolve([]),
        install,
        remove: async (name) => void log.push(`remove ${name}`),
      },
      machine: {
        describe: () => Promise.resolve(machine),
        versions: () => ({ batchscope: '0.0.0', node: '20.0.0' }),
      },
    },
    emit: (event) => {
      log.push(event.state)
      events.push(event)
    },
    changed: () => log.push('changed'),
  })
  return { runtimes, log, events }
}

/** Installs until it is cancelled. */
const endless: RuntimeStore['install'] = ({ name }, { signal, onProgress }) =>
  new Promise((_resolve, reject) => {
    onProgress({ name, state: 'downloading', receivedBytes: 5, totalBytes: 10 })
    signal.addEventListener('abort', () =>
      reject(new BatchscopeError({ code: 'cancelled', message: 'Cancelled.', owner: 'user' })),
    )
  })

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('installing a runtime', () => {
  it('tells how it goes and, at the end, that the set of runtimes changed before that it is done', async () => {
    const { runtimes, log, events } = control(async ({ name }, { onProgress }) => {
      onProgress({ name, state: 'unpacking', receivedBytes: 10, totalBytes: 10, doing: 'a package' })
      return stored
    })
    await runtimes.install('cuda13')
    expect(log).toEqual(['preparing', 'unpacking', 'changed', 'done'])
    expect(events.at(-1)).toEqual({ name: 'cuda13', state: 'done', receivedBytes: 10, totalBytes: 10 })
    expect(runtimes.current()).toBeNull()
  })

  it('keeps the words of a store that had nothing to do', async () => {
    const { runtimes, events } = control(async ({ name }, { onProgress }) => {
      onProgress({ name, state: 'done', receivedBytes: 0, doing: 'installed already' })
      return stored
    })
    await runtimes.install('cuda13')
    expect(events.at(-1)).toMatchObject({ state: 'done', doing: 'installed already' })
  })

  it('tells of a failure with its reason, and rejects with it', async () => {
    const failure = { code: 'network', message: 'No network.', owner: 'system' } as const
    const { runtimes, log, events } = control(() => Promise.reject(new BatchscopeError(failure)))
    await expect(runtimes.install('cuda13')).rejects.toMatchObject({ failure })
    expect(log).toEqual(['preparing', 'changed', 'failed'])
    expect(events.at(-1)).toMatchObject({ state: 'failed', failure })
  })

  it('can be looked at while it goes, and cancelled', async () => {
    const { runtimes, log } = control(endless)
    const work = runtimes.install('cuda13')
    await settled()
    expect(runtimes.current()).toMatchObject({ name: 'cuda13', state: 'downloading', receivedBytes: 5 })
    runtimes.cancel()
    await expect(work).rejects.toMatchObject({ failure: { code: 'cancelled' } })
    expect(log.at(-1)).toBe('cancelled')
  })

  it('goes one at a time, and nothing is removed meanwhile', async () => {
    const { runtimes } = control(endless)
    const first = runtimes.install('cuda13').catch(() => undefined)
    await settled()
    const busy = { failure: { code: 'busy', message: 'The runtime cuda13 is being installed.' } }
    await expect(runtimes.install('onnxruntime@1.30.0')).rejects.toMatchObject(busy)
    await expect(runtimes.remove('onnxruntime@1.30.0')).rejects.toMatchObject(busy)
    await runtimes.shutdown()
    await first
    await runtimes.remove('onnxruntime@1.30.0')
  })

  it('has ended when a shutdown has', async () => {
    let tidy = false
    const { runtimes } = control((_recipe, { signal }) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())).then(async () => {
        await settled()
        tidy = true
        throw badInput('Cancelled.')
      }),
    )
    const work = runtimes.install('cuda13').catch(() => undefined)
    await settled()
    await runtimes.shutdown()
    expect(tidy).toBe(true)
    await work
  })

  it('refuses what cannot be on this machine before anything is fetched', async () => {
    let asked = false
    const { runtimes, log } = control(
      async () => {
        asked = true
        return stored
      },
      { ...host, kernel: 'Darwin 25.0.0' },
    )
    await expect(runtimes.install('cuda13')).rejects.toMatchObject({ failure: { code: 'bad-input' } })
    expect({ asked, last: log.at(-1) }).toEqual({ asked: false, last: 'failed' })
  })
})

describe('removing a runtime', () => {
  it('says that the set of runtimes changed', async () => {
    const { runtimes, log } = control()
    await runtimes.remove('cuda13')
    expect(log).toEqual(['remove cuda13', 'changed'])
  })
})
