import { join } from 'node:path'
import { app } from 'electron'
import type { BrowserWindow } from 'electron'
import { findInstallation } from '../adapters/installation.ts'
import { createNodePorts } from '../adapters/node-ports.ts'
import type { WorkbenchApi } from '../contract/workbench-api.ts'
import { createWorkbench } from '../engine/workbench.ts'
import { handleAppScheme, registerAppScheme } from './app-protocol.ts'
import { setApplicationMenu } from './application-menu.ts'
import { desktopCommands } from './dialogs.ts'
import { createIntents } from './intents.ts'
import { openMainWindow } from './main-window.ts'
import { filesToOpen } from './opened-files.ts'
import { servePage } from './page-channel.ts'
import { rememberDocuments } from './recent-documents.ts'
import { createUtilityLauncher } from './utility-launcher.ts'
import { runUtilityScript } from './utility-script.ts'

/** How long the end of a run and the closing of projects may hold up quitting, in ms. */
const shutdownLimitMs = 15_000

function startDesktop(): void {
  const { distFolder, resourcesFolder, version } = findInstallation(import.meta.url)
  const hostPath = join(distFolder, 'host.js')
  const ports = createNodePorts({
    hostPath,
    resourcesFolder,
    batchscopeVersion: version,
    electronVersion: process.versions.electron,
    launcher: createUtilityLauncher(hostPath),
    runScript: runUtilityScript,
  })
  const workbench = createWorkbench(ports)
  const intents = createIntents(workbench.subscribe)
  let window: BrowserWindow | undefined
  const api: WorkbenchApi = {
    commands: { ...rememberDocuments(workbench.commands), ...desktopCommands(() => window) },
    subscribe: intents.subscribe,
  }

  function openWindow(): void {
    const opened = openMainWindow(join(distFolder, 'preload.cjs'))
    servePage(api, opened.webContents)
    opened.on('closed', () => {
      if (window === opened) window = undefined
    })
    window = opened
  }

  function openFiles(paths: readonly string[]): void {
    for (const path of paths) intents.send({ kind: 'open-path', path })
    if (!app.isReady()) return
    if (window === undefined) openWindow()
    if (window?.isMinimized() === true) window.restore()
    window?.focus()
  }

  async function refreshMenu(): Promise<void> {
    const recent = await workbench.commands.recentProjects({}).catch(() => [])
    setApplicationMenu({ intents, recent, development: !app.isPackaged })
  }

  registerAppScheme()
  app.enableSandbox()
  app.on('second-instance', (_event, args, workingFolder) => openFiles(filesToOpen(args, workingFolder)))
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openFiles([path])
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => {
    if (window === undefined) openWindow()
  })
  quitAfter(() => workbench.shutdown())
  openFiles(filesToOpen(process.argv, process.cwd()))

  void app.whenReady().then(() => {
    handleAppScheme(join(distFolder, 'renderer'))
    setApplicationMenu({ intents, recent: [], development: !app.isPackaged })
    openWindow()
    void refreshMenu()
    workbench.subscribe('projects', () => void refreshMenu())
  })
}

/** Lets the engine end what it is doing before the process goes. */
function quitAfter(shutdown: () => Promise<void>): void {
  let state: 'running' | 'ending' | 'ended' = 'running'
  app.on('before-quit', (event) => {
    if (state === 'ended') return
    event.preventDefault()
    if (state === 'ending') return
    state = 'ending'
    const limit = new Promise((resolve) => setTimeout(resolve, shutdownLimitMs))
    void Promise.race([shutdown().catch(() => {}), limit]).then(() => {
      state = 'ended'
      app.quit()
    })
  })
}

// One workbench a user: a second one would find the projects locked. Its files are opened in the first.
if (app.requestSingleInstanceLock()) startDesktop()
else app.quit()
