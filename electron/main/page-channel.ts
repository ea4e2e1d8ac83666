import { ipcMain } from 'electron'
import type { IpcMainEvent, WebContents } from 'electron'
import { bridgeChannel } from '../contract/desktop-bridge.ts'
import type { WorkbenchApi } from '../contract/workbench-api.ts'
import { serveChannel } from '../engine/channel.ts'
import { isPageUrl } from './app-protocol.ts'

/**
 * Serves the workbench to the page of one window. Messages from anything but the main frame of our own page are
 * dropped. A page that is loaded anew starts with nothing subscribed.
 */
export function servePage(api: WorkbenchApi, page: WebContents): void {
  let channel: { close(): void; receive(message: unknown): void } | undefined

  function openChannel() {
    const listeners = new Set<(message: unknown) => void>()
    const served = serveChannel(api, {
      post: (message) => page.send(bridgeChannel, message),
      on: (listener) => void listeners.add(listener),
    })
    return {
      close: served.close,
      receive(message: unknown) {
        for (const listener of listeners) listener(message)
      },
    }
  }

  function closeChannel(): void {
    channel?.close()
    channel = undefined
  }

  function onMessage(event: IpcMainEvent, message: unknown): void {
    if (event.sender !== page || !isFromOurPage(event)) return
    channel ??= openChannel()
    channel.receive(message)
  }

  ipcMain.on(bridgeChannel, onMessage)
  page.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) closeChannel()
  })
  page.on('render-process-gone', closeChannel)
  page.on('destroyed', () => {
    closeChannel()
    ipcMain.off(bridgeChannel, onMessage)
  })
}

function isFromOurPage({ senderFrame, sender }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isPageUrl(senderFrame.url)
}
