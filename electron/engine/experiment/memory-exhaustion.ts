import type { ExecutionProvider } from '../../contract/experiment.ts'

/** Whose memory ran out. `runtime` is ONNX Runtime's arena: the device's for providers that have one, else the host's. */
type Owner = 'device' | 'host' | 'runtime'

/** What runtimes, drivers and engines say when there is no memory left. The first that matches tells whose it was. */
const signs: readonly (readonly [Owner, RegExp])[] = [
  // CUDA, cuBLAS, cuDNN, TensorRT
  [
    'device',
    /cudaErrorMemoryAllocation|CUDA (?:failure|error) 2\b|CUDA_ERROR_OUT_OF_MEMORY|CUDA.{0,40}out of memory/i,
  ],
  ['device', /CUBLAS_STATUS_ALLOC_FAILED|CUBLAS failure 3\b/],
  ['device', /CUDNN_STATUS_(?:INTERNAL_ERROR_DEVICE_)?ALLOC(?:ATION)?_FAILED/],
  ['device', /Requested amount of GPU memory .* could not be allocated/],
  // DirectML
  ['device', /E_OUTOFMEMORY|\b(?:0x)?8007000E\b/i],
  // WebGPU: Dawn over Vulkan, Metal or Direct3D
  ['host', /VK_ERROR_OUT_OF_HOST_MEMORY/],
  ['device', /VK_ERROR_OUT_OF_DEVICE_MEMORY|GPUOutOfMemoryError/],
  ['device', /(?:device (?:was )?lost|wgpu|WebGPU|webgpu).{0,200}out of memory/is],
  // ONNX Runtime
  ['runtime', /Failed to allocate memory for requested buffer of size/],
  ['runtime', /Available memory of \d+ is smaller than requested bytes of \d+/],
  ['runtime', /BFCArena.{0,200}(?:alloc|memory)/is],
  // C++ and the C library
  ['host', /std::bad_alloc|bad_array_new_length/],
  [
    'host',
    /Cannot allocate memory|Not enough space|failed to map segment from shared object|cannot map zero-fill pages/,
  ],
  // V8 and Node
  ['host', /Array buffer allocation failed|Invalid typed array length|Failed to allocate memory/],
  ['host', /JavaScript heap out of memory|process out of memory|Fatal javascript OOM|OOM error in V8/i],
  ['host', /Zone Allocation failed|Allocation failed - process/],
]

/** Signs that are ambiguous by themselves, but are clear where a memory budget was in force. */
const signsUnderBudget =
  /Resource temporarily unavailable|pthread_create failed|uv_thread_create|out of memory|ENOMEM/i

const hostProviders: readonly ExecutionProvider[] = ['cpu']

/** Whose memory ran out according to a message; `undefined` when it speaks of something else. */
export function exhaustedMemory(
  text: string,
  provider: ExecutionProvider,
  underBudget: boolean,
): 'device' | 'host' | undefined {
  const owner = signs.find(([, pattern]) => pattern.test(text))?.[0]
  if (owner === 'runtime') return hostProviders.includes(provider) ? 'host' : 'device'
  if (owner !== undefined) return owner
  return underBudget && signsUnderBudget.test(text) ? 'host' : undefined
}

/** How much was asked for when memory ran out, in bytes, where the message tells. */
export function requestedBytes(text: string): number | undefined {
  const match = /requested (?:buffer of size|bytes of) (\d+)/.exec(text)
  return match === null ? undefined : Number(match[1])
}
