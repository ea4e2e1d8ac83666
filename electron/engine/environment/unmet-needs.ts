import { acceleratorLibrary } from '../../contract/accelerator-library.ts'
import type { FoundLibrary } from '../../contract/environment.ts'
import type { LibraryNeed, ProviderLibrary } from '../../contract/runtime.ts'
import { absentLibraries, cudaVersions, installCommand, newestCudaOf } from './cuda-versions.ts'
import { folderOf } from './library-choice.ts'
import type { MachineFacts } from './machine-facts.ts'

/** Why a provider library cannot be loaded, and what to do: from what its ELF says, without trying. */
export interface UnmetNeeds {
  /** Names that nothing here meets; the driver's own library is among them where it is missing. */
  missing: string[]
  reason: string
  hint?: string
}

type Facts = Pick<MachineFacts, 'libraries' | 'nvidiaHardware' | 'driver'>

/** `undefined` where every need is met. `installed` are the names of the runtimes that are here. */
export function unmetNeeds(
  library: ProviderLibrary,
  facts: Facts,
  installed: readonly string[],
): UnmetNeeds | undefined {
  const absent = library.needs.filter(({ foundAt }) => foundAt === undefined)
  const missing = absent.filter((need) => !isDispensable(need)).map((need) => need.library)
  if (missing.length === 0) return undefined
  const ofDriver = missing.filter((name) => acceleratorLibrary(name)?.family === 'cuda')
  const others = missing.filter((name) => !ofDriver.includes(name))
  const things = [...others, ...ofDriver.map((name) => `the NVIDIA driver (${name})`)]
  const verb = missing.length === 1 ? 'was' : 'were'
  const needs = `${subjectOf(library)} needs ${list(things)}, which ${verb} not found.`
  const other = `${onlyConvolutions(absent)}${otherVersions(library, facts.libraries)}`
  if (isWithoutDevice(facts)) {
    return { missing, reason: `There is no NVIDIA device in this machine. ${needs}${other}` }
  }
  // Who installs what is missing is told of the rest in the same breath.
  const toInstall = absent.map((need) => need.library).filter((name) => !ofDriver.includes(name))
  return { missing, reason: `${needs}${other}`, ...hintFor(library, toInstall, facts, installed) }
}

/** What fails without the needs that are missing but stop nothing else, one sentence; `undefined` where none is. */
export function lackOf({ provider, needs }: ProviderLibrary): string | undefined {
  const absent = needs.filter((need) => need.foundAt === undefined && isDispensable(need))
  if (provider !== 'cuda' || absent.length === 0) return undefined
  return `Without ${list(absent.map(({ library }) => library))} the operators Rfft and Irfft fail on CUDA; no others need it.`
}

/** cuFFT is opened by the first operator that needs it, and hardly any model has one. */
function isDispensable({ library, onDemand }: LibraryNeed): boolean {
  return onDemand && acceleratorLibrary(library)?.family === 'cufft'
}

/** With only cuDNN missing CUDA would start, and then fail in most models: so it is said why that is not enough. */
function onlyConvolutions(absent: readonly LibraryNeed[]): string {
  const blocking = absent.filter((need) => !isDispensable(need))
  const onlyCudnn = blocking.every(
    ({ library, onDemand }) => onDemand && acceleratorLibrary(library)?.family === 'cudnn',
  )
  return onlyCudnn ? ' Without cuDNN convolutions fail.' : ''
}

/** `CUDA 13`, `TensorRT for CUDA 13`. */
function subjectOf({ provider, cudaMajor }: ProviderLibrary): string {
  const version = cudaMajor === undefined ? '' : ` ${cudaMajor}`
  return provider === 'cuda' ? `CUDA${version}` : `TensorRT${version === '' ? '' : ` for CUDA${version}`}`
}

/** True where no step on this machine would help. */
function isWithoutDevice({ nvidiaHardware, ...facts }: Facts): boolean {
  return nvidiaHardware === false && !hasDriver(facts)
}

function hasDriver({ libraries }: Pick<Facts, 'libraries'>): boolean {
  return libraries.some(({ family }) => family === 'cuda')
}

/** `a`, `a and b`, `a, b and c`. */
export function list(things: readonly string[]): string {
  const last = things.at(-1) ?? ''
  return things.length < 2 ? last : `${things.slice(0, -1).join(', ')} and ${last}`
}

/** A library of the right name that is for another CUDA looks like the one that is missing: so it is named. */
function otherVersions({ needs, cudaMajor }: ProviderLibrary, found: readonly FoundLibrary[]): string {
  return needs
    .flatMap(({ library: name, foundAt }) => {
      if (foundAt !== undefined) return []
      const other = found.find((library) => library.name === name && library.cudaMajor !== cudaMajor)
      if (other?.cudaMajor === undefined) return []
      return [` The ${name} in ${folderOf(other.path)} is for CUDA ${other.cudaMajor}.`]
    })
    .join('')
}

function hintFor(
  { cudaMajor }: ProviderLibrary,
  missing: readonly string[],
  facts: Facts,
  installed: readonly string[],
): { hint?: string } {
  const command = cudaMajor === undefined ? undefined : installCommand(missing, cudaMajor)
  if (!hasDriver(facts)) {
    return {
      hint:
        command === undefined
          ? 'Install the NVIDIA driver.'
          : `Install the NVIDIA driver, and the libraries: ${command}`,
    }
  }
  const complete = cudaVersions.find(
    ({ major, libraries, runtime }) =>
      major !== cudaMajor &&
      !installed.includes(runtime) &&
      major <= (newestCudaOf(facts.driver) ?? major) &&
      absentLibraries(libraries, major, facts.libraries).length === 0,
  )
  if (complete !== undefined) {
    const { major, runtime } = complete
    return {
      hint: `The libraries of CUDA ${major} are here, so install the runtime for it: batchscope runtime install ${runtime}`,
    }
  }
  return command === undefined ? {} : { hint: `Install the libraries: ${command}` }
}
