import { acceleratorLibrary } from '../../contract/accelerator-library.ts'
import type { Environment, FoundLibrary } from '../../contract/environment.ts'
import type { NamedRuntime } from '../../contract/runtime.ts'

/** A version of CUDA for which there is a runtime. */
interface CudaVersion {
  major: number
  runtime: NamedRuntime
  /** Oldest major version of the NVIDIA driver for Linux that can run it (CUDA's compatibility guide). */
  oldestDriver: number
  /** What ONNX Runtime needs of it, besides the driver's own library. */
  libraries: readonly string[]
}

/** The newest first. */
export const cudaVersions: readonly CudaVersion[] = [
  {
    major: 13,
    runtime: 'cuda13',
    oldestDriver: 580,
    libraries: [
      ...['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcufft.so.12'],
      ...['libcudart.so.13', 'libcudnn.so.9'],
    ],
  },
  {
    major: 12,
    runtime: 'cuda12',
    oldestDriver: 525,
    libraries: [
      ...['libcublasLt.so.12', 'libcublas.so.12', 'libcurand.so.10', 'libcufft.so.11'],
      ...['libcudart.so.12', 'libcudnn.so.9'],
    ],
  },
]

/** A driver of this major version or newer runs every CUDA that there is a runtime for. */
export const recommendedDriver = Math.max(...cudaVersions.map(({ oldestDriver }) => oldestDriver))

/** CUDA's major version that a driver can run; `undefined` where nothing tells. */
export function newestCudaOf(driver: Environment['driver']): number | undefined {
  if (driver === undefined) return undefined
  const told = Number.parseInt(driver.cuda ?? '', 10)
  if (Number.isFinite(told)) return told
  const version = Number.parseInt(driver.version, 10)
  if (!Number.isFinite(version)) return undefined
  return cudaVersions.find(({ oldestDriver }) => version >= oldestDriver)?.major ?? 11
}

/**
 * CUDA's major version that the name of a library tells. cuFFT counts its own versions: 11 is of CUDA 12, 12 of CUDA 13.
 * `undefined` for those whose name is the same for several.
 */
export function cudaMajorInName(name: string): number | undefined {
  const library = acceleratorLibrary(name)
  if (library === undefined) return undefined
  if (library.family === 'cublas' || library.family === 'cudart' || library.family === 'nvrtc') {
    return library.major
  }
  return library.family === 'cufft' && library.major >= 11 ? library.major + 1 : undefined
}

/** Package of the Python index that brings a library for a version of CUDA; `undefined` where none does. */
export function pythonPackage(library: string, cudaMajor: number): string | undefined {
  const kind = acceleratorLibrary(library)
  if (kind === undefined) return undefined
  // Since CUDA 13 the packages of CUDA itself carry no suffix; those of cuDNN and TensorRT still do.
  const suffix = cudaMajor < 13 ? `-cu${cudaMajor}` : ''
  const packages: Partial<Record<FoundLibrary['family'], string>> = {
    cudart: `nvidia-cuda-runtime${suffix}`,
    cublas: `nvidia-cublas${suffix}`,
    curand: `nvidia-curand${suffix}`,
    cufft: `nvidia-cufft${suffix}`,
    cudnn: `nvidia-cudnn-cu${cudaMajor}`,
    tensorrt: `"tensorrt-cu${cudaMajor}==${kind.major}.*"`,
  }
  return packages[kind.family]
}

/** The command that brings these libraries, `undefined` where no package does. */
export function installCommand(libraries: readonly string[], cudaMajor: number): string | undefined {
  const packages = new Set(libraries.flatMap((library) => pythonPackage(library, cudaMajor) ?? []))
  return packages.size === 0 ? undefined : `pip install ${[...packages].sort().join(' ')}`
}

/** Which of these libraries are not among those found, none of them made for another version of CUDA. */
export function absentLibraries(
  wanted: readonly string[],
  cudaMajor: number,
  found: readonly FoundLibrary[],
): string[] {
  return wanted.filter(
    (name) =>
      !found.some((library) => library.name === name && (library.cudaMajor ?? cudaMajor) === cudaMajor),
  )
}

/**
 * The runtime to install for CUDA: the newest that the driver can run, but an older one where only its libraries are all
 * here. `undefined` where the driver is too old for any.
 */
export function runtimeToInstall(
  driver: Environment['driver'],
  found: readonly FoundLibrary[],
): NamedRuntime | undefined {
  const newest = newestCudaOf(driver)
  const possible = cudaVersions.filter(({ major }) => newest === undefined || major <= newest)
  const complete = possible.find(
    ({ libraries, major }) => absentLibraries(libraries, major, found).length === 0,
  )
  return (complete ?? possible[0])?.runtime
}
