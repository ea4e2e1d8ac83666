import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bridgeChannel } from '../../../electron/contract/desktop-bridge.ts'
import { servePage } from '../../../electron/main/page-channel.ts'
import { inMemoryWorkbench } from '../../contract/in-memory-workbench.ts'
import type { InMemoryWorkbench } from '../../contract/in-memory-workbench.ts'

const { ipcMain } = vi.hoisted(() => {
  type Listener = (...args: unknown[]) => void
  const listeners = new Set<Listener>()
  return {
    ipcMain: {
      on: (_channel: string, listener: Listener) => void listeners.add(listener),
      off: (_channel: string, listener: Listener) => void listeners.delete(listener),
      emit: (...args: unknown[]) => listeners.forEach((listener) => listener(...args)),
      listenerCount: () => listeners.size,
    },
  }
})
vi.mock('electron', () => ({ ipcMain, protocol: {} }))

class Page extends EventEmitter {
  readonly mainFrame = { url: 'app://workbench/' }
  readonly send = vi.fn()
}

const subscribe = { t: 'q', m: 'subscribe', a: ['projects'] }

describe("the desktop's channel to its page", () => {
  let page: Page
  let workbench: InMemoryWorkbench
  beforeEach(() => {
    page = new Page()
    workbench = inMemoryWorkbench()
    servePage(workbench, page as unknown as WebContents)
  })
  const fromPage = (message: unknown) => ipcMain.emit({ sender: page, senderFrame: page.mainFrame }, message)

  it('answers the main frame of our page', async () => {
    fromPage({ t: 'q', m: 'command', a: ['currentRun', {}], i: '1' })
    await vi.waitFor(() => expect(page.send).toHaveBeenCalledOnce())
    expect(page.send.mock.calls[0]).toMatchObject([bridgeChannel, { i: '1', r: { ok: true, value: null } }])
  })

  it.each([
    ['a frame inside the page', () => ({ sender: page, senderFrame: { url: 'app://workbench/' } })],
    ['a frame that is gone', () => ({ sender: page, senderFrame: null })],
    ['another window', () => ({ sender: new Page(), senderFrame: page.mainFrame })],
    [
      'another page in the window',
      () => {
        page.mainFrame.url = 'https://evil.example/'
        return { sender: page, senderFrame: page.mainFrame }
      },
    ],
  ])('drops what comes from %s', async (_who, event) => {
    ipcMain.emit(event(), { t: 'q', m: 'command', a: ['currentRun', {}], i: '1' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(workbench.calls).toEqual([])
  })

  it.each([null, 7, 'x', {}, { t: 'q', m: 'toString', a: [] }, { t: 's', i: '1' }])(
    'drops the odd message %j',
    async (message) => {
      fromPage(message)
      await new Promise((resolve) => setImmediate(resolve))
      expect(page.send).not.toHaveBeenCalled()
    },
  )

  it('forgets what a page had subscribed to when another is loaded', async () => {
    fromPage(subscribe)
    await vi.waitFor(() => expect(workbench.listenerCount('projects')).toBe(1))
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
    expect(workbench.listenerCount('projects')).toBe(1)
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    expect(workbench.listenerCount('projects')).toBe(0)
  })

  it('ends with the window', async () => {
    fromPage(subscribe)
    await vi.waitFor(() => expect(workbench.listenerCount('projects')).toBe(1))
    const before = ipcMain.listenerCount()
    page.emit('destroyed')
    expect(workbench.listenerCount('projects')).toBe(0)
    expect(ipcMain.listenerCount()).toBe(before - 1)
  })
})
