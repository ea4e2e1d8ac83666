import { describe, expect, it } from 'vitest'
import type { ExecutionProvider } from '../../../../electron/contract/experiment.ts'
import {
  classifyExit,
  classifyFailed,
  type Situation,
} from '../../../../electron/engine/experiment/failure-classification.ts'
import type { HostFailedMessage } from '../../../../electron/engine/host/host-errors.ts'
import { hostExit } from '../../../fixtures/fake-host.ts'

const mebibyte = 1024 * 1024
const situation: Situation = {
  phase: 'measuring',
  batchSize: 64,
  provider: 'cpu',
  memoryBudgetBytes: undefined,
}
const underBudget: Situation = { ...situation, memoryBudgetBytes: 500 * mebibyte }
const on = (provider: ExecutionProvider): Situation => ({ ...situation, provider })

function failed(text: string, phase: HostFailedMessage['phase'] = 'sample', where = situation, stderr = '') {
  return classifyFailed(
    { message: 'failed', phase, name: 'Error', text },
    hostExit({ code: 1, standardError: stderr }),
    where,
  )
}

const arena =
  "Non-zero status code returned while running Conv node. Name:'conv_7' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 104857600\n"
const arenaLimit =
  'bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Available memory of 1048576 is smaller than requested bytes of 8388608'
const cuda =
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=72 ; expr=cudaMalloc(&p, size);'

describe('out of memory is recognised', () => {
  it.each<[what: string, owner: 'device' | 'host', where: Situation, text: string]>([
    ["ONNX Runtime's arena on the CPU", 'host', situation, arena],
    ["ONNX Runtime's arena on a GPU", 'device', on('cuda'), arena],
    ['a limited arena on a GPU', 'device', on('cuda'), arenaLimit],
    ['CUDA', 'device', on('cuda'), cuda],
    ['CUDA by name', 'device', on('cuda'), 'cudaErrorMemoryAllocation: out of memory'],
    [
      'cuBLAS',
      'device',
      on('cuda'),
      'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&h)',
    ],
    ['cuDNN 8', 'device', on('cuda'), 'CUDNN failure 2: CUDNN_STATUS_ALLOC_FAILED ; GPU=0'],
    ['cuDNN 9', 'device', on('cuda'), 'CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED'],
    [
      'TensorRT',
      'device',
      on('tensorrt'),
      'Requested amount of GPU memory (8589934592 bytes) could not be allocated.',
    ],
    [
      'DirectML',
      'device',
      on('dml'),
      'Exception(1) tid(2) 8007000E Not enough memory resources are available to complete this operation.',
    ],
    [
      'WebGPU over Vulkan',
      'device',
      on('webgpu'),
      'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
    ],
    [
      'WebGPU losing its device',
      'device',
      on('webgpu'),
      'WebGPU device was lost (reason: unknown): Out of memory while creating buffer',
    ],
    [
      'C++',
      'host',
      situation,
      "Non-zero status code returned while running Clip node. Name:'c' Status Message: std::bad_alloc",
    ],
    ['loading', 'host', situation, 'Load model from m.onnx failed:std::bad_alloc'],
    ['threads', 'host', situation, 'pthread_create failed, error code: 12 error msg: Cannot allocate memory'],
    [
      'threads under a budget',
      'host',
      underBudget,
      'pthread_create failed, error code: 11 error msg: Resource temporarily unavailable',
    ],
    ['loading ONNX Runtime itself', 'host', situation, 'libonnxruntime.so.1: cannot map zero-fill pages'],
    ['inputs', 'host', situation, 'Array buffer allocation failed'],
    ['inputs beyond any array', 'host', situation, 'Invalid typed array length: 12884901888'],
  ])('from %s', (_what, owner, where, text) => {
    const verdict = failed(text, 'first-inference', where)
    expect(verdict).toMatchObject({ outcome: 'out-of-memory', memoryOwner: owner })
    expect(verdict.failure).toMatchObject({ code: 'out-of-memory', owner: 'system' })
  })

  it('with the budget, and with what was asked for, in its sentence', () => {
    expect(failed(arena, 'sample', underBudget).failure.message).toBe(
      'Batch size 64 ran out of host memory while measuring, with a budget of 500 MiB; another 100 MiB were asked for.',
    )
    expect(
      failed(cuda, 'sample', { ...on('cuda'), memoryBudgetBytes: 500 * mebibyte }).failure,
    ).toMatchObject({
      message: 'Batch size 64 ran out of device memory while measuring.',
      hint: 'Use a smaller batch size, or end other programs that use the device.',
    })
  })

  it('with what of the device was free, where others held much of it', () => {
    const GiB = 1024 ** 3
    const users = [{ pid: 4711, name: 'python', memoryBytes: 20 * GiB }]
    const deviceFill = {
      index: 0,
      totalBytes: 24 * GiB,
      beforeBytes: 20 * GiB,
      highestBytes: 24 * GiB,
      users,
    }
    expect(failed(cuda, 'sample', { ...on('cuda'), deviceFill }).failure.message).toBe(
      'Batch size 64 ran out of device memory while measuring; GPU 0 had 4.00 GiB of 24.0 GiB free before, and python (process 4711) holds 20.0 GiB.',
    )
    const alone = { ...deviceFill, beforeBytes: 0.1 * GiB, users: [] }
    expect(failed(cuda, 'sample', { ...on('cuda'), deviceFill: alone }).failure.message).toBe(
      'Batch size 64 ran out of device memory while measuring.',
    )
  })

  it('without advising a smaller batch when the model alone does not fit', () => {
    const { failure } = failed('Exception during initialization: std::bad_alloc', 'load', {
      ...underBudget,
      phase: 'loading',
    })
    expect(failure.hint).toBe('The model alone does not fit: raise the memory budget.')
  })
})

