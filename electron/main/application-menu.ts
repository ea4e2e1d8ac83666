import { app, Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { CommandResult } from '../contract/workbench-api.ts'
import { openKnownLink } from './external-links.ts'
import type { Intents } from './intents.ts'

export interface ApplicationMenuInput {
  intents: Pick<Intents, 'send'>
  recent: CommandResult<'recentProjects'>
  /** Adds what helps to develop the page: reload and its inspector. */
  development: boolean
}

/** The menu as data. Its items are commands of the page, by their ids and with the same shortcuts. */
export function menuTemplate({
  intents,
  recent,
  development,
}: ApplicationMenuInput): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin'
  const separator: MenuItemConstructorOptions = { type: 'separator' }

  function command(label: string, name: string, accelerator?: string): MenuItemConstructorOptions {
    const click = () => intents.send({ kind: 'command', command: name })
    return { id: name, label, accelerator, click }
  }

  const recentItems = recent.map(({ name, path }): MenuItemConstructorOptions => ({
    label: name,
    sublabel: path,
    toolTip: path,
    click: () => intents.send({ kind: 'open-path', path }),
  }))
  const file: MenuItemConstructorOptions[] = [
    command('Open Model…', 'open-model', 'CmdOrCtrl+O'),
    command('Open Project…', 'open-project', 'CmdOrCtrl+Shift+O'),
    { id: 'open-recent', label: 'Open Recent', submenu: recentItems, enabled: recentItems.length > 0 },
    separator,
    command('Save Project As…', 'save-project-as', 'CmdOrCtrl+Shift+S'),
    command('Export Report as PDF…', 'export-pdf', 'CmdOrCtrl+E'),
    command('Export Trials as CSV…', 'export-csv', 'CmdOrCtrl+Shift+E'),
    separator,
    isMac ? { role: 'close' } : { role: 'quit' },
  ]
  const view: MenuItemConstructorOptions[] = [
    command('All Commands…', 'palette', 'CmdOrCtrl+K'),
    command('Compare Experiments', 'go-compare', 'CmdOrCtrl+7'),
    separator,
    command('Switch between Dark and Light', 'toggle-theme', 'CmdOrCtrl+Shift+L'),
    command('Show or Hide the Project Tree', 'toggle-tree', 'CmdOrCtrl+B'),
    command('Show or Hide the Inspector', 'toggle-inspector', 'CmdOrCtrl+I'),
    separator,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
    ...(development ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
  ]
  const run: MenuItemConstructorOptions[] = [
    command('Run Experiment', 'run', 'CmdOrCtrl+Enter'),
    command('Skip This Trial', 'skip', 'CmdOrCtrl+J'),
    command('Stop the Run', 'stop', 'CmdOrCtrl+.'),
  ]
  const help: MenuItemConstructorOptions[] = [
    command('Environment', 'go-environment'),
    { label: 'ONNX Runtime', click: () => openKnownLink('https://onnxruntime.ai/docs/') },
    ...(isMac ? [] : [separator, { role: 'about' } as const]),
  ]
  return [
    ...(isMac ? [{ role: 'appMenu', label: app.name } as const] : []),
    { id: 'file', label: '&File', submenu: file },
    { role: 'editMenu' },
    { id: 'view', label: '&View', submenu: view },
    { id: 'run', label: '&Run', submenu: run },
    { id: 'help', role: 'help', label: '&Help', submenu: help },
  ]
}

/** Puts the menu into place; again whenever the recent projects change. */
export function setApplicationMenu(input: ApplicationMenuInput): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(input)))
}
