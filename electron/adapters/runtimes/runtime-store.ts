import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BatchscopeError, badInput } from '../../contract/failure.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import type { RuntimeStore, StoredRuntime } from '../../engine/ports.ts'
import { lockFile } from '../file-lock.ts'
import { installRuntime, setAside, type InstallTimes } from './install-runtime.ts'
import { readNpmSettings } from './npm-settings.ts'
import { isRuntimeName, runtimeFolders, type RuntimeFolders } from './runtime-folders.ts'
import { broughtFolders, runtimesInFolders } from './runtimes-in-folders.ts'
import { spawnScript, type ScriptRunner } from './script-runner.ts'
import { cancelledFailure, onDisk } from './store-failure.ts'
import { builtInBinding, isWhole, readBuiltInRuntime, readStoredRuntime } from './stored-runtimes.ts'

export interface RuntimeStoreOptions {
  /** Installed runtimes lie in its folder `runtimes`. */
  dataFolder: string
  /** The installation's folder: from there Node finds the built-in runtime. */
  builtInFolder: string
  /** Runs onnxruntime-node's own installer. Default: this process's program is Node, and runs it. */
  runScript?: ScriptRunner | undefined
  /** Where npm's settings and BATCHSCOPE_RUNTIMES come from. Default: this process's environment. */
  environment?: NodeJS.ProcessEnv
  times?: Partial<InstallTimes>
}

const defaultTimes: InstallTimes = { stallMs: 60_000, waitMs: 1000, ownInstallerMs: 30 * 60_000 }

/** Runtimes on this machine's disk, fetched from the npm registry that the user's npm is set to. */
export function createRuntimeStore(options: RuntimeStoreOptions): RuntimeStore {
  const folders = runtimeFolders(options.dataFolder)
  const runtimeAt = (name: string) => join(folders.runtimes, name)
  const brought = broughtFolders(options.environment)
  const findBrought = async (name: string) =>
    (await runtimesInFolders(brought)).find((each) => each.name === name)

  return {
    async list() {
      const stored = await runtimesInFolders([folders.runtimes, ...brought])
      return [await readBuiltInRuntime(options.builtInFolder), ...stored]
    },

    install: (recipe, { signal, onProgress }) =>
      alone(folders, async (): Promise<StoredRuntime> => {
        const { name } = recipe
        if (!isRuntimeName(name)) throw badInput(`"${name}" can be no name of a runtime.`)
        const came = await findBrought(name)
        const folder = came?.folder ?? runtimeAt(name)
        if (came !== undefined || (await isWhole(folder))) {
          onProgress({ name, state: 'done', receivedBytes: 0, doing: 'installed already' })
        } else {
          if (signal.aborted) throw cancelledFailure(name, 0)
          await installRuntime(recipe, {
            ...{ folders, signal, onProgress },
            settings: await readNpmSettings(options.environment),
            target: { platform: process.platform, architecture: process.arch },
            builtInBinding: builtInBinding(options.builtInFolder),
            runScript: options.runScript ?? spawnScript,
            times: { ...defaultTimes, ...options.times },
          })
        }
        const stored = await readStoredRuntime(folder)
        if (stored !== undefined) return stored
        throw new BatchscopeError({
          code: 'internal',
          message: `The runtime ${name} was installed, but cannot be read at "${folder}".`,
          owner: 'system',
        })
      }),

    async remove(name) {
      if (name === builtInRuntime) {
        throw badInput('The built-in runtime belongs to Batchscope and cannot be removed.')
      }
      const folder = runtimeAt(name)
      if (
        !isRuntimeName(name) ||
        !(await readdir(folders.runtimes).catch((): string[] => [])).includes(name)
      ) {
        const came = await findBrought(name)
        if (came !== undefined) {
          throw badInput(
            `The runtime ${name} came with Batchscope and cannot be removed.`,
            `It lies in "${came.folder}".`,
          )
        }
        throw new BatchscopeError({
          code: 'not-found',
          message: `The runtime "${name}" is not installed.`,
          hint: 'batchscope runtime list shows those that are.',
          owner: 'user',
        })
      }
      await alone(folders, () =>
        onDisk(folder, async () => {
          // Out of sight at once, so that half of it is never taken for a runtime.
          await setAside(name, folders)
          await rm(folders.staging, { recursive: true, force: true })
        }),
      )
    },
  }
}

/** Changes the user's runtimes while no other process does, after clearing away what a broken change has left. */
async function alone<T>(folders: RuntimeFolders, work: () => Promise<T>): Promise<T> {
  const lock = await onDisk(folders.runtimes, async () => {
    await mkdir(folders.runtimes, { recursive: true })
    return lockFile(folders.lock, folders.lockOwners)
  })
  if (lock === undefined) {
    throw new BatchscopeError({
      code: 'busy',
      message: 'Another Batchscope is installing or removing a runtime.',
      hint: 'Wait for its end, then try again.',
      owner: 'user',
    })
  }
  try {
    await onDisk(folders.staging, () => rm(folders.staging, { recursive: true, force: true }))
    return await work()
  } finally {
    await lock.release()
  }
}
