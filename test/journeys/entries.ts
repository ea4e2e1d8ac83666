import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { _electron } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { launchDesktop } from '../electron-stand-in/launch-desktop.ts'
import type { OpenOptions, OpenWorkbench } from './workbench.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The workbench as `batchscope serve` serves it, in a browser. */
export async function openServed({ browser, dataFolder }: OpenOptions): Promise<OpenWorkbench> {
  const server = spawn(process.execPath, [join(root, 'dist', 'server.js'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BATCHSCOPE_DATA: dataFolder },
  })
  const exited = once(server, 'exit')
  const [url] = await once(createInterface(server.stdout), 'line')
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
  const page = await context.newPage()
  await page.goto(String(url))
  return {
    entry: 'served',
    page,
    dropFiles: (target, paths) => dropThroughInput(page, target, paths),
    async close() {
      await context.close()
      server.kill('SIGTERM')
      await exited
    },
  }
}

/** The desktop's built bundles on the stand-in for `electron`. */
export async function openStandIn({ browser, dataFolder }: OpenOptions): Promise<OpenWorkbench> {
  const desktop = await launchDesktop({ browser, dataFolder })
  await desktop.page.setViewportSize({ width: 1440, height: 900 })
  return {
    entry: 'stand-in',
    page: desktop.page,
    dropFiles: (target, paths) => desktop.dropFiles(target, paths),
    close: () => desktop.close(),
  }
}

/** The desktop in real Electron. */
export async function openElectron({ dataFolder }: OpenOptions): Promise<OpenWorkbench> {
  const profile = await mkdtemp(join(tmpdir(), 'batchscope-electron-'))
  const desktop = await _electron.launch({
    args: [`--user-data-dir=${profile}`, root],
    env: { ...definedVariables(), BATCHSCOPE_DATA: dataFolder },
  })
  const page = await desktop.firstWindow()
  return {
    entry: 'electron',
    page,
    dropFiles: (target, paths) => dropThroughInput(page, target, paths),
    async close() {
      await desktop.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

/**
 * Drops files that the browser itself has taken from the disk (by an input of the test's own), so that large ones are
 * not copied through the test and Electron knows their paths.
 */
async function dropThroughInput(page: Page, target: Locator, paths: readonly string[]): Promise<void> {
  const input = await page.evaluateHandle(() => {
    const made = document.createElement('input')
    made.type = 'file'
    made.multiple = true
    return made
  })
  await input.setInputFiles([...paths])
  await target.evaluate((element, { files }) => {
    const dataTransfer = new DataTransfer()
    for (const file of files ?? []) dataTransfer.items.add(file)
    for (const type of ['dragenter', 'dragover', 'drop']) {
      element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }))
    }
  }, input)
}

function definedVariables(): Record<string, string> {
  const defined = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return Object.fromEntries(defined)
}
