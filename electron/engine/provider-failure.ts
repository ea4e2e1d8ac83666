import type { Environment } from '../contract/environment.ts'
import type { ExecutionProvider } from '../contract/experiment.ts'
import { cudaErrors } from './cuda-errors.ts'
import { withoutColours } from './experiment/runtime-words.ts'
import { cudaVersions, newestCudaOf, recommendedDriver } from './environment/cuda-versions.ts'
import { libraryFailure } from './library-failure.ts'

/** Why a provider cannot be used, in one plain line, and what to do about it. */
export interface ProviderFailure {
  reason: string
  hint?: string
}

/** What is known of the machine; the more of it, the plainer the reason. */
export type KnownMachine = Partial<Pick<Environment, 'libraries' | 'driver' | 'devices'>>

const names: Record<ExecutionProvider, string> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  dml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
}

/**
 * Recognises from what ONNX Runtime said (its error, and its standard error, which names the missing library) that the
 * provider itself cannot be used here; `undefined` when it speaks of something else, for example of the model.
 */
export function providerFailure(
  provider: ExecutionProvider,
  said: string,
  machine: KnownMachine = {},
): ProviderFailure | undefined {
  const plain = withoutColours(said)
  return (
    libraryFailure(provider, names[provider], plain, machine) ??
    notInBuild(provider, plain) ??
    cudaFailure(plain, machine) ??
    cudaLibraryFailure(plain) ??
    adapterFailure(plain)
  )
}

function notInBuild(provider: ExecutionProvider, said: string): ProviderFailure | undefined {
  if (!/backend not found|is not supported in this build|execution provider is not enabled/i.test(said)) {
    return undefined
  }
  const reason = `${names[provider]} is not part of this build of ONNX Runtime.`
  return provider === 'cuda' || provider === 'tensorrt'
    ? { reason, hint: 'See "batchscope runtime list" for runtimes that bring it.' }
    : { reason }
}

const seeDmesg = 'look for NVRM in "sudo dmesg"'

/** What CUDA says of driver and device when it is started, or at the first kernel. */
function cudaFailure(said: string, machine: KnownMachine): ProviderFailure | undefined {
  const is = (...kinds: (keyof typeof cudaErrors)[]) =>
    kinds.some((kind) => cudaErrors[kind].pattern.test(said))
  if (/Driver\/library version mismatch/i.test(said) || is('mixedDriver')) {
    return {
      reason: 'Two versions of the NVIDIA driver are mixed: its libraries do not fit its kernel module.',
      hint: 'Restart the machine after a driver update; in a container, remove its own libcuda.so from the search path.',
    }
  }
  if (is('oldDriver', 'callNeedsNewerDriver', 'newerCode')) return oldDriver(machine)
  if (is('notForwardCompatible')) {
    return {
      reason: "CUDA's compatibility libraries (cuda-compat) do not support this GPU.",
      hint: `Update the NVIDIA driver to ${recommendedDriver} or newer, or take cuda-compat off the search path.`,
    }
  }
  if (is('stubDriver')) {
    return {
      reason: 'A stub was loaded in place of the NVIDIA driver (libcuda.so.1).',
      hint: 'Take the folder "stubs" of the CUDA toolkit out of LD_LIBRARY_PATH.',
    }
  }
  if (is('systemNotReady')) {
    return {
      reason:
        'The GPUs are not initialised yet: on machines with NVSwitch, CUDA waits for the Fabric Manager.',
      hint: 'Start it with "sudo systemctl start nvidia-fabricmanager"; its version must be the driver\'s.',
    }
  }
  if (is('sharingService')) {
    return {
      reason: "CUDA's sharing service (MPS) cannot be reached.",
      hint: 'Start it with "nvidia-cuda-mps-control -d", or unset CUDA_MPS_PIPE_DIRECTORY.',
    }
  }
  if (is('noDevice')) return noDevice(machine)
  if (is('noSuchDevice')) return noSuchDevice(machine)
  if (is('busy')) {
    return {
      reason: 'The GPU is busy or not available: another process has it to itself, or it needs a reset.',
      hint: 'See who uses it with "nvidia-smi"; its compute mode must be Default, and MIG needs an instance.',
    }
  }
  if (is('noCodeForDevice')) {
    const devices = (machine.devices ?? []).map(({ name }) => name)
    const which = devices.length === 0 ? 'this GPU' : [...new Set(devices)].join(', ')
    return {
      reason: `This ONNX Runtime has no code for the architecture of ${which}.`,
      hint: 'Older GPUs need a runtime for an older CUDA (batchscope runtime install cuda12), newer ones a newer one (batchscope runtime install cuda13).',
    }
  }
  if (is('initialization', 'refusedBySystem', 'unknown')) {
    return {
      reason: 'CUDA cannot be started: the NVIDIA driver does not work properly here.',
      hint: `Try "nvidia-smi" and ${seeDmesg}; loading the module nvidia_uvm again, or a restart, often helps.`,
    }
  }
  return undefined
}

