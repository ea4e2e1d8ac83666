import type { ExecutionProvider } from '../../contract/experiment.ts'
import { deviceLoss } from './device-loss.ts'

/** Whose memory ran out. `arena` is ONNX Runtime's: the device's for providers that have one there, else the host's. */
type Owner = 'device' | 'host' | 'arena'

/** What runtimes, drivers and engines say when there is no memory left. The first that matches tells whose it was. */
const signs: readonly (readonly [Owner, RegExp])[] = [
  // CUDA and what is built on it
  [
    'device',
    /cudaErrorMemoryAllocation|CUDA (?:failure|error):? 2\b|CUDA_ERROR_OUT_OF_MEMORY|CUDA.{0,40}out of memory/i,
  ],
  ['device', /CUBLAS_STATUS_ALLOC_FAILED|CUBLAS failure 3\b/],
  ['host', /CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED/],
  ['device', /CUDNN_STATUS_(?:INTERNAL_ERROR_DEVICE_)?ALLOC(?:ATION)?_FAILED|CUDNN failure 4004\b/],
  ['device', /CUFFT_ALLOC_FAILED|CUFFT failure 2\b/],
  // TensorRT
  [
    'device',
    /Requested amount of GPU memory .* could not be allocated|User allocator error allocating|Error Code 2: OutOfMemory|OutOfMemory \(no further information\)/i,
  ],
  // DirectML
  ['device', /E_OUTOFMEMORY|\b(?:0x)?8007000E\b/i],
  // WebGPU: Dawn over Vulkan, Metal or Direct3D
  ['host', /VK_ERROR_OUT_OF_HOST_MEMORY/],
  ['device', /VK_ERROR_OUT_OF_DEVICE_MEMORY|GPUOutOfMemoryError/],
  ['device', /(?:device (?:was )?lost|wgpu|WebGPU).{0,200}out of memory/is],
  [
    'device',
    /exceeds the max(?:imum)? buffer size|larger than the maximum (?:storage buffer |uniform buffer )?binding size/i,
  ],
  // ONNX Runtime
  ['arena', /Failed to allocate memory for requested buffer of size/],
  ['arena', /Available memory of \d+ is smaller than requested bytes of \d+/],
  ['arena', /Failed to find a free memory block despite calling Extend/],
  // C++, the C library and the system
  ['host', /std::bad_alloc|bad_array_new_length|\bbad allocation\b/],
  [
    'host',
    /Cannot allocate memory|Not enough space(?!: expected)|failed to map segment from shared object|cannot map zero-fill pages/,
  ],
  ['host', /paging file is too small|mach_vm_map\(size=\d+.{0,40}failed|malloc: can't allocate region/],
  // Core ML
  ['host', /Espresso exception: "Memory error"|Memory allocation error/],
  // V8 and Node
  ['host', /Array buffer allocation failed|Invalid typed array length|Failed to allocate memory/],
  ['host', /JavaScript heap out of memory|process out of memory|Fatal javascript OOM|OOM error in V8/i],
  ['host', /Zone Allocation failed|Allocation failed - process/],
]

/** Signs that are ambiguous by themselves, but are clear where a memory budget was in force. */
const signsUnderBudget =
  /Resource temporarily unavailable|pthread_create failed|uv_thread_create|out of memory|ENOMEM/i

/** The same where the device was full: its libraries do not tell a failed allocation of their own from other failures. */
const signsOnFullDevice =
  /CUDNN_STATUS_(?:INTERNAL_ERROR|NOT_INITIALIZED|EXECUTION_FAILED)|CUBLAS_STATUS_(?:NOT_INITIALIZED|INTERNAL_ERROR|EXECUTION_FAILED)|CUFFT_INTERNAL_ERROR|CUDNN_FE failure|CURAND_STATUS_(?:ALLOCATION_FAILED|INITIALIZATION_FAILED)/

/** Errors that only say that something failed; why is among what was logged before them. */
const unexplained =
  /CUDNN_FE failure|Failed to initialize CUDNN Frontend|(?:CUDA|CUDNN|CUBLAS|CUFFT) error executing|TensorRT EP (?:failed|execution context|could not)|mapAsync|MapAsyncStatus|\[Invalid \w+/i

/** Providers whose arena hands out memory of the device. */
const arenasOnDevice: readonly ExecutionProvider[] = ['cuda', 'tensorrt']

/** No machine has a pebibyte: whoever asks for one has worked out a size wrongly. */
const largestThinkableRequest = 2 ** 50

/** Where something ran out, as far as it helps to tell whose memory that was. */
export interface MemoryCircumstances {
  provider: ExecutionProvider
  underBudget: boolean
  /** Hardly any memory of the device was left. */
  deviceFull: boolean
}

/**
 * Whose memory ran out, by an error and by what was logged before it (its standard error); `undefined` when they speak of
 * something else. The log counts only where the error does not explain itself, and without its warnings: TensorRT warns
 * of every tactic that does not fit, and goes on.
 */
export function exhaustedMemory(
  text: string,
  logged: string,
  { provider, underBudget, deviceFull }: MemoryCircumstances,
): 'device' | 'host' | undefined {
  const log = withoutWarnings(logged)
  const said = unexplained.test(text) || text === '' ? `${text}\n${log}` : text
  if (isMiscalculated(said)) return undefined
  const owner = signs.find(([, pattern]) => pattern.test(said))?.[0]
  if (owner === 'arena') return arenasOnDevice.includes(provider) ? 'device' : 'host'
  if (owner !== undefined) return owner
  // The same words follow a kernel's fault and a device that is gone; where those are told, they are why.
  const isFault = deviceLoss(`${text}\n${log}`, 'measuring') !== undefined
  if (deviceFull && !isFault && signsOnFullDevice.test(`${text}\n${log}`)) return 'device'
  return underBudget && signsUnderBudget.test(said) ? 'host' : undefined
}

/** True when more was asked for than any machine has. */
export function isMiscalculated(text: string): boolean {
  return (requestedBytes(text) ?? 0) > largestThinkableRequest
}

/** How much was asked for when memory ran out, in bytes, where the message tells. */
export function requestedBytes(text: string): number | undefined {
  const match =
    /requested (?:buffer of size|bytes of) (\d+)|Requested amount of GPU memory \((\d+) bytes\)|allocating (\d+)-byte buffer|Requested size was (\d+) bytes/.exec(
      text,
    )
  const digits = match?.slice(1).find((group) => group !== undefined)
  return digits === undefined ? undefined : Number(digits)
}

/** The largest buffer that a device allows, and what was wanted, in bytes, where that was the limit. */
export function bufferLimit(text: string): { wanted: number; limit: number } | undefined {
  const match =
    /(?:Buffer|Binding) size \((\d+)\).{0,80}?(?:exceeds the max(?:imum)? buffer size|larger than the maximum (?:storage buffer |uniform buffer )?binding size).{0,20}?\((\d+)\)/is.exec(
      text,
    )
  return match === null ? undefined : { wanted: Number(match[1]), limit: Number(match[2]) }
}

/** What was logged as a warning or less is nothing that ended anything. */
function withoutWarnings(logged: string): string {
  return logged
    .split('\n')
    .filter((line) => !/\[[WIV]:onnxruntime|\[TRT\] \[[WIV]\]|\[[WIV]\] \[TRT\]|\bWARNING\]/.test(line))
    .join('\n')
}
