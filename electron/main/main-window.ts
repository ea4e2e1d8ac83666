import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { isPageUrl, pageUrl } from './app-protocol.ts'
import { openKnownLink } from './external-links.ts'
import { minimumSize, placeWindow, readWindowState, writeWindowState } from './window-state.ts'

/** Opens the workbench's window: a sandboxed page that can go nowhere. */
export function openMainWindow(preloadPath: string): BrowserWindow {
  const statePath = join(app.getPath('userData'), 'window.json')
  const state = readWindowState(statePath)
  const workAreas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow({
    ...placeWindow(state, workAreas),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    show: false,
    title: 'Batchscope',
    // What is seen before the page has painted: its own background, so that nothing flashes.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      // Live charts go on while another window is in front; the measurement does not depend on it.
      backgroundThrottling: true,
    },
  })
  if (state?.maximized === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    writeWindowState(statePath, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  })
  confine(window)
  void window.loadURL(pageUrl)
  return window
}

/** No other page, no other window, no permission. */
function confine(window: BrowserWindow): void {
  const { webContents } = window
  const stay = (event: { preventDefault(): void; url: string }) => {
    if (!isPageUrl(event.url)) event.preventDefault()
  }
  webContents.on('will-navigate', stay)
  webContents.on('will-frame-navigate', stay)
  webContents.on('will-redirect', stay)
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  webContents.setWindowOpenHandler(({ url }) => {
    openKnownLink(url)
    return { action: 'deny' }
  })
  webContents.session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(isGranted(permission))
  })
  webContents.session.setPermissionCheckHandler((_contents, permission) => isGranted(permission))
  webContents.session.setDevicePermissionHandler(() => false)
}

/** Writing to the clipboard, for "copy command"; the page needs nothing else. */
function isGranted(permission: string): boolean {
  return permission === 'clipboard-sanitized-write'
}
