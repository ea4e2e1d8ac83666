import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FoundLibrary } from '../../contract/environment.ts'

/** Families whose libraries have the same name for several versions of CUDA. */
const ambiguous: readonly FoundLibrary['family'][] = ['cudnn', 'curand', 'tensorrt']

/** What the package managers call them. */
const packageWords: Partial<Record<FoundLibrary['family'], string>> = { tensorrt: 'tensorrt' }

/**
 * CUDA's major version that a library was made for, where the library's own name does not tell it: from the package
 * that brought it (pip, conda, Debian), from the folder of its CUDA, or from what the libraries beside it need.
 * `neededBy` gives the names that a library needs.
 */
export async function cudaMajorOf(
  library: Pick<FoundLibrary, 'family' | 'path'>,
  { root, neededBy }: { root: string; neededBy: (path: string) => Promise<string[]> },
): Promise<number | undefined> {
  const { family, path } = library
  if (!ambiguous.includes(family)) return undefined
  const folder = dirname(path)
  // NVIDIA's packages for pip since CUDA 13 share a folder that tells more than the names of the packages do.
  const ownFolder = /\/nvidia\/cu(\d+)\/lib$/.exec(folder)?.[1]
  if (ownFolder !== undefined) return Number(ownFolder)
  const word = packageWords[family] ?? `nvidia_${family}`
  const packages = /^(.*)\/(?:nvidia\/[^/]+\/lib|tensorrt_libs)$/.exec(folder)?.[1]
  const fromPackage =
    packages === undefined
      ? ((await majorIn(join(dirname(folder), 'conda-meta'), /^cuda-version-(\d+)\./)) ??
        (await debianMajor(family, folder, root)))
      : await majorIn(packages, new RegExp(`^${word}_cu(\\d+)(?:_libs)?-[^/]*\\.dist-info$`, 'i'))
  return fromPackage ?? majorOfToolkit(folder) ?? (await majorOfNeighbours(folder, family, neededBy))
}

/** Of the folder of a CUDA toolkit, and of no other that lies somewhere under one of that name. */
function majorOfToolkit(folder: string): number | undefined {
  const major = /\/cuda-(\d+)(?:\.\d+)?\/(?:lib64|lib|targets\/[^/]+\/lib)$/.exec(folder)?.[1]
  return major === undefined ? undefined : Number(major)
}

/** Debian's packages put everything into one folder; only the names of the packages tell them apart. */
async function debianMajor(family: string, folder: string, root: string): Promise<number | undefined> {
  if (!folder.startsWith(join(root, 'usr/lib/')) && !folder.startsWith(join(root, 'lib/'))) return undefined
  const pattern = family === 'cudnn' ? /^libcudnn\d+-cuda-(\d+)(?::\w+)?\.list$/ : undefined
  return pattern === undefined ? undefined : majorIn(join(root, 'var/lib/dpkg/info'), pattern)
}

/** What the first names in a folder that match tell, where they all tell the same. */
async function majorIn(folder: string, pattern: RegExp): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => [])
  return onlyOne(names.map((name) => pattern.exec(name)?.[1]))
}

async function majorOfNeighbours(
  folder: string,
  family: string,
  neededBy: (path: string) => Promise<string[]>,
): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => [])
  const own = names.filter((name) => name.startsWith(`lib${family}`) && /\.so\.\d+$/.test(name)).slice(0, 16)
  const needed = await Promise.all(own.map((name) => neededBy(join(folder, name))))
  return onlyOne(
    needed.flat().map((name) => /^lib(?:cublas(?:Lt)?|cudart|nvrtc)\.so\.(\d+)$/.exec(name)?.[1]),
  )
}

function onlyOne(majors: readonly (string | undefined)[]): number | undefined {
  const distinct = new Set(majors.filter((major) => major !== undefined))
  return distinct.size === 1 ? Number([...distinct][0]) : undefined
}
