import { libraryPathVariable, type Finding, type FoundLibrary } from '../../contract/environment.ts'
import type { Runtime } from '../../contract/runtime.ts'
import { cudaMajorInName } from './cuda-versions.ts'
import { folderOf, homeOf } from './library-choice.ts'
import { list } from './unmet-needs.ts'

const familyNames: Partial<Record<FoundLibrary['family'], string>> = {
  cudart: 'CUDA runtime',
  cublas: 'cuBLAS',
  cudnn: 'cuDNN',
  curand: 'cuRAND',
  cufft: 'cuFFT',
  nvrtc: 'NVRTC',
  tensorrt: 'TensorRT',
}

/** CUDA's libraries by major version and place, and which runtimes are loaded with them. */
export function cudaLibraryFindings(
  libraries: readonly FoundLibrary[],
  runtimes: readonly Runtime[],
): Finding[] {
  const ofCuda = libraries.filter(({ family }) => familyNames[family] !== undefined)
  if (ofCuda.length === 0) return [{ topic: 'CUDA libraries', state: 'absent', text: 'None were found.' }]
  const majors = [...new Set(ofCuda.map((library) => majorOf(library, ofCuda)))].sort(
    (one, other) => (other ?? 0) - (one ?? 0),
  )
  return majors.map((major) => {
    const own = ofCuda.filter((library) => majorOf(library, ofCuda) === major)
    const users = runtimes.filter((runtime) => uses(runtime, own)).map(({ name }) => name)
    const text = `${placesOf(own)}; ${
      users.length === 0
        ? 'no runtime that is installed uses them'
        : `used by the runtime${users.length === 1 ? '' : 's'} ${list(users)}`
    }.`
    return {
      topic: major === undefined ? 'CUDA libraries' : `CUDA ${major} libraries`,
      state: users.length === 0 ? 'absent' : 'good',
      text,
    }
  })
}

/** From its name, its package, or what lies with it. */
function majorOf(library: FoundLibrary, all: readonly FoundLibrary[]): number | undefined {
  const own = library.cudaMajor ?? cudaMajorInName(library.name)
  if (own !== undefined) return own
  const together = all.filter((other) => homeOf(other) === homeOf(library))
  const majors = new Set(together.flatMap(({ name }) => cudaMajorInName(name) ?? []))
  return majors.size === 1 ? [...majors][0] : undefined
}

function uses({ providerLibraries }: Runtime, libraries: readonly FoundLibrary[]): boolean {
  const taken = new Set(
    providerLibraries.flatMap(({ needs }) => needs.flatMap(({ foundAt }) => foundAt ?? [])),
  )
  return libraries.some(({ path }) => taken.has(path))
}

/** `cuBLAS and cuFFT in /usr/local/cuda-13.0/lib (loader cache); cuDNN 9 in ...`. */
function placesOf(libraries: readonly FoundLibrary[]): string {
  const places = new Map<string, Set<string>>()
  for (const library of libraries) {
    const unreachable =
      library.unreachable === undefined
        ? ''
        : `; not used, as ${library.unreachable}: to use it all the same, name it in ${libraryPathVariable}`
    const place = `${placeOf(library)} (${library.source}${unreachable})`
    const name = familyNames[library.family] ?? library.name
    const words = library.family === 'cudnn' ? `${name} ${library.major ?? ''}`.trim() : name
    places.set(place, (places.get(place) ?? new Set()).add(words))
  }
  return [...places].map(([place, names]) => `${list([...names])} in ${place}`).join('; ')
}

function placeOf(library: FoundLibrary): string {
  const home = homeOf(library)
  return home === folderOf(library.path) ? home : `${home}/nvidia`
}
