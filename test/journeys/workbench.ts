import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import type { Browser, Locator, Page } from '@playwright/test'
import { openElectron, openServed, openStandIn } from './entries.ts'

/** A workbench in a window of its own, whichever entry it was opened by. */
export interface OpenWorkbench {
  entry: EntryName
  page: Page
  /** Drops files on an element, as a person drags them in from a file manager. */
  dropFiles(target: Locator, paths: readonly string[]): Promise<void>
  /** Quits it; called at the end of every test, and harmless twice. */
  close(): Promise<void>
}
export type EntryName = 'served' | 'stand-in' | 'electron'

export interface OpenOptions {
  /** Chromium, for the entries that need it. */
  browser: Browser
  /** Where it keeps projects and uploads. */
  dataFolder: string
}

const openers: Record<EntryName, (options: OpenOptions) => Promise<OpenWorkbench>> = {
  served: openServed,
  'stand-in': openStandIn,
  electron: openElectron,
}

function isEntryName(name: string): name is EntryName {
  return Object.hasOwn(openers, name)
}

interface Fixtures {
  /** A fresh data folder, the same for every workbench that a test opens. */
  dataFolder: string
  /** Opens one more workbench on the same data: what a person sees who comes back. */
  openWorkbench(): Promise<OpenWorkbench>
  /** The workbench of this test, by the entry that the project is named after. */
  workbench: OpenWorkbench
}

export const test = base.extend<Fixtures>({
  dataFolder: async ({ browserName: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'batchscope-journey-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  openWorkbench: async ({ browser, dataFolder }, use, info) => {
    const { name } = info.project
    if (!isEntryName(name)) throw new Error(`There is no entry "${name}".`)
    const opened: OpenWorkbench[] = []
    await use(async () => {
      const workbench = await openers[name]({ browser, dataFolder })
      opened.push(workbench)
      return workbench
    })
    for (const workbench of opened) await workbench.close()
  },
  workbench: async ({ openWorkbench }, use) => {
    await use(await openWorkbench())
  },
})
export { expect } from '@playwright/test'
