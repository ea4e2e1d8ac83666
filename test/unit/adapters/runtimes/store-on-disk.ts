import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRuntimeStore,
  type RuntimeStoreOptions,
} from '../../../../electron/adapters/runtimes/runtime-store.ts'
import type { RuntimeInstall } from '../../../../electron/contract/runtime.ts'
import type { RuntimeRecipe, RuntimeStore, StoredRuntime } from '../../../../electron/engine/ports.ts'

export interface StoreOnDisk {
  store: RuntimeStore
  dataFolder: string
  /** The user's home, with their npm settings. */
  home: string
  /** What an installation told, of all of them together. */
  told: RuntimeInstall[]
  install(recipe: RuntimeRecipe, signal?: AbortSignal, onProgress?: () => void): Promise<StoredRuntime>
  names(): Promise<string[]>
  /** Names of the files that are kept of downloads. */
  kept(): Promise<string[]>
  path(...parts: string[]): string
  remove(): Promise<void>
}

/** A store in a temporary folder, for a user whose `.npmrc` holds these lines. */
export async function storeOnDisk(
  npmrc: string,
  options: Partial<RuntimeStoreOptions> = {},
): Promise<StoreOnDisk> {
  const root = await mkdtemp(join(tmpdir(), 'batchscope-runtimes-'))
  const home = join(root, 'home')
  const dataFolder = join(root, 'data')
  const builtIn = join(root, 'app', 'node_modules', 'onnxruntime-node')
  await mkdir(builtIn, { recursive: true })
  await mkdir(home)
  await writeFile(
    join(builtIn, 'package.json'),
    JSON.stringify({ name: 'onnxruntime-node', version: '1.29.0' }),
  )
  await writeFile(join(home, '.npmrc'), npmrc)
  const store = createRuntimeStore({
    dataFolder,
    builtInFolder: join(root, 'app'),
    environment: { HOME: home, PATH: '' },
    times: { stallMs: 1000, waitMs: 5, ownInstallerMs: 10_000 },
    ...options,
  })
  const told: RuntimeInstall[] = []
  return {
    ...{ store, dataFolder, home, told },
    install: (recipe, signal = new AbortController().signal, onProgress = () => undefined) =>
      store.install(recipe, {
        signal,
        onProgress: (install) => {
          told.push(install)
          onProgress()
        },
      }),
    names: async () => (await store.list()).map(({ name }) => name),
    kept: async () => {
      const folder = join(dataFolder, 'runtimes', '.downloads')
      return existsSync(folder) ? (await readdir(folder)).sort() : []
    },
    path: (...parts) => join(dataFolder, 'runtimes', ...parts),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
