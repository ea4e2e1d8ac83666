import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { bridgeChannel, bridgeName } from '../contract/desktop-bridge.ts'
import type { DesktopBridge } from '../contract/desktop-bridge.ts'

/** All that the page gets of Electron: one channel of opaque messages, and the paths of files dropped on it. */
const bridge: DesktopBridge = {
  send: (message) => ipcRenderer.send(bridgeChannel, message),
  receive(listener) {
    // The event itself stays here: it would hand Electron's objects to the page.
    const pass = (_event: unknown, message: unknown) => listener(message)
    ipcRenderer.on(bridgeChannel, pass)
    return () => void ipcRenderer.off(bridgeChannel, pass)
  },
  pathOf: (file) => (isFile(file) ? webUtils.getPathForFile(file) : ''),
}

/** By its tag: a file of the page's world is no instance of this world's class. */
function isFile(value: unknown): value is File {
  return Object.prototype.toString.call(value) === '[object File]'
}

contextBridge.exposeInMainWorld(bridgeName, bridge)
