import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBirpc } from 'birpc'
import type { Browser, Locator, Page } from 'playwright-core'
import { StageWindows } from './stage-windows.ts'
import type { MenuEntry, ShellFunctions, StageFunctions } from './stage.ts'

export interface LaunchOptions {
  /** Chromium, which belongs to the test. */
  browser: Browser
  /** The built bundles; the repository's by default. */
  distFolder?: string
  /** Files given on the command line, as a file manager gives them. */
  files?: readonly string[]
  /** Answers to the dialogs to come: a path, or null for Cancel. A dialog without an answer is cancelled. */
  dialogAnswers?: readonly (string | null)[]
  /** Kept by the caller; a fresh one, removed at the end, by default. */
  dataFolder?: string
}

/** The desktop, as a test handles it. */
export interface Desktop {
  page: Page
  menu: {
    entries(): Promise<MenuEntry[]>
    /** Chooses an item by its id (`open-model`), or by its labels from the menu bar down. */
    choose(which: string | string[]): Promise<void>
  }
  /** Drops files on an element, with the events of a person's drag. */
  dropFiles(target: Locator, paths: readonly string[]): Promise<void>
  answerNextDialog(answer: string | null): void
  /** Dialogs that were shown, with their options. */
  readonly dialogs: readonly { kind: 'open' | 'save'; options: unknown }[]
  /** What went to the user's browser and to the system's list of recent documents. */
  readonly notes: readonly { what: 'open-external' | 'recent-document'; value: string }[]
  /** The system asks the running application to open a file. */
  openFile(path: string): Promise<void>
  /** Somebody starts the application again. */
  secondInstance(args: string[]): Promise<void>
  /** Everything that the shell wrote to its terminal. */
  output(): string
  /** Closes the window as its button does. */
  closeWindow(): Promise<void>
  /** Resolves with the exit code when the shell has ended. */
  readonly exited: Promise<number | null>
  /** Quits, as the menu does, and waits for the end. */
  close(): Promise<void>
}

const standInFolder = fileURLToPath(new URL('.', import.meta.url))
const builtFolder = fileURLToPath(new URL('../../dist/', import.meta.url))

/** Runs the built main bundle and preload, unchanged, against the stand-in for `electron`. */
export async function launchDesktop(options: LaunchOptions): Promise<Desktop> {
  const { browser, distFolder = builtFolder, files = [] } = options
  const answers = [...(options.dialogAnswers ?? [])]
  const dialogs: Desktop['dialogs'][number][] = []
  const notes: Desktop['notes'][number][] = []
  const home = await mkdtemp(join(tmpdir(), 'batchscope-desktop-'))
  const context = await browser.newContext({ viewport: null, acceptDownloads: true })

  const child = fork(join(standInFolder, 'shell', 'run-main.ts'), [join(distFolder, 'main.js'), ...files], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      STAND_IN_USER_DATA: home,
      BATCHSCOPE_DATA: options.dataFolder ?? join(home, 'data'),
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))

  const stage: StageFunctions = {
    openWindow: (id, window) => windows.open(id, window),
    loadUrl: (id, url) => windows.load(id, url),
    sendToPage: (id, channel, args) => windows.send(id, channel, args),
    closeWindow: (id) => windows.close(id),
    async answerDialog(kind, dialogOptions) {
      dialogs.push({ kind, options: dialogOptions })
      const answer = answers.shift() ?? null
      return answer === null ? null : [answer]
    },
    note: (what, value) => void notes.push({ what, value }),
  }
  const shell = createBirpc<ShellFunctions, StageFunctions>(stage, {
    timeout: -1,
    post: (message) => void (child.connected && child.send(message, () => {})),
    on: (listener) => void child.on('message', listener),
  })
  void exited.then(() => shell.$close())
  const windows = new StageWindows(context, shell)
  await windows.start()

  const ended = exited.then((code) => {
    throw new Error(`The shell ended with code ${code} before it had a window:\n${output}`)
  })
  const page = await Promise.race([windows.first(), ended])

  return {
    page,
    menu: { entries: () => shell.menu(), choose: (which) => shell.chooseMenuItem(which) },
    async dropFiles(target, paths) {
      const known = await windows.knowFiles(page, paths)
      await target.evaluate(dispatchDrop, known)
    },
    answerNextDialog: (answer) => void answers.push(answer),
    dialogs,
    notes,
    openFile: (path) => shell.openFile(path),
    secondInstance: (args) => shell.secondInstance(args),
    output: () => output,
    closeWindow: () => shell.closeWindow(1),
    exited,
    async close() {
      if (child.exitCode === null) await shell.quit().catch(() => {})
      await exited
      await context.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Runs in the page. */
function dispatchDrop(
  target: Element,
  files: { name: string; lastModified: number; base64: string }[],
): void {
  const dataTransfer = new DataTransfer()
  for (const { name, lastModified, base64 } of files) {
    const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    dataTransfer.items.add(new File([content], name, { lastModified }))
  }
  for (const type of ['dragenter', 'dragover', 'drop']) {
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }))
  }
}
