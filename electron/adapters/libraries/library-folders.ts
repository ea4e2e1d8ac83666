import { readdir } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { libraryPathVariable } from '../../contract/environment.ts'
import { separators } from './link-folder.ts'
import { librariesOfPackages, sitePackages } from './python-environments.ts'

/** A folder that is searched for libraries. */
export interface LibraryFolder {
  path: string
  source: string
  /** True when the system's loader searches it without being told. */
  loaderSearches: boolean
}

export interface LibraryFolders {
  /** Searched before the loader's cache. */
  first: LibraryFolder[]
  /** Searched after it. */
  then: LibraryFolder[]
}

/** The source of what a driver on Windows brings into WSL. */
export const windowsDriver = 'Windows driver'

/** Of the multiarch folders and of the targets in a CUDA toolkit, those of this machine. */
const multiarch: Partial<Record<string, { triplet: string; targets: string[] }>> = {
  x64: { triplet: 'x86_64-linux-gnu', targets: ['x86_64-linux'] },
  arm64: { triplet: 'aarch64-linux-gnu', targets: ['sbsa-linux', 'aarch64-linux'] },
}

/** Where libraries may lie, in the order of searching. `root` is the system's, but for tests. */
export async function libraryFolders(
  environment: NodeJS.ProcessEnv,
  { root, architecture }: { root: string; architecture: string },
): Promise<LibraryFolders> {
  const [toolkits, python] = await Promise.all([
    toolkitFolders(root, architecture),
    pythonFolders(environment),
  ])
  const folder = (source: string, loaderSearches = false) => {
    return (path: string): LibraryFolder => ({ path, source, loaderSearches })
  }
  const triplet = multiarch[architecture]?.triplet
  const system = [
    ...(triplet === undefined ? [] : [`lib/${triplet}`, `usr/lib/${triplet}`]),
    ...['lib64', 'usr/lib64', 'lib', 'usr/lib'],
  ]
  const conda = environment['CONDA_PREFIX']
  return {
    first: [
      ...listed(environment[libraryPathVariable], delimiter).map(folder(libraryPathVariable)),
      ...listed(environment['LD_LIBRARY_PATH'], separators).map(folder('LD_LIBRARY_PATH', true)),
    ],
    then: [
      ...system.map((path) => folder('system folder', true)(join(root, path))),
      folder(windowsDriver)(join(root, 'usr/lib/wsl/lib')),
      ...toolkits,
      ...(conda !== undefined && isAbsolute(conda) ? [folder('conda')(join(conda, 'lib'))] : []),
      ...python.map(folder('Python environment')),
    ],
  }
}

/** Absolute ones only: others depend on where Batchscope was started, and an empty one is just that folder. */
function listed(path: string | undefined, separator: string | RegExp): string[] {
  return (path ?? '').split(separator).filter((each) => isAbsolute(each))
}

async function toolkitFolders(root: string, architecture: string): Promise<LibraryFolder[]> {
  const local = join(root, 'usr/local')
  const names = (await readdir(local).catch(() => [])).filter((name) => /^cuda(?:-|$)/.test(name)).sort()
  const targets = multiarch[architecture]?.targets ?? []
  return names.flatMap((name) =>
    ['lib64', ...targets.map((target) => `targets/${target}/lib`)].map((inside) => ({
      path: join(local, name, inside),
      source: join(local, name),
      loaderSearches: false,
    })),
  )
}

async function pythonFolders(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const packages = await sitePackages(environment)
  return (await Promise.all(packages.map(librariesOfPackages))).flat()
}
