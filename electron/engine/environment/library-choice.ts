import { acceleratorLibrary } from '../../contract/accelerator-library.ts'
import type { FoundLibrary } from '../../contract/environment.ts'
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
 * right one, or lies with the cuBLAS of the right one, is preferred to one of which nothing is known.
 */
export function chooseLibraries(
  needy: readonly NeedyLibrary[],
  found: readonly FoundLibrary[],
): LibraryChoice {
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
  const folders = foldersFor(chosen, found)
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
  const candidates = fitting.filter((library) => library.name === name)
  if (cudaMajorInName(name) !== undefined) return candidates[0]
  return (
    candidates.find((library) => library.cudaMajor !== undefined && library.cudaMajor === cudaMajor) ??
    candidates.find((library) => homeOf(library) === home) ??
    candidates[0]
  )
}

/** Libraries whose names do not tell what they are for come first, so that no other folder's can hide them. */
function foldersFor(chosen: readonly FoundLibrary[], found: readonly FoundLibrary[]): string[] {
  const ambiguous = chosen.filter(({ name }) => cudaMajorInName(name) === undefined)
  const rest = chosen.filter((library) => !ambiguous.includes(library))
  const folders: string[] = []
  for (const library of [...ambiguous, ...rest]) {
    if (loaderTakes(library.name, folders, found)?.path !== library.path && !holds(folders, library, found)) {
      folders.push(folderOf(library.path))
    }
  }
  return folders
}

/** True when one of the folders holds a library of that name that is as good. */
function holds(folders: readonly string[], library: FoundLibrary, found: readonly FoundLibrary[]): boolean {
  const taken = loaderTakes(library.name, folders, found)
  return (
    taken !== undefined && folders.includes(folderOf(taken.path)) && taken.cudaMajor === library.cudaMajor
  )
}

/** What the loader takes for a name when these folders are searched first. */
function loaderTakes(
  name: string,
  folders: readonly string[],
  found: readonly FoundLibrary[],
): FoundLibrary | undefined {
  const named = found.filter((library) => library.name === name)
  for (const folder of folders) {
    const here = named.find((library) => folderOf(library.path) === folder)
    if (here !== undefined) return here
  }
  return named.find((library) => library.loaderFinds === true)
}
