import { describe, expect, it } from 'vitest'
import { createDispatcher } from '../../../electron/engine/dispatch.ts'
import { inMemoryWorkbench } from '../../contract/in-memory-workbench.ts'

describe('createDispatcher', () => {
  it('answers a command with its value', async () => {
    const { commands } = inMemoryWorkbench()
    const reply = await createDispatcher(commands)('capabilities', {})
    expect(reply).toEqual({ ok: true, value: { entry: 'served', dialogs: false } })
  })

  it.each(['shutDown', '__proto__', 'constructor', '', 7, null, undefined, {}])(
    'refuses %j, which is no command, as data',
    async (name) => {
      const { commands } = inMemoryWorkbench()
      const reply = await createDispatcher(commands)(name, {})
      expect(reply).toMatchObject({ ok: false, failure: { code: 'unknown-command' } })
    },
  )

  it.each([undefined, null, 'path', [], {}, { path: 7 }])(
    'refuses the parameters %j before the command sees them, and says which field is wrong',
    async (params) => {
      const { commands, calls } = inMemoryWorkbench()
      const reply = await createDispatcher(commands)('openModel', params)
      expect(reply).toMatchObject({ ok: false, failure: { code: 'bad-input' } })
      expect(calls).toEqual([])
    },
  )

  it('gives a command nothing but what its schema names', async () => {
    const { commands, calls } = inMemoryWorkbench()
    await createDispatcher(commands)('openProject', { path: '/a', extra: true })
    expect(calls).toEqual([{ name: 'openProject', params: { path: '/a' } }])
  })

  it('passes a failure on whole', async () => {
    const { commands } = inMemoryWorkbench()
    const reply = await createDispatcher(commands)('openProject', { path: '/nowhere.batchscope' })
    expect(reply).toEqual({
      ok: false,
      failure: {
        code: 'not-found',
        message: 'There is no file "/nowhere.batchscope".',
        hint: 'Check the path.',
        owner: 'user',
      },
    })
  })

  it('makes an unforeseen error an internal failure without a stack in its message', async () => {
    const { commands } = inMemoryWorkbench({
      currentRun: async () => {
        throw new TypeError('x is not a function')
      },
    })
    const reply = await createDispatcher(commands)('currentRun', {})
    expect(reply).toMatchObject({ ok: false, failure: { code: 'internal' } })
    expect(reply.ok ? '' : reply.failure.message).not.toMatch(/\n|\bat \S+:\d+/)
  })

  it('finds a result that breaks the contract when asked to check', async () => {
    const { commands } = inMemoryWorkbench({ sampleModels: async () => [{ name: 'a' } as never] })
    const checked = await createDispatcher(commands, { checkResults: true })('sampleModels', {})
    expect(checked).toMatchObject({
      ok: false,
      failure: { code: 'internal', detail: expect.stringContaining('0.path') },
    })
  })
})
