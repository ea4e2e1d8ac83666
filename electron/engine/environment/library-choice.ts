import { acceleratorLibrary } from '../../contract/accelerator-library.ts'
import { libraryPathVariable, type FoundLibrary } from '../../contract/environment.ts'
import type { LibraryNeed, ProviderLibrary } from '../../contract/runtime.ts'
import { cudaMajorInName } from './cuda-versions.ts'

/** A provider library and the names that it needs, before anything was looked for. */
export interface NeedyLibrary {
  provider: ProviderLibrary['provider']
  path: string
  needs: readonly Omit<LibraryNeed, 'foundAt'>[]
}

export interface LibraryChoice {
  providerLibraries: ProviderLibrary[]
  /** To be searched before the system's own places, in order. */
  folders: string[]
}

/**
 * Chooses, of the libraries found, those that a runtime's provider libraries are to be loaded with, and the folders that
 * its hosts must search so that the loader takes just these. Versions of CUDA are never mixed: cuDNN and cuRAND have the
 * same names for several, so one that is known to be for another is passed over, and one that is known to be for the
 * right one, or lies with the cuBLAS of the right one, is preferred to one of which nothing is known. Before all others
 * come those that fit in the folders that the user names.
 */
export function chooseLibraries(needy: readonly NeedyLibrary[], all: readonly FoundLibrary[]): LibraryChoice {
  const found = all.filter(({ unreachable }) => unreachable === undefined)
  const own = needy.map((library) => ({
    ...library,
    needs: library.needs.filter((need) => acceleratorLibrary(need.library) !== undefined),
    cudaMajor: firstMajor(library.needs),
  }))
  const cudaMajor = own.find((library) => library.cudaMajor !== undefined)?.cudaMajor
  const names = [...new Set(own.flatMap(({ needs }) => needs.map((need) => need.library)))]
  // cuDNN compiles some of its kernels when they are first used, and opens this for it.
  if (cudaMajor !== undefined) names.push(`libnvrtc.so.${cudaMajor}`)
  const fits = (library: FoundLibrary) =>
    library.cudaMajor === undefined || cudaMajor === undefined || library.cudaMajor === cudaMajor
  const fitting = found.filter(fits)
  const home = homeOfCublas(fitting, cudaMajor)
  const chosen = names.flatMap((name) => pick(name, fitting, cudaMajor, home) ?? [])
  const folders = foldersFor(chosen, usersFolders(names, found, fits), found)
  return {
    folders,
    providerLibraries: own.map(({ provider, path, needs, cudaMajor: major }) => ({
      ...{ provider, path },
      ...(major === undefined ? {} : { cudaMajor: major }),
      needs: needs.map((need) => {
        const taken = loaderTakes(need.library, folders, found)
        return { ...need, ...(taken === undefined || !fits(taken) ? {} : { foundAt: taken.path }) }
      }),
    })),
  }
}

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '/'
}

/** What belongs together: a Python environment's packages, or one folder. */
export function homeOf({ path }: Pick<FoundLibrary, 'path'>): string {
  return /^(.*)\/(?:nvidia\/[^/]+\/lib|tensorrt_libs)\/[^/]+$/.exec(path)?.[1] ?? folderOf(path)
}

function firstMajor(needs: NeedyLibrary['needs']): number | undefined {
  for (const { library } of needs) {
    const major = cudaMajorInName(library)
    if (major !== undefined) return major
  }
  return undefined
}

function homeOfCublas(found: readonly FoundLibrary[], cudaMajor: number | undefined): string | undefined {
  const cublas = found.find(({ family, major }) => family === 'cublas' && major === cudaMajor)
  return cublas === undefined ? undefined : homeOf(cublas)
}

function pick(
  name: string,
  fitting: readonly FoundLibrary[],
  cudaMajor: number | undefined,
  home: string | undefined,
): FoundLibrary | undefined {
  const named = fitting.filter((library) => library.name === name)
  const users = named.filter(({ source }) => source === libraryPathVariable)
  const candidates = users.length > 0 ? users : named
  if (cudaMajorInName(name) !== undefined) return candidates[0]
  return (
    candidates.find((library) => library.cudaMajor !== undefined && library.cudaMajor === cudaMajor) ??
    candidates.find((library) => homeOf(library) === home) ??
    candidates[0]
  )
}

/** The user's folders that hold something of use, and nothing under a name that is needed that is for another CUDA. */
function usersFolders(
  names: readonly string[],
  found: readonly FoundLibrary[],
  fits: (library: FoundLibrary) => boolean,
): string[] {
  const own = found.filter(({ name, source }) => source === libraryPathVariable && names.includes(name))
  const folders = [...new Set(own.map(searchedFolder))]
  return folders.filter((folder) => own.filter((library) => searchedFolder(library) === folder).every(fits))
}

/** Libraries whose names do not tell what they are for come first, so that no other folder's can hide them. */
function foldersFor(
  chosen: readonly FoundLibrary[],
  first: readonly string[],
  found: readonly FoundLibrary[],
): string[] {
  const ambiguous = chosen.filter(({ name }) => cudaMajorInName(name) === undefined)
  const rest = chosen.filter((library) => !ambiguous.includes(library))
  const before: FoundLibrary[] = []
  for (;;) {
    const folders = [...new Set([...first, ...before.map(searchedFolder)])]
    for (const library of [...ambiguous, ...rest]) {
      const taken = loaderTakes(library.name, folders, found)
      if (taken?.path !== library.path && !isAsGood(taken, library, folders)) {
        folders.push(searchedFolder(library))
      }
    }
    // What the loader finds by itself may be hidden by a folder that is searched for another library.
    const hidden = ambiguous.find((library) => {
      const taken = loaderTakes(library.name, folders, found)
      return taken?.path !== library.path && !isAsGood(taken, library, folders) && !before.includes(library)
    })
    if (hidden === undefined) return folders
    before.push(hidden)
  }
}

/** True where another library of that name is in one of the folders, and known to be for the same CUDA. */
function isAsGood(
  taken: FoundLibrary | undefined,
  { name, cudaMajor }: FoundLibrary,
  folders: readonly string[],
): boolean {
  if (taken === undefined || !folders.includes(searchedFolder(taken))) return false
  return cudaMajorInName(name) !== undefined || (cudaMajor !== undefined && taken.cudaMajor === cudaMajor)
}

/** The folder that hosts search for a library. */
function searchedFolder({ path, linkedIn }: FoundLibrary): string {
  return linkedIn ?? folderOf(path)
}

/** What the loader takes for a name when these folders are searched first. */
function loaderTakes(
  name: string,
  folders: readonly string[],
  found: readonly FoundLibrary[],
): FoundLibrary | undefined {
  const named = found.filter((library) => library.name === name)
  for (const folder of folders) {
    const here = named.find((library) => searchedFolder(library) === folder)
    if (here !== undefined) return here
  }
  return named.find((library) => library.loaderFinds === true)
}
