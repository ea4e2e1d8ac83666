import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { SenderFrame } from '../stage.ts'
import { app, preventable } from './app.ts'
import { isStandardScheme } from './protocol.ts'
import { mustBeReady } from './readiness.ts'
import { shellFunctions, stage } from './stage-connection.ts'

interface WebPreferences {
  preload?: string
  sandbox?: boolean
  contextIsolation?: boolean
  nodeIntegration?: boolean
}
interface BrowserWindowOptions {
  x?: number
  y?: number
  width?: number
  height?: number
  webPreferences?: WebPreferences
}
type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

const windows = new Map<number, BrowserWindow>()

export const ipcMain = new EventEmitter()

class WebContents extends EventEmitter {
  readonly id: number
  readonly mainFrame = { url: '' }
  openHandler: OpenHandler = () => ({ action: 'allow' })
  readonly session = {
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: () => {},
    setDevicePermissionHandler: () => {},
  }

  constructor(id: number) {
    super()
    this.id = id
  }

  send(channel: string, ...args: unknown[]): void {
    if (!windows.has(this.id)) throw new TypeError('Object has been destroyed')
    void stage.sendToPage(this.id, channel, structuredClone(args))
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }
}

export class BrowserWindow extends EventEmitter {
  static #lastId = 0
  readonly id: number
  readonly webContents: WebContents
  readonly #opened: Promise<void>
  #bounds: { x: number; y: number; width: number; height: number }
  #maximized = false

  constructor(options: BrowserWindowOptions = {}) {
    super()
    mustBeReady('BrowserWindow')
    const { webPreferences = {} } = options
    checkSecurity(webPreferences)
    this.id = BrowserWindow.#lastId += 1
    this.webContents = new WebContents(this.id)
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.#bounds = { x, y, width, height }
    windows.set(this.id, this)
    const preload = webPreferences.preload === undefined ? '' : readFileSync(webPreferences.preload, 'utf8')
    this.#opened = stage.openWindow(this.id, { width, height, preload })
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()]
  }

  async loadURL(url: string): Promise<void> {
    if (!isStandardScheme(new URL(url).protocol.slice(0, -1)))
      throw new Error(`ERR_UNKNOWN_URL_SCHEME loading '${url}'`)
    await this.#opened
    await stage.loadUrl(this.id, url)
    this.emit('ready-to-show')
  }

  close(): void {
    const event = preventable()
    this.emit('close', event)
    if (event.defaultPrevented) return
    windows.delete(this.id)
    this.webContents.emit('destroyed')
    this.emit('closed')
    void stage.closeWindow(this.id).catch(() => {})
    if (windows.size === 0) app.emit('window-all-closed')
  }

  show(): void {}
  focus(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false
  }
  maximize(): void {
    this.#maximized = true
  }
  isMaximized(): boolean {
    return this.#maximized
  }
  getNormalBounds() {
    return this.#bounds
  }
}

/** What Electron would let through; the stand-in has no page that is less confined, and says so. */
function checkSecurity({ sandbox, contextIsolation, nodeIntegration }: WebPreferences): void {
  if (sandbox !== true || contextIsolation === false || nodeIntegration === true) {
    throw new Error('The stand-in only has sandboxed, isolated pages without Node')
  }
}

app.closeWindows = () => {
  for (const window of windows.values()) window.close()
  return windows.size === 0
}

shellFunctions.fromPage = (id, channel, args, frame: SenderFrame) => {
  const sender = windows.get(id)?.webContents
  if (sender === undefined) return
  sender.mainFrame.url = frame.isMainFrame ? frame.url : sender.mainFrame.url
  const senderFrame = frame.isMainFrame ? sender.mainFrame : { url: frame.url }
  ipcMain.emit(channel, { sender, senderFrame }, ...args)
}
shellFunctions.navigationStarted = (id) => {
  const details = { isMainFrame: true, isSameDocument: false }
  windows.get(id)?.webContents.emit('did-start-navigation', details)
}
shellFunctions.mayNavigate = (id, url) => {
  const event = Object.assign(preventable(), { url })
  windows.get(id)?.webContents.emit('will-navigate', event)
  return !event.defaultPrevented
}
shellFunctions.windowOpened = (id, url) => {
  const action = windows.get(id)?.webContents.openHandler({ url }).action
  if (action === 'allow') throw new Error(`The shell allowed a window for ${url}`)
}
shellFunctions.closeWindow = (id) => windows.get(id)?.close()
