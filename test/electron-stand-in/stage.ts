/**
 * What the two halves of the stand-in say to each other. The shell (a Node process that runs the built main bundle with
 * the stand-in for the module `electron`) has no windows of its own; the stage (the test's process) has Chromium.
 */

/** A frame that sent a message, as Electron tells it. */
export interface SenderFrame {
  url: string
  isMainFrame: boolean
}

export interface WindowOptions {
  width: number
  height: number
  /** Source of the preload script. */
  preload: string
}

/** A menu item as it can be seen: by its place, its id and its state. */
export interface MenuEntry {
  id: string | undefined
  /** Labels from the menu bar down: `['File', 'Open Model…']`. */
  path: string[]
  role: string | undefined
  accelerator: string | undefined
  enabled: boolean
}

export interface ShellResponse {
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

/** The stage, as the shell calls it. */
export interface StageFunctions {
  openWindow(id: number, options: WindowOptions): Promise<void>
  loadUrl(id: number, url: string): Promise<void>
  sendToPage(id: number, channel: string, args: unknown[]): void
  closeWindow(id: number): Promise<void>
  /** The person's answer to a dialog: paths, or null for Cancel. */
  answerDialog(kind: 'open' | 'save', options: unknown): Promise<string[] | null>
  /** Something happened that leads out of the workbench, for a test to look at. */
  note(what: 'open-external' | 'recent-document', value: string): void
}

/** The shell, as the stage calls it. */
export interface ShellFunctions {
  fromPage(id: number, channel: string, args: unknown[], frame: SenderFrame): void
  request(url: string, method: string): Promise<ShellResponse>
  /** Asks before a page goes elsewhere by itself; false when the shell prevented it. */
  mayNavigate(id: number, url: string): boolean
  navigationStarted(id: number): void
  windowOpened(id: number, url: string): void
  menu(): MenuEntry[]
  /** Chooses an item by its id, or by its labels from the menu bar down. */
  chooseMenuItem(which: string | string[]): void
  openFile(path: string): void
  secondInstance(args: string[]): void
  closeWindow(id: number): void
  quit(): void
}
