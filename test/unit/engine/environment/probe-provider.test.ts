import { describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import { describeEnvironment } from '../../../../electron/engine/environment/describe-environment.ts'
import {
  builtIn,
  described,
  failedToLoad,
  h200,
  machine,
  nvidiaMachine,
  withCuda,
  type Situation,
} from './fake-machine.ts'

async function statusOf(provider: string, situation: Situation) {
  const { providers } = await describeEnvironment(machine(situation).ports)
  return providers.find(({ name }) => name === provider)
}

describe('a provider that fails when it is tried', () => {
  it('because there is no adapter says so', async () => {
    const status = await statusOf('webgpu', {
      prepare(host) {
        host.say(failedToLoad('webgpu_context.cc:100 Failed to get a WebGPU adapter: No supported adapters'))
        host.exit({ code: 1, standardError: "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open" })
      },
    })
    expect(status).toMatchObject({
      reason: 'No GPU adapter was found (WebGPU needs Vulkan, Metal or Direct3D 12).',
      hint: expect.stringContaining('Vulkan loader'),
    })
  })

  it('because the loader found libraries that do not fit says which', async () => {
    const library = '/data/runtimes/cuda13/libonnxruntime_providers_cuda.so'
    const status = await statusOf('cuda', {
      ...nvidiaMachine,
      prepare(host) {
        host.say(failedToLoad('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library'))
        const loader = `${library}: undefined symbol: cublasLtMatmulDescDestroy, version libcublasLt.so.13`
        const standardError = `Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library ${library} with error: ${loader}\n`
        host.exit({ code: 1, standardError })
      },
    })
    expect(status).toMatchObject({
      reason:
        'libonnxruntime_providers_cuda.so needs another version of libcublasLt.so.13 than was found (cublasLtMatmulDescDestroy is not in it).',
      hint: expect.stringContaining('one version'),
    })
  })

  it('because it crashes takes nothing with it', async () => {
    const prepare: Situation['prepare'] = (host) => host.exit({ signal: 'SIGSEGV' })
    expect(await statusOf('cuda', { ...nvidiaMachine, prepare })).toEqual({
      ...{ name: 'cuda', usable: false },
      reason: 'It failed: signal SIGSEGV',
    })
  })

  it('because it hangs is given up', async () => {
    const { ports, clock } = machine({ prepare: () => undefined })
    const environment = describeEnvironment(ports)
    await clock.advance(30_000)
    const { providers } = await environment
    expect(providers.find(({ name }) => name === 'webgpu')).toMatchObject({
      reason: 'It did not answer within 30 s.',
    })
  })

  it.each([['answered'], ['failed'], ['said nothing']])(
    'and %s, but is held by the driver and never ends, is not waited for',
    async (how) => {
      const { ports, clock } = machine({
        prepare(host) {
          host.stubborn = ['SIGTERM', 'SIGKILL']
          host.answer = () => undefined
          if (how === 'answered') host.say({ message: 'first-inference', ms: 1, outputs: [] })
          if (how === 'failed') host.say(failedToLoad('No supported adapters'))
        },
      })
      const environment = describeEnvironment(ports)
      await clock.advance(30_000)
      const { providers } = await environment
      expect(providers[0]).toEqual({ name: 'cpu', usable: true })
      expect(providers.find(({ name }) => name === 'webgpu')?.usable).toBe(how === 'answered')
    },
  )

  it('with all others does not keep the CPU from being used for long', async () => {
    const runtimes = ['cuda13', 'onnxruntime@1.28.0', 'onnxruntime@1.29.0', 'onnxruntime@1.30.0']
    const { ports, clock } = machine({
      ...nvidiaMachine,
      runtimes: [builtIn, ...runtimes.map(withCuda)],
      prepare: (host) => (host.stubborn = ['SIGTERM', 'SIGKILL']),
    })
    const environment = describeEnvironment(ports)
    // Nine of them in all, two at once: each keeps the next ones waiting only in the beginning.
    await clock.advance(50_000)
    expect((await environment).providers.filter(({ usable }) => usable)).toEqual([
      { name: 'cpu', usable: true },
    ])
  })

  it('because the probe model cannot be written says so', async () => {
    const full = new BatchscopeError({ code: 'disk', message: 'The disk is full.', owner: 'system' })
    const status = await statusOf('webgpu', { write: () => Promise.reject(full) })
    expect(status).toMatchObject({ reason: 'It could not be tried: The disk is full.' })
  })

  it('in one runtime is used in the next', async () => {
    const prepare: Situation['prepare'] = (host, _request, runtime) => {
      if (runtime?.folder?.endsWith('cuda13') === true) host.exit({ signal: 'SIGSEGV' })
      else host.say({ message: 'first-inference', ms: 1, outputs: [] })
    }
    const runtimes = [builtIn, withCuda('cuda13'), withCuda('onnxruntime@1.30.0')]
    expect(await statusOf('cuda', { ...nvidiaMachine, runtimes, prepare })).toEqual({
      ...{ name: 'cuda', usable: true },
      runtime: 'onnxruntime@1.30.0',
    })
  })
})

describe('a runtime that does not answer', () => {
  it.each([
    ['an installed one', 30_000, (folder: string | undefined) => folder !== undefined, {}],
    ['the built-in one', 60_000, (folder: string | undefined) => folder === undefined, { runtime: 'cuda13' }],
  ])('is given up though its host never ends: %s', async (_which, limitMs, hangs, cpu) => {
    const { ports, clock } = machine({
      ...nvidiaMachine,
      describe(host, runtime) {
        if (hangs(runtime?.folder)) host.stubborn = ['SIGTERM', 'SIGKILL']
        else host.say(described)
      },
    })
    const environment = describeEnvironment(ports)
    await clock.advance(limitMs)
    const { providers, runtimes = [] } = await environment
    const broken = runtimes.find(({ folder }) => hangs(folder === '/app' ? undefined : folder))
    expect(broken?.onnxruntime).toBe('not loadable')
    expect(broken?.providers[0]).toMatchObject({
      reason: `ONNX Runtime could not be loaded: it did not answer within ${limitMs / 1000} s.`,
    })
    expect(providers[0]).toEqual({ name: 'cpu', usable: true, ...cpu })
  })
})

describe('CUDA on several devices', () => {
  const two: Situation = { ...nvidiaMachine, devices: [h200, { ...h200, index: 1 }] }
  const failing =
    (texts: Partial<Record<'first' | 'second', string>>): NonNullable<Situation['prepare']> =>
    (host, { executionProvider, device }) => {
      const text = executionProvider === 'cuda' ? texts[device === undefined ? 'first' : 'second'] : undefined
      if (text === undefined) host.say({ message: 'first-inference', ms: 1, outputs: [] })
      else {
        host.say(failedToLoad(text))
        host.exit({ code: 1 })
      }
    }
  const noCode = 'CUDA failure 209: no kernel image is available for execution on the device'
  const tried = async (situation: Situation) => {
    const { ports, seen } = machine(situation)
    const { providers } = await describeEnvironment(ports)
    return {
      cuda: providers.find(({ name }) => name === 'cuda'),
      devices: seen.probed.filter(({ provider }) => provider === 'cuda').map(({ device }) => device),
    }
  }

  it('is usable where the first does not work and the second does', async () => {
    expect(await tried({ ...two, prepare: failing({ first: noCode }) })).toEqual({
      cuda: { name: 'cuda', usable: true, runtime: 'cuda13' },
      devices: [undefined, 1],
    })
  })

  it('is not where none works, for the reason of the first', async () => {
    const second = 'CUDA failure 100: no CUDA-capable device is detected'
    const { cuda, devices } = await tried({ ...two, prepare: failing({ first: noCode, second }) })
    expect(cuda).toMatchObject({
      reason: 'This ONNX Runtime has no code for the architecture of NVIDIA H200.',
    })
    expect(devices).toEqual([undefined, 1])
  })

  it.each([
    ['CUDA failure 2: out of memory ; GPU=0 ; hostname=h ; file=cuda_allocator.cc', undefined],
    ['CUDA failure 46: CUDA-capable device(s) is/are busy or unavailable ; GPU=0', undefined],
    ['CUBLAS failure 1: CUBLAS_STATUS_NOT_INITIALIZED ; GPU=0', 139 * 2 ** 30],
  ])('is usable where others keep the device for themselves: %s', async (first, used) => {
    const deviceMemoryUsedBytes = used === undefined ? {} : { deviceMemoryUsedBytes: used }
    expect(await tried({ ...nvidiaMachine, ...deviceMemoryUsedBytes, prepare: failing({ first }) })).toEqual({
      cuda: { name: 'cuda', usable: true, runtime: 'cuda13' },
      devices: [undefined],
    })
  })

  it('is not where cuBLAS does not start though memory is left', async () => {
    const first = 'CUBLAS failure 1: CUBLAS_STATUS_NOT_INITIALIZED ; GPU=0'
    const { cuda } = await tried({
      ...{ ...nvidiaMachine, deviceMemoryUsedBytes: 2 ** 30 },
      prepare: failing({ first }),
    })
    expect(cuda).toMatchObject({ reason: expect.stringContaining('cuBLAS cannot be started') })
  })
})

it('CUDA is tried with a convolution, WebGPU with an addition', async () => {
  const shapes = new Map<string, number[] | undefined>()
  const { ports, seen } = machine({
    ...nvidiaMachine,
    prepare(host, { executionProvider, inputs }) {
      shapes.set(executionProvider, inputs[0]?.shape)
      host.say({ message: 'first-inference', ms: 1, outputs: [] })
    },
  })
  await describeEnvironment(ports)
  expect(Object.fromEntries(shapes)).toEqual({ cuda: [1, 1, 4, 4], webgpu: [4] })
  expect([...seen.modelPaths].sort()).toEqual([
    '/data/cache/probe-convolution.onnx',
    '/data/cache/probe.onnx',
  ])
})
