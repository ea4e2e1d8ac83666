import { BatchscopeError } from '../../contract/failure.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import type { RuntimeStore } from '../../engine/ports.ts'

export interface RuntimeStoreOptions {
  /** Installed runtimes lie in its folder `runtimes`. */
  dataFolder: string
  /** Holds the `node_modules` of Batchscope itself. */
  builtInFolder: string
}

/** Runtimes on this machine's disk, fetched from the npm registry that the user's npm is set to. */
export function createRuntimeStore({ builtInFolder }: RuntimeStoreOptions): RuntimeStore {
  return {
    list: () =>
      Promise.resolve([
        { name: builtInRuntime, folder: builtInFolder, version: '1.29.0', providerLibraries: [] },
      ]),
    install: ({ name }) =>
      Promise.reject(
        new BatchscopeError({ code: 'internal', message: `${name}: not yet.`, owner: 'system' }),
      ),
    remove: () => Promise.resolve(),
  }
}
