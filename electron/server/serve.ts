import { join } from 'node:path'
import { findInstallation } from '../adapters/installation.ts'
import { createNodePorts } from '../adapters/node-ports.ts'
import { badInput } from '../contract/failure.ts'
import type { EntryCommands } from '../contract/workbench-api.ts'
import { createWorkbench } from '../engine/workbench.ts'
import { restrictPaths } from './allowed-paths.ts'
import { startHttpServer } from './http-server.ts'

export interface ServeOptions {
  /** An address of this machine; 127.0.0.1 keeps everybody else out. */
  host: string
  /** 0 takes any that is free. */
  port: number
  /** Opens the page in the default browser. */
  open: boolean
  /**
   * Folders whose files the page may open and write by path, besides the data folder; sample models can always be
   * read. Without any, files reach the workbench by upload only.
   */
  allow?: string[]
  /** Where projects and uploads are kept, instead of the user's data folder. */
  dataFolder?: string
  /** Told the address before a browser is opened. */
  onReady?(url: string): void
}

/** Largest file that a page may upload, in bytes. */
const uploadLimitBytes = 8 * 2 ** 30

/** What a page in a browser cannot do: there is no window of ours to ask in. */
const entryCommands: EntryCommands = {
  capabilities: async () => ({ entry: 'served', dialogs: false }),
  chooseFile: async () => {
    throw badInput('The browser cannot choose a file by its path.', 'Drop the file into the page.')
  },
  chooseSavePath: async () => {
    throw badInput('The browser cannot choose where to save.', 'Download the file.')
  },
}

/** Serves the workbench to a browser until `close`. Rejects when the port cannot be had. */
export async function serve(options: ServeOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { distFolder, resourcesFolder, version } = findInstallation(import.meta.url)
  const ports = createNodePorts({
    hostPath: join(distFolder, 'host.js'),
    resourcesFolder,
    dataFolder: options.dataFolder,
    batchscopeVersion: version,
  })
  const workbench = createWorkbench(ports)
  const { dataFolder } = ports.files
  const allowed = { read: [join(resourcesFolder, 'models')], write: [dataFolder, ...(options.allow ?? [])] }
  const commands = { ...restrictPaths(workbench.commands, allowed), ...entryCommands }
  const server = await startHttpServer(
    { commands, subscribe: workbench.subscribe },
    {
      host: options.host,
      port: options.port,
      pageFolder: join(distFolder, 'renderer'),
      uploadsFolder: join(dataFolder, 'uploads'),
      uploadLimitBytes,
      madeModelsFolder: join(dataFolder, 'models'),
    },
  )
  options.onReady?.(server.url)
  if (options.open) await openBrowser(server.url)
  return {
    url: server.url,
    async close() {
      await workbench.shutdown()
      await server.close()
    },
  }
}

/** Opens the default browser. Without one the printed address has to do. */
async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import('open')
    const browser = await open(url)
    browser.on('error', () => {})
  } catch {
    // The address is on the terminal.
  }
}
