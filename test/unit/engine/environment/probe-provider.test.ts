import { describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import { describeEnvironment } from '../../../../electron/engine/environment/describe-environment.ts'
import { builtIn, failedToLoad, machine, nvidiaMachine, withCuda, type Situation } from './fake-machine.ts'

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
    for (let minute = 0; minute < 5; minute += 1) await clock.advance(60_000)
    const { providers } = await environment
    expect(providers.find(({ name }) => name === 'webgpu')).toMatchObject({
      reason: 'It did not answer within 60 s.',
    })
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
