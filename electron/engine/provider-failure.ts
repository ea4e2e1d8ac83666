import type { ExecutionProvider } from '../contract/experiment.ts'

/** Why a provider cannot be used, in one plain line, and what to do about it. */
export interface ProviderFailure {
  reason: string
  hint?: string
}

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
export function providerFailure(provider: ExecutionProvider, said: string): ProviderFailure | undefined {
  const name = names[provider]
  if (/Failed to load shared library|Failed to load library/i.test(said)) return libraryFailure(name, said)
  if (/backend not found|is not supported in this build|execution provider is not enabled/i.test(said)) {
    return { reason: `${name} is not part of this build of ONNX Runtime.` }
  }
  if (/no CUDA-capable device is detected|CUDA failure 100\b|cudaErrorNoDevice/i.test(said)) {
    return { reason: 'No NVIDIA device was found.', hint: 'Check that "nvidia-smi" lists one.' }
  }
  if (/driver version is insufficient|CUDA failure 35\b/i.test(said)) {
    return { reason: 'The NVIDIA driver is too old for this CUDA.', hint: 'Update the NVIDIA driver.' }
  }
  if (/invalid device ordinal|CUDA failure 101\b|Invalid adapter index|device_id.{0,30}invalid/i.test(said)) {
    return {
      reason: `There is no such device for ${name}.`,
      hint: 'Choose a device that the Environment page lists.',
    }
  }
  if (/No supported adapters|Failed to get a WebGPU adapter/i.test(said)) {
    const vulkan = /Couldn't load Vulkan/i.test(said)
    return {
      reason: 'No GPU adapter was found (WebGPU needs Vulkan, Metal or Direct3D 12).',
      hint: vulkan
        ? 'Install the Vulkan loader (libvulkan1) and a driver of your GPU.'
        : 'Install a driver of your GPU.',
    }
  }
  return undefined
}

function libraryFailure(name: string, said: string): ProviderFailure {
  const missing = /error: (?:.*\/)?([^\s/:]+\.(?:so[.\d]*|dylib|dll)): cannot open shared object/.exec(
    said,
  )?.[1]
  if (missing !== undefined && !missing.includes('onnxruntime_providers')) {
    return {
      reason: `${name} needs the library ${missing}, which is not installed.`,
      hint: 'Install it, or add its folder to LD_LIBRARY_PATH.',
    }
  }
  return {
    reason: `The ${name} provider library is not installed with this ONNX Runtime.`,
    hint: 'Run "node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12" in the folder of Batchscope.',
  }
}