function oldDriver({ driver }: KnownMachine): ProviderFailure {
  const newest = newestCudaOf(driver)
  const older = cudaVersions.find(({ major }) => newest !== undefined && major <= newest)
  const isTooOldForAll = newest !== undefined && older === undefined
  const what =
    driver === undefined
      ? 'The NVIDIA driver is too old for the CUDA of this runtime.'
      : `The NVIDIA driver ${driver.version}${driver.cuda === undefined ? '' : `, which runs CUDA up to ${driver.cuda},`} is too old for the CUDA of this runtime.`
  const update = `Update the NVIDIA driver to ${recommendedDriver} or newer`
  if (isTooOldForAll) return { reason: what, hint: `${update}.` }
  const runtime = older?.runtime ?? cudaVersions.at(-1)?.runtime
  return {
    reason: what,
    hint: `${update}, or install a runtime for an older CUDA: batchscope runtime install ${runtime}`,
  }
}

function noDevice({ devices = [] }: KnownMachine): ProviderFailure {
  const divided = devices.find(({ migInstances }) => migInstances?.length === 0)
  if (divided !== undefined) {
    return {
      reason: `GPU ${divided.index} is in MIG mode and has no instance that could be used.`,
      hint: `Make one (nvidia-smi mig -i ${divided.index} -cgi 0 -C), or leave MIG mode (nvidia-smi -i ${divided.index} -mig 0).`,
    }
  }
  return {
    reason: 'No NVIDIA device was found.',
    hint: 'Check that "nvidia-smi" lists one, that CUDA_VISIBLE_DEVICES does not hide it, and that a container was given it (--gpus all).',
  }
}

function noSuchDevice({ devices = [] }: KnownMachine): ProviderFailure {
  const indices = devices.map(({ index }) => index)
  const here =
    indices.length === 0 ? '' : ` (there ${indices.length === 1 ? 'is' : 'are'} ${indices.join(', ')})`
  return {
    reason: `There is no such device${here}.`,
    hint: 'Choose a device that "batchscope doctor" lists; CUDA_VISIBLE_DEVICES and MIG hide others from CUDA.',
  }
}

/** What cuDNN and cuBLAS say when they do not fit the rest. */
function cudaLibraryFailure(said: string): ProviderFailure | undefined {
  if (/CUDNN_STATUS_(?:NOT_SUPPORTED_)?ARCH_MISMATCH|CUBLAS_STATUS_ARCH_MISMATCH/.test(said)) {
    return {
      reason: 'cuDNN or cuBLAS does not support the architecture of this GPU.',
      hint: 'Install a runtime for an older CUDA: batchscope runtime install cuda12',
    }
  }
  if (
    /CUDNN_STATUS_(?:SUBLIBRARY_)?VERSION_MISMATCH|CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED|Unable to load any of \{libcudnn|Could not load library (?:lib)?cudnn/i.test(
      said,
    )
  ) {
    const part = /(?:Could not load library |Unable to load any of \{)((?:lib)?cudnn\w*(?:\.\w+)*)/i.exec(
      said,
    )?.[1]
    return {
      reason: `The parts of cuDNN do not fit each other, or not all of them are here${part === undefined ? '' : ` (${part})`}.`,
      hint: 'Keep one version of cuDNN: "batchscope doctor" shows those found, and which is taken.',
    }
  }
  if (/CUDNN_STATUS_NOT_INITIALIZED|CUDNN failure .*expr=cudnnCreate\(/.test(said)) {
    return {
      reason:
        'cuDNN cannot be started: its version does not fit the driver or CUDA, or the GPU has no memory left.',
      hint: 'See "batchscope doctor" for the cuDNN that is taken, and "nvidia-smi" for free memory.',
    }
  }
  if (/CUBLAS_STATUS_NOT_INITIALIZED|CUBLAS failure .*expr=cublasCreate\(/.test(said)) {
    return {
      reason: 'cuBLAS cannot be started: its version does not fit the driver, or the GPU has no memory left.',
      hint: 'See "batchscope doctor" for the cuBLAS that is taken, and "nvidia-smi" for free memory.',
    }
  }
  return undefined
}

/** What Direct3D and WebGPU say where there is no adapter for them. */
function adapterFailure(said: string): ProviderFailure | undefined {
  if (/Invalid adapter index|device_id.{0,30}invalid/i.test(said)) {
    return {
      reason: 'There is no such device.',
      hint: 'Choose a device that "batchscope doctor" lists.',
    }
  }
  if (/\b887A0004\b|DXGI_ERROR_UNSUPPORTED/i.test(said)) {
    return {
      reason: 'The GPU or its driver has no Direct3D 12 of the level that DirectML needs.',
      hint: "Update the GPU's driver, or choose another device.",
    }
  }
  if (/No supported adapters|Failed to get a WebGPU adapter/i.test(said)) {
    return {
      reason: 'No GPU adapter was found (WebGPU needs Vulkan, Metal or Direct3D 12).',
      hint: /Couldn't load Vulkan/i.test(said)
        ? 'Install the Vulkan loader (libvulkan1) and a driver of your GPU.'
        : 'Install a driver of your GPU.',
    }
  }
  return undefined
}
