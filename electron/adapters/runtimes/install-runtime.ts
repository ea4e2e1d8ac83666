import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RuntimeInstall } from '../../contract/runtime.ts'
import type { RuntimeRecipe } from '../../engine/ports.ts'
import { archiveFiles, download, keptBytes } from './download.ts'
import { filesBelow } from './folder-files.ts'
import { InstallProgress } from './install-progress.ts'
import type { NpmSettings } from './npm-settings.ts'
import { createNpmRegistry, type NpmRegistry } from './npm-registry.ts'
import { runOwnInstaller } from './own-installer.ts'
import { resolvePackages, type ResolvedPackage } from './resolve-packages.ts'
import type { RuntimeFolders } from './runtime-folders.ts'
import type { ScriptRunner } from './script-runner.ts'
import { cancelledFailure, onDisk } from './store-failure.ts'
import { recordName, type RuntimeRecord } from './stored-runtimes.ts'
import { unpackPackage, unpackProviders, type Target } from './unpack.ts'

export interface InstallContext {
  folders: RuntimeFolders
  settings: NpmSettings
  target: Target
  builtInBinding: string | undefined
  runScript: ScriptRunner
  times: InstallTimes
  signal: AbortSignal
  onProgress(install: RuntimeInstall): void
}

/** All in ms. */
export interface InstallTimes {
  /** A connection that says nothing for so long is given up. */
  stallMs: number
  /** Before something is tried again for the first time. */
  waitMs: number
  /** onnxruntime-node's own installer is ended after this. */
  ownInstallerMs: number
}

/** What is kept of every package that is being installed. */
interface Fetched {
  resolved: ResolvedPackage
  archive: string
}

/** Puts a runtime together beside its place, and moves it there once all of it is there. The caller holds the lock. */
export async function installRuntime(recipe: RuntimeRecipe, context: InstallContext): Promise<void> {
  const { folders, signal } = context
  const progress = new InstallProgress(recipe.name, context.onProgress)
  const staged = join(folders.staging, recipe.name)
  try {
    progress.enter('preparing', 'asking the npm registry')
    const fetched = await fetchPackages(recipe, progress, context)
    await onDisk(staged, () => mkdir(staged, { recursive: true }))
    await unpackAll(recipe, { fetched, staged, progress, context })
    progress.enter('completing', 'putting it into place')
    await onDisk(staged, () => writeRecord(staged, recipe, fetched))
    signal.throwIfAborted()
    await moveIntoPlace(staged, recipe.name, folders)
    await removeArchives(fetched, folders)
  } catch (error) {
    if (signal.aborted) throw cancelledFailure(recipe.name, progress.receivedBytes)
    throw error
  } finally {
    await rm(folders.staging, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function fetchPackages(
  recipe: RuntimeRecipe,
  progress: InstallProgress,
  { settings, times, folders, signal }: InstallContext,
): Promise<Fetched[]> {
  const registry = createNpmRegistry(settings, times)
  const packages = await resolvePackages(recipe, registry, signal)
  await onDisk(folders.downloads, () => mkdir(folders.downloads, { recursive: true }))
  await removeForgotten(folders.downloads)
  await announceSizes(packages, registry, progress, { folder: folders.downloads, signal })
  const fetched: Fetched[] = []
  for (const resolved of packages) {
    const what = packageTitle(resolved)
    progress.enter('downloading', what)
    const archive = await download(resolved, {
      registry,
      folder: folders.downloads,
      retry: { retries: settings.retries, waitMs: times.waitMs },
      stallMs: times.stallMs,
      signal,
      onTotal: (bytes) => progress.expect(what, bytes),
      onReceived: (bytes) => progress.receive(what, bytes),
      onVerify: () => progress.enter('verifying', what),
    })
    fetched.push({ resolved, archive })
  }
  return fetched
}

/** So that progress tells of all packages from the beginning, and of what an earlier try left. */
async function announceSizes(
  packages: readonly ResolvedPackage[],
  registry: NpmRegistry,
  progress: InstallProgress,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<void> {
  const sizes = await Promise.all(packages.map((each) => registry.sizeOf(each, signal)))
  for (const [index, each] of packages.entries()) {
    progress.expect(packageTitle(each), sizes[index], await keptBytes(folder, each))
  }
}

const packageTitle = ({ name, version }: ResolvedPackage) => `${name} ${version}`

async function unpackAll(
  { ownInstaller }: RuntimeRecipe,
  at: { fetched: readonly Fetched[]; staged: string; progress: InstallProgress; context: InstallContext },
): Promise<void> {
  const { fetched, staged, progress, context } = at
  const { target, signal, settings, times } = context
  const unpacking = { folder: staged, target, withScripts: ownInstaller !== undefined, signal }
  const ofKind = (as: ResolvedPackage['as']) => fetched.filter(({ resolved }) => resolved.as === as)
  for (const { resolved, archive } of ofKind('package')) {
    progress.enter('unpacking', resolved.name)
    await unpackPackage(archive, resolved, unpacking)
  }
  for (const { resolved, archive } of ofKind('providers')) {
    progress.enter('unpacking', resolved.name)
    await unpackProviders(archive, resolved, unpacking)
  }
  if (ownInstaller === undefined) return
  progress.enter('completing', "onnxruntime-node's own installer fetches CUDA 12 libraries from NuGet")
  progress.expect(ownInstaller, undefined)
  await runOwnInstaller(ownInstaller, {
    folder: staged,
    builtInBinding: context.builtInBinding,
    environment: settings.environment,
    run: context.runScript,
    signal,
    limitMs: times.ownInstallerMs,
    onReceived: (bytes) => progress.receive(ownInstaller, bytes),
  })
}

async function writeRecord(
  folder: string,
  { name }: RuntimeRecipe,
  fetched: readonly Fetched[],
): Promise<void> {
  const record: RuntimeRecord = {
    format: 'batchscope-runtime',
    formatVersion: 1,
    name,
    installed: new Date().toISOString(),
    packages: fetched.map(({ resolved: { name, version, integrity } }) => ({ name, version, integrity })),
    files: await filesBelow(folder),
  }
  const file = await open(join(folder, recordName), 'w')
  try {
    await file.writeFile(`${JSON.stringify(record, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A broken runtime of the same name makes room first. */
async function moveIntoPlace(staged: string, name: string, folders: RuntimeFolders): Promise<void> {
  const place = join(folders.runtimes, name)
  await onDisk(place, async () => {
    await setAside(name, folders)
    await rename(staged, place)
  })
}

/** Takes what stands in a runtime's place out of sight, to be deleted; nothing may be there. */
export async function setAside(name: string, { runtimes, staging }: RuntimeFolders): Promise<void> {
  await mkdir(staging, { recursive: true })
  try {
    await rename(join(runtimes, name), join(staging, `${name}.old`))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

/** Removes what nobody came back for in a month. */
async function removeForgotten(folder: string): Promise<void> {
  const before = Date.now() - 30 * 24 * 3_600_000
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true }).catch(() => undefined)
  }
}

async function removeArchives(fetched: readonly Fetched[], { downloads }: RuntimeFolders): Promise<void> {
  for (const { resolved } of fetched) {
    const { whole, part } = archiveFiles(downloads, resolved)
    for (const path of [whole, part]) await rm(path, { force: true }).catch(() => undefined)
  }
}
