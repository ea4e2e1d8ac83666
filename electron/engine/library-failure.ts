import { acceleratorLibrary } from '../contract/accelerator-library.ts'
import type { ExecutionProvider } from '../contract/experiment.ts'
import { cudaMajorInName, cudaVersions, newestCudaOf } from './environment/cuda-versions.ts'
import type { KnownMachine, ProviderFailure } from './provider-failure.ts'

const seeFound = '"batchscope doctor" shows which were found, and where.'
const seeDoctor = '"batchscope doctor" lists what was found, and how to get the rest.'

/**
 * Why a library of a provider could not be loaded; `undefined` where nothing of the kind was said. The loader names the
 * first library that is missing, and only that.
 */
export function libraryFailure(
  provider: ExecutionProvider,
  name: string,
  said: string,
  machine: KnownMachine,
): ProviderFailure | undefined {
  const refused =
    /requested API version \[\d+\] is not available|given version \[\d+\] is not supported/i.test(said)
  if (refused) return otherVersion(name)
  if (/TensorRT EP could not open shared library/i.test(said))
    return missing(provider, name, 'libnvinfer.so', machine)
  if (!/Failed to load (?:shared )?library|LoadLibrary failed/i.test(said)) return undefined
  const words = loaderWords(said)
  if (words === undefined) return absent(name, machine)
  const library = /^(?:\S*\/)?([^\s/:]+\.(?:so[.\d]*|dylib|dll)): cannot open shared object/.exec(words)?.[1]
  if (library !== undefined) {
    return library.includes('onnxruntime_providers')
      ? absent(name, machine)
      : missing(provider, name, library, machine)
  }
  return unfit(name, words)
}

/** What the loader said, of the last library that it was asked for. */
function loaderWords(said: string): string | undefined {
  const [, words] = [...said.matchAll(/with error:? (.+)/g)].at(-1) ?? []
  if (words !== undefined) return words.trim()
  const code = /(?:error code: |failed with error )(\d+)/.exec(said)?.[1]
  return code === undefined ? undefined : `error ${code}`
}

/** The runtime that CUDA can be had with: the newest that the driver runs. */
function runtimeFor({ driver }: KnownMachine): string {
  const newest = newestCudaOf(driver)
  const found = cudaVersions.find(({ major }) => newest === undefined || major <= newest)
  return found?.runtime ?? cudaVersions[0]?.runtime ?? 'cuda13'
}

/** The provider's own library is not beside this ONNX Runtime. */
function absent(name: string, machine: KnownMachine): ProviderFailure {
  return {
    reason: `The ${name} provider library is not part of this runtime.`,
    hint: `Install a runtime that has it: batchscope runtime install ${runtimeFor(machine)}`,
  }
}

function missing(
  provider: ExecutionProvider,
  name: string,
  library: string,
  { libraries: found = [] }: KnownMachine,
): ProviderFailure {
  const kind = acceleratorLibrary(library)
  if (kind?.family === 'cuda') {
    return {
      reason: `${name} needs the NVIDIA driver (${library}), which was not found.`,
      hint: 'Install the NVIDIA driver; a container must be given it (--gpus all).',
    }
  }
  const needs = `${name} needs the library ${library}, which was not found.`
  if (
    kind?.family === 'tensorrt' ||
    library.startsWith('libnvinfer') ||
    library.startsWith('libnvonnxparser')
  ) {
    return {
      reason: needs,
      hint: `Install TensorRT${kind === undefined ? '' : ` ${kind.major}`}${provider === 'tensorrt' ? ', or measure on cuda' : ''}: ${seeDoctor}`,
    }
  }
  const wanted = cudaMajorInName(library)
  const other = found.find((each) => {
    const major = cudaMajorInName(each.name)
    return wanted !== undefined && each.family === kind?.family && major !== undefined && major !== wanted
  })
  const major = other && cudaMajorInName(other.name)
  if (other !== undefined && major !== undefined) {
    const runtime = cudaVersions.find((version) => version.major === major)?.runtime
    return {
      reason: `${name} needs the library ${library} of CUDA ${wanted}, and only that of CUDA ${major} was found (${other.path}): they cannot be mixed.`,
      hint:
        runtime === undefined
          ? `Install the libraries of CUDA ${wanted}: ${seeDoctor}`
          : `Install the runtime for CUDA ${major}: batchscope runtime install ${runtime}`,
    }
  }
  const of = wanted === undefined ? '' : ` of CUDA ${wanted}`
  return { reason: needs, hint: `Install the libraries${of}: ${seeDoctor}` }
}

/** It is there, and cannot be loaded. */
function unfit(name: string, words: string): ProviderFailure {
  const ofSystem = /version `((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/.exec(words)?.[1]
  if (ofSystem !== undefined) {
    return {
      reason: `The ${name} provider library needs a newer system than this one (${ofSystem}).`,
      hint: 'Use an older ONNX Runtime (batchscope runtime install onnxruntime@VERSION), or a newer system.',
    }
  }
  if (
    /version `VERS_[\d.]+' not found|onnxruntime.*undefined symbol: (?:Provider_|Ort|_ZN\d*11onnxruntime)/.test(
      words,
    )
  ) {
    return otherVersion(name)
  }
  const symbol = /(?:^|\/)([^/\s:]+\.so[.\d]*): undefined symbol: (\w+)(?:, version ([\w.]+))?/.exec(words)
  if (symbol !== null) {
    const [, library = '', function_ = '', wanted] = symbol
    const whose =
      wanted ??
      (/^cudnn/.test(function_)
        ? 'cuDNN'
        : /^(?:create|get)\w*(?:Builder|Plugin|Infer|Parser)/.test(function_)
          ? 'TensorRT'
          : 'a library')
    return {
      reason: `${library} needs another version of ${whose} than was found (${function_} is not in it).`,
      hint: `Keep one version of it: ${seeFound}`,
    }
  }
  if (words === 'error 126') {
    return {
      reason: `A library that ${name} needs was not found.`,
      hint: `Install CUDA and cuDNN and put them on PATH: ${seeDoctor}`,
    }
  }
  if (words === 'error 127') {
    return {
      reason: `A library that ${name} needs is of another version.`,
      hint: `Keep one version of CUDA and cuDNN on PATH: ${seeFound}`,
    }
  }
  if (/invalid ELF header|file too short|wrong ELF class/.test(words)) {
    return {
      reason: `A library of ${name} is damaged or not for this machine: ${sentence(words)}`,
      hint: 'Install the runtime again: batchscope runtime remove NAME, then install it.',
    }
  }
  return { reason: `The ${name} provider library cannot be loaded: ${sentence(words)}`, hint: seeDoctor }
}

function otherVersion(name: string): ProviderFailure {
  return {
    reason: `The ${name} provider library is of another version of ONNX Runtime.`,
    hint: 'Install a runtime in which they belong together: see "batchscope runtime list".',
  }
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`
}