describe('a host that died of memory is recognised', () => {
  const v8Words =
    '<--- Last few GCs --->\n\nFATAL ERROR: v8::ArrayBuffer::New Allocation failed - process out of memory\n----- Native stack trace -----\n'
  it.each([
    ["V8's last words", { signal: 'SIGABRT', standardError: v8Words }],
    [
      'a full JavaScript heap',
      {
        signal: 'SIGABRT',
        standardError: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      },
    ],
    [
      'V8 as it starts',
      {
        signal: 'SIGTRAP',
        standardError: '# Fatal javascript OOM in MemoryChunk allocation failed during deserialization.',
      },
    ],
    [
      "C++'s last words",
      {
        signal: 'SIGABRT',
        standardError:
          "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc",
      },
    ],
    ["the kernel's out-of-memory killer", { signal: 'SIGKILL', killedForMemory: true }],
    ["the launcher's watch over its budget", { signal: 'SIGKILL', exceededBudget: true }],
    ['the exit code that Windows has for it', { code: 0xc0000017 }],
  ])('by %s', (_what, how) => {
    expect(classifyExit(hostExit(how), situation)).toMatchObject({
      outcome: 'out-of-memory',
      memoryOwner: 'host',
    })
  })

  it.each(['SIGABRT', 'SIGSEGV', 'SIGTRAP', 'SIGILL'])('by a silent %s near its budget', (signal) => {
    const exit = hostExit({ signal, lastDataBytes: 450 * mebibyte })
    expect(classifyExit(exit, underBudget)).toMatchObject({ outcome: 'out-of-memory', memoryOwner: 'host' })
  })
})

describe('a crash stays a crash', () => {
  it.each([
    ['far from the budget', hostExit({ signal: 'SIGSEGV', lastDataBytes: 100 * mebibyte }), underBudget],
    ['without a budget', hostExit({ signal: 'SIGABRT', lastDataBytes: 450 * mebibyte }), situation],
    [
      'that speaks of something else',
      hostExit({ signal: 'SIGABRT', standardError: 'malloc(): corrupted top size' }),
      situation,
    ],
  ])('%s', (_what, exit, where) => {
    const { outcome, failure } = classifyExit(exit, where)
    expect(outcome).toBe('crashed')
    expect(failure).toMatchObject({ code: 'host-crashed', owner: 'runtime' })
    expect(failure.message).toMatch(
      /^The session host crashed \(SIG\w+\) while measuring at batch size 64\.$/,
    )
  })

  it('with the words that Windows has for it', () => {
    expect(classifyExit(hostExit({ code: 0xc0000005 }), situation).failure.message).toContain(
      '(access violation)',
    )
  })

  it('that somebody else caused by killing the host', () => {
    const { outcome, failure } = classifyExit(hostExit({ signal: 'SIGKILL' }), underBudget)
    expect(outcome).toBe('crashed')
    expect(failure.message).toBe(
      'The session host was killed from outside (SIGKILL) while measuring at batch size 64.',
    )
    expect(failure.owner).toBe('system')
  })
})

