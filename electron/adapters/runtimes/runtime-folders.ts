import { join } from 'node:path'

/** Where installed runtimes and what belongs to their installation lie. Names with a leading dot are never runtimes. */
export interface RuntimeFolders {
  /** Every installed runtime has its folder here, by its name. */
  runtimes: string
  /** Archives as they come, whole (`.tgz`) or in part (`.part`). */
  downloads: string
  /** Runtimes that are being put together, or taken away; nothing in it is worth keeping. */
  staging: string
  /** What is locked while something here is changed. */
  lock: string
  /** Who holds locks. */
  lockOwners: string
}

export function runtimeFolders(dataFolder: string): RuntimeFolders {
  const runtimes = join(dataFolder, 'runtimes')
  return {
    runtimes,
    downloads: join(runtimes, '.downloads'),
    staging: join(runtimes, '.staging'),
    lock: join(runtimes, '.change'),
    lockOwners: join(dataFolder, 'locks'),
  }
}

/** `cuda13`, `onnxruntime@1.30.0`: one part of a path on every system, and no hidden one. */
export function isRuntimeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9@.+-]{0,99}$/.test(name) && !name.includes('..') && !name.endsWith('.')
}
