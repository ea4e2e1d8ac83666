import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { acceleratorLibrary } from '../../contract/accelerator-library.ts'
import { libraryPathVariable, type FoundLibrary } from '../../contract/environment.ts'
import type { LibraryProbe } from '../../engine/ports.ts'
import { cudaMajorOf } from './cuda-major.ts'
import { readElf, type Elf } from './elf.ts'
import { libraryFolders, windowsDriver, type LibraryFolder } from './library-folders.ts'
import { isLinked, isShared, linkFolder, separators } from './link-folder.ts'
import { loaderCache } from './loader-cache.ts'
import { openedOnDemand } from './opened-on-demand.ts'

export interface LibraryProbeOptions {
  environment?: NodeJS.ProcessEnv
  platform?: NodeJS.Platform
  architecture?: string
  /** The folder that holds the system; another than `/` in tests, and then there is no loader cache. */
  root?: string
  /** Folders of links are made here: where a folder holds more than accelerators' libraries. Default: none are. */
  linksFolder?: string
}

/** `e_machine` of ELF files for this processor; those of others are passed over, as the loader does. */
const machines: Partial<Record<string, number>> = { x64: 62, arm64: 183 }

/** Accelerators' shared libraries on this machine. */
export function createLibraryProbe(options: LibraryProbeOptions = {}): LibraryProbe {
  const { environment = process.env, platform = process.platform } = options
  const { architecture = process.arch, root = '/', linksFolder } = options
  const known = new Map<string, Promise<LibraryNeeds>>()

  async function find(): Promise<FoundLibrary[]> {
    if (platform !== 'linux') return []
    const [{ first, then }, cached] = await Promise.all([
      libraryFolders(environment, { root, architecture }),
      root === '/' ? loaderCache(environment) : [],
    ])
    const inCache = cached.map((path) => ({ path, source: 'loader cache', loaderSearches: true }))
    const candidates = [
      ...(await Promise.all(first.map(librariesIn))),
      inCache.filter(({ path }) => acceleratorLibrary(basename(path)) !== undefined),
      ...(await Promise.all(then.map(librariesIn))),
    ].flat()
    const seen = new Set<string>()
    const placeOf = placesOnPath(linksFolder)
    const found = await Promise.all(candidates.map(usable))
    const distinct = found.flatMap((library) => {
      if (library === undefined) return []
      const { file, ...rest } = library
      const key = `${rest.name} ${file}`
      if (seen.has(key)) return []
      seen.add(key)
      return [rest]
    })
    return Promise.all(distinct.map(async (library) => ({ ...library, ...(await placeOf(library)) })))
  }

  /** The library with its folder's links followed; `undefined` where it is none for this processor. */
  async function usable(candidate: LibraryFolder): Promise<(FoundLibrary & { file: string }) | undefined> {
    const name = basename(candidate.path)
    const kind = acceleratorLibrary(name)
    try {
      const [folder, file] = await Promise.all([realpath(dirname(candidate.path)), realpath(candidate.path)])
      const elf = await elfOf(candidate.path)
      const wanted = machines[architecture]
      if (kind === undefined || elf === undefined || (wanted !== undefined && elf.machine !== wanted))
        return undefined
      const path = join(folder, name)
      const cudaMajor = await cudaMajorOf({ family: kind.family, path }, { root, neededBy })
      return {
        ...{ name, ...kind, path, source: candidate.source, file },
        ...(cudaMajor === undefined ? {} : { cudaMajor }),
        ...(candidate.loaderSearches ? { loaderFinds: true } : {}),
      }
    } catch {
      // A link that leads nowhere, or a file that may not be read: the loader cannot take it either.
      return undefined
    }
  }

  return {
    find,
    async needs(path) {
      const file = await openLibrary(path).catch(() => undefined)
      if (file === undefined) return []
      try {
        const { size, mtimeMs } = await file.stat()
        const key = `${path}\0${size}\0${mtimeMs}`
        const needs = known.get(key) ?? readNeeds(path)
        known.set(key, needs)
        return await needs
      } finally {
        await file.close()
      }
    },
  }
}

type LibraryNeeds = Awaited<ReturnType<LibraryProbe['needs']>>

async function librariesIn(folder: LibraryFolder): Promise<LibraryFolder[]> {
  const names = await readdir(folder.path).catch(() => [])
  return names
    .filter((name) => acceleratorLibrary(name) !== undefined)
    .sort()
    .map((name) => ({ ...folder, path: join(folder.path, name) }))
}

/** How a library is put on the loader's search path, where that is not the folder in which it lies. */
function placesOnPath(linksFolder: string | undefined) {
  const shared = onceEach(async (folder) => separators.test(folder) || (await isShared(folder)))
  const links = onceEach(async (folder) =>
    linksFolder === undefined ? undefined : linkFolder(folder, linksFolder),
  )
  return async (library: FoundLibrary): Promise<Pick<FoundLibrary, 'linkedIn' | 'unreachable'>> => {
    // What the driver on Windows puts there belongs together.
    if (library.source === windowsDriver) return {}
    const folder = dirname(library.path)
    if (!(await shared(folder))) return {}
    const linkedIn = isLinked(library.name) ? await links(folder) : undefined
    if (linkedIn !== undefined) return { linkedIn }
    const isSearched = library.loaderFinds === true || library.source === libraryPathVariable
    return isSearched && !separators.test(folder)
      ? {}
      : { unreachable: "its folder cannot be searched without other programs' libraries" }
  }
}

function onceEach<Value>(look: (folder: string) => Promise<Value>): (folder: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>()
  return (folder) => {
    const looked = known.get(folder) ?? look(folder)
    known.set(folder, looked)
    return looked
  }
}

/** Anything but a file is not opened: a pipe would wait for its other end. */
async function openLibrary(path: string): Promise<FileHandle> {
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no file`)
  return open(path)
}

async function elfOf(path: string): Promise<Elf | undefined> {
  const file = await openLibrary(path)
  try {
    return await readElf(file)
  } finally {
    await file.close()
  }
}

async function neededBy(path: string): Promise<string[]> {
  const elf = await elfOf(path).catch(() => undefined)
  return elf?.needed ?? []
}

async function readNeeds(path: string): Promise<LibraryNeeds> {
  const file = await openLibrary(path)
  try {
    const elf = await readElf(file)
    if (elf === undefined) return []
    const onDemand = await openedOnDemand(file, elf.code)
    const rest = onDemand.filter((library) => !elf.needed.includes(library))
    return [
      ...elf.needed.map((library) => ({ library, onDemand: false })),
      ...rest.map((library) => ({ library, onDemand: true })),
    ]
  } catch {
    return []
  } finally {
    await file.close()
  }
}