describe('a host that does not start', () => {
  it('is failed, with the reason', () => {
    const starting: Situation = { ...situation, phase: 'starting' }
    expect(classifyExit(hostExit({ code: null, startError: 'spawn EAGAIN' }), starting)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'host-start', message: 'The session host could not be started: spawn EAGAIN' },
    })
    expect(classifyExit(hostExit({ code: 1, standardError: 'Cannot find module' }), starting)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'host-start', detail: 'Cannot find module' },
    })
  })
})

describe('other failures say what is wrong and whose it is', () => {
  it.each<[phase: HostFailedMessage['phase'], text: string, code: string, owner: string, says: string]>([
    ['load', 'Load model from m.onnx failed:Protobuf parsing failed.', 'model-damaged', 'user', 'damaged'],
    [
      'load',
      'Load model from m.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:177 onnxruntime::Model::Model(onnx::ModelProto&&) ModelProto does not have a graph.\n',
      'model-damaged',
      'user',
      'damaged',
    ],
    ['load', "Load model m.onnx failed. File doesn't exist", 'not-found', 'user', 'not there'],
    [
      'load',
      'Deserialize tensor w failed. External data path does not exist: weights.bin',
      'external-data-missing',
      'user',
      'weights.bin',
    ],
    [
      'load',
      "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for Foo(1) node with name 'f'",
      'model-load',
      'model',
      'Foo(1)',
    ],
    [
      'load',
      'Unsupported model IR version: 99, max supported IR version: 13',
      'model-load',
      'model',
      'newer',
    ],
    ['load', 'Unsupported data type: 16', 'model-load', 'model', 'bfloat16'],
    ['load', 'Something nobody foresaw', 'model-load', 'model', 'Something nobody foresaw'],
    [
      'load',
      'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
      'provider-unavailable',
      'system',
      'not part of this runtime',
    ],
    [
      'first-inference',
      'Got invalid dimensions for input: x for the following indices\n index: 0 Got: 64 Expected: 1\n Please fix either the inputs/outputs or the model.',
      'batch-mismatch',
      'model',
      'axis 0: got 64, expected 1',
    ],
    [
      'first-inference',
      "Non-zero status code returned while running Reshape node. Name:'r' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:47 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{64,8}, requested shape:{1,8}\n",
      'batch-mismatch',
      'model',
      'a size is fixed inside it',
    ],
    ['first-inference', "input 'x' is missing in 'feeds'.", 'inference', 'model', '"x"'],
    [
      'first-inference',
      'Invalid rank for input: x Got: 3 Expected: 4 Please fix either the inputs/outputs or the model.',
      'inference',
      'model',
      'Got: 3 Expected: 4',
    ],
    [
      'sample',
      'Unexpected input data type. Actual: (tensor(double)) , expected: (tensor(float))',
      'inference',
      'model',
      'tensor(double)',
    ],
    [
      'build-inputs',
      'ONNX Runtime for Node cannot be fed bfloat16 (input "x").',
      'inference',
      'runtime',
      'bfloat16',
    ],
  ])('%s: %s', (phase, text, code, owner, says) => {
    const { outcome, failure } = failed(text, phase, { ...situation, provider: 'cuda' })
    expect(outcome).toBe('failed')
    expect(failure).toMatchObject({ code, owner })
    expect(failure.message).toContain(says)
    expect(failure.message).not.toContain('onnxruntime_src')
  })

  it('name the library that a provider misses, which only standard error tells', () => {
    const stderr =
      '\u001b[1;31m2026-01-01 12:00:00.0 [E:onnxruntime:, provider_bridge_ort.cc:2146 Create] Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory\u001b[m'
    const text = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library'
    const { failure } = failed(text, 'load', on('cuda'), stderr)
    expect(failure.message).toBe(
      'The execution provider cuda cannot be used here: CUDA needs the library libcudnn.so.9, which was not found.',
    )
    expect(failure.detail).not.toContain('\u001b')
  })
})
