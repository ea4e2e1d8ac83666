import { readdir } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import type { StoredRuntime } from '../../engine/ports.ts'
import { isRuntimeName } from './runtime-folders.ts'
import { readStoredRuntime } from './stored-runtimes.ts'

/**
 * Folders with runtimes that came with Batchscope, as a headless bundle's do, from the environment variable
 * BATCHSCOPE_RUNTIMES: separated as in PATH, absolute. They are read, and never changed.
 */
export function broughtFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  return (environment['BATCHSCOPE_RUNTIMES'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
}

/** The runtimes in these folders, by name; of several with one name, that in the first folder. */
export async function runtimesInFolders(folders: readonly string[]): Promise<StoredRuntime[]> {
  const found = new Map<string, StoredRuntime>()
  for (const folder of folders) {
    for (const name of (await readdir(folder).catch((): string[] => [])).filter(isRuntimeName)) {
      const runtime = found.has(name) ? undefined : await readStoredRuntime(join(folder, name))
      if (runtime !== undefined) found.set(name, runtime)
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
