import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../../electron/contract/environment.ts'
import {
  builtIn,
  cuda13Needs,
  described,
  driverLibrary,
  h200,
  inFolder,
  inSystem,
  look,
  vulkan,
  withCuda,
  type Situation,
} from './fake-machine.ts'

function finding({ findings = [] }: Environment, topic: string) {
  const found = findings.find((each) => each.topic === topic)
  if (found === undefined)
    throw new Error(`Nothing about ${topic} among ${findings.map((each) => each.topic).join()}`)
  return found
}

const driver = { version: '580.95.05', cuda: '13.0' }
const cuda13 = cuda13Needs.filter((name) => name !== 'libc.so.6').map((name) => inSystem(name))
const complete: Situation = {
  ...{ devices: [h200], driver, libraries: [...cuda13, vulkan] },
  ...{ runtimes: [builtIn, withCuda('cuda13')], needs: () => cuda13Needs },
}
const failing = (reason: string): Pick<Situation, 'telemetry'> => ({
  telemetry: { available: false, reason },
})

describe('what is found of the driver', () => {
  it('is its version and the CUDA that it runs', async () => {
    expect(finding(await look(complete), 'NVIDIA driver')).toEqual({
      ...{ topic: 'NVIDIA driver', state: 'good' },
      text: 'Version 580.95.05, for CUDA up to 13.0.',
    })
  })

  it('is nothing to mind where there is no device of its make', async () => {
    const environment = await look({ nvidiaHardware: false })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({ state: 'absent' })
    expect(environment.nextStep).toBe(
      'Ready to measure on cpu, webgpu: batchscope run MODEL.onnx --ep cpu,webgpu',
    )
  })

  it('is that it is missing where there is a device of its make', async () => {
    const environment = await look({ nvidiaHardware: true })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({
      ...{ state: 'missing', text: 'There is an NVIDIA device in this machine, but no driver for it.' },
    })
    expect(environment.nextStep).toMatch(/^Install the NVIDIA driver, version 580 or newer; in a container/)
  })

  it('is that it was updated under a running one', async () => {
    const reason = 'nvidia-smi says: Failed to initialize NVML: Driver/library version mismatch'
    const environment = await look({ ...complete, devices: [], ...failing(reason) })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({
      ...{ state: 'wrong', text: expect.stringContaining('updated while the old one is still loaded') },
    })
    expect(environment.nextStep).toMatch(/^Restart the machine/)
  })

  it.each([
    [
      { version: '535.183.01', cuda: '12.2' },
      'too old for the CUDA 13 of the runtime cuda13',
      'runtime install cuda12',
    ],
    [
      { version: '450.80.02', cuda: '11.0' },
      'the oldest that there is a runtime for is CUDA 12',
      'to 580 or newer',
    ],
  ])('is that %j is too old', async (old, text, hint) => {
    const environment = await look({
      ...{ ...complete, driver: old },
      prepare: (host) => host.exit({ signal: 'SIGABRT' }),
    })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({
      ...{ state: 'wrong', text: expect.stringContaining(text), hint: expect.stringContaining(hint) },
    })
    expect(environment.nextStep).toContain(hint)
  })

  it('is not that it is too old where CUDA works all the same', async () => {
    const environment = await look({ ...complete, driver: { version: '535.183.01', cuda: '12.2' } })
    expect(finding(environment, 'NVIDIA driver').state).toBe('good')
  })

  it.each([
    ['Windows', { kernel: 'Windows_NT 10.0', libraries: [] }],
    ['Linux on arm64', { architecture: 'arm64' }],
  ])('is not that it is too old where there is no CUDA to be had: %s', async (_where, situation) => {
    const old = { version: '450.80.02', cuda: '11.0' }
    const environment = await look({ devices: [h200], driver: old, ...situation })
    expect(finding(environment, 'NVIDIA driver').state).toBe('good')
    expect(environment.nextStep).toMatch(/^Ready to measure on cpu/)
  })

  it('is nothing to do that it is too old for any CUDA where the device can be measured without', async () => {
    const old = { version: '450.80.02', cuda: '11.0' }
    const environment = await look({ devices: [h200], driver: old })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({
      ...{ state: 'absent', text: expect.stringContaining('the oldest that there is a runtime for') },
    })
    expect(environment.nextStep).toMatch(/^Ready to measure on cpu, webgpu/)
  })

  it('is that its tool is missing, as in a container that was given the device only for computing', async () => {
    const environment = await look({ ...complete, devices: [], ...failing('(nvidia-smi was not found)') })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({ state: 'missing' })
    expect(environment.nextStep).toContain('NVIDIA_DRIVER_CAPABILITIES=compute,utility')
  })

  it('is what its tool complains of', async () => {
    const environment = await look({ ...complete, devices: [], ...failing('nvidia-smi says: Unknown Error') })
    expect(finding(environment, 'NVIDIA driver')).toMatchObject({
      ...{ state: 'wrong', text: 'Version 580.95.05, but nvidia-smi says: Unknown Error.' },
    })
  })

  it('is nothing on macOS', async () => {
    const { findings = [] } = await look({ kernel: 'Darwin 24.0.0', libraries: [] })
    expect(findings.map(({ topic }) => topic)).toEqual(['runtime built-in', 'Core ML'])
  })
})

describe('what is found of devices', () => {
  it('is their names, and into what they are divided', async () => {
    const instance = { name: '1g.18gb Device 0', uuid: 'MIG-1' }
    const environment = await look({
      ...complete,
      devices: [{ ...h200, migInstances: [instance, instance] }],
    })
    expect(finding(environment, 'devices').text).toBe('0: NVIDIA H200 in 2 MIG instances.')
  })

  it.each([
    ['nvidia-smi lists no device.', 'Check that the device'],
    [
      'CUDA_VISIBLE_DEVICES is "9", which hides every device: unset it, or name one of 1.',
      'Unset CUDA_VISIBLE_DEVICES',
    ],
  ])('is why there are none: %s', async (reason, hint) => {
    const environment = await look({ ...complete, devices: [], ...failing(reason) })
    expect(finding(environment, 'devices')).toMatchObject({ state: 'wrong' })
    expect(environment.nextStep).toContain(hint)
  })
})

describe('what is found of runtimes and libraries', () => {
  it('is that all is well, and what to do then is measure', async () => {
    const environment = await look(complete)
    expect(finding(environment, 'runtime cuda13')).toEqual({
      ...{ topic: 'runtime cuda13', state: 'good' },
      text: 'ONNX Runtime 1.2.3 with CUDA 13: all that it needs was found.',
    })
    expect(finding(environment, 'CUDA 13 libraries')).toMatchObject({
      ...{ state: 'good', text: expect.stringContaining('used by the runtime cuda13') },
    })
    expect(environment.nextStep).toBe(
      'Ready to measure on cpu, cuda, webgpu: batchscope run MODEL.onnx --ep cpu,cuda,webgpu',
    )
  })

  it('is the runtime that is missing', async () => {
    const environment = await look({ ...complete, runtimes: [builtIn] })
    expect(finding(environment, 'CUDA').state).toBe('missing')
    expect(environment.nextStep).toBe('Install one that has it: batchscope runtime install cuda13')
  })

  it('is which libraries are missing, which were found and where, and the command that brings them', async () => {
    const environment = await look({
      ...complete,
      libraries: [driverLibrary, inSystem('libcudart.so.13'), vulkan],
    })
    const { state, text } = finding(environment, 'runtime cuda13')
    expect(state).toBe('missing')
    expect(text).toBe(
      'ONNX Runtime 1.2.3. CUDA 13 needs libcublasLt.so.13, libcublas.so.13, libcurand.so.10 and libcudnn.so.9, which were not found. Found: libcudart.so.13 and libcuda.so.1 in /usr/lib.',
    )
    expect(environment.nextStep).toBe(
      'Install the libraries: pip install nvidia-cublas nvidia-cudnn-cu13 nvidia-cufft nvidia-curand',
    )
  })

  it('is no next step where a device is missing that nothing brings', async () => {
    const environment = await look({
      ...complete,
      devices: [],
      driver: undefined,
      nvidiaHardware: false,
      libraries: [vulkan],
    })
    expect(finding(environment, 'runtime cuda13').text).toContain(
      'There is no NVIDIA device in this machine.',
    )
    expect(environment.nextStep).toMatch(/^Ready to measure on cpu, webgpu/)
  })

  it('is, of two CUDAs, which is used and which is not', async () => {
    const old = ['libcublas.so.12', 'libcudart.so.12'].map((name) =>
      inFolder('/usr/local/cuda-12.6/lib64', name),
    )
    const environment = await look({ ...complete, libraries: [...(complete.libraries ?? []), ...old] })
    expect(finding(environment, 'CUDA 13 libraries').text).toMatch(/used by the runtime cuda13\.$/)
    expect(finding(environment, 'CUDA 12 libraries')).toMatchObject({
      state: 'absent',
      text: 'cuBLAS and CUDA runtime in /usr/local/cuda-12.6/lib64 (Python environment); no runtime that is installed uses them.',
    })
  })

  it('is why a CUDA whose libraries are all here does not work', async () => {
    const environment = await look({ ...complete, prepare: (host) => host.exit({ signal: 'SIGSEGV' }) })
    expect(finding(environment, 'runtime cuda13')).toMatchObject({
      ...{ state: 'wrong', text: expect.stringMatching(/every library.*signal SIGSEGV/i) },
    })
  })

  it('is that TensorRT does not work though its libraries are all here', async () => {
    const runtime = withCuda('cuda13')
    const environment = await look({
      ...complete,
      runtimes: [
        builtIn,
        {
          ...runtime,
          providerLibraries: [...runtime.providerLibraries, { provider: 'tensorrt', path: '/trt.so' }],
        },
      ],
      needs: (path) => (path === '/trt.so' ? ['libcublas.so.13'] : cuda13Needs),
      prepare: (host, { executionProvider }) => {
        if (executionProvider === 'tensorrt') host.exit({ signal: 'SIGSEGV' })
        else host.say({ message: 'first-inference', ms: 1, outputs: [] })
      },
    })
    expect(finding(environment, 'runtime cuda13')).toMatchObject({
      state: 'good',
      text: expect.stringMatching(
        /with CUDA 13: all that it needs was found\. TensorRT does not work, .*signal SIGSEGV/,
      ),
    })
  })

  it.each([
    [
      '/data/runtimes/cuda13',
      'Remove it and install it again: batchscope runtime remove cuda13 && batchscope runtime install cuda13',
    ],
    [
      '/bundle/runtimes/cuda13',
      'It came with Batchscope: put the bundle that brought it into place again (it lies in "/bundle/runtimes/cuda13").',
    ],
  ])('is how to mend one that cannot be loaded: %s', async (folder, hint) => {
    const environment = await look({
      runtimes: [builtIn, { ...withCuda('cuda13'), folder }],
      describe: (host, runtime) => {
        if (runtime?.folder === folder) host.exit({ code: 1 })
        else host.say(described)
      },
    })
    expect(finding(environment, 'runtime cuda13')).toMatchObject({ state: 'wrong', hint })
  })

  it('is why libraries that were found are not used, and how to use them', async () => {
    const unreachable = 'its folder cannot be searched'
    const environment = await look({
      libraries: [inFolder('/conda/lib', 'libcublas.so.13', { source: 'conda', unreachable })],
    })
    expect(finding(environment, 'CUDA 13 libraries').text).toBe(
      'cuBLAS in /conda/lib (conda; not used, as its folder cannot be searched: to use it all the same, name it in BATCHSCOPE_LIBRARY_PATH); no runtime that is installed uses them.',
    )
  })

  it('is nothing to do for a second runtime while the first has CUDA', async () => {
    const environment = await look({
      ...{ ...complete, runtimes: [builtIn, withCuda('cuda13'), withCuda('onnxruntime@1.30.0')] },
      needs: (path) => (path.includes('1.30') ? ['libcublas.so.14'] : cuda13Needs),
    })
    expect(finding(environment, 'runtime onnxruntime@1.30.0').state).toBe('missing')
    expect(environment.nextStep).toMatch(/^Ready to measure on cpu, cuda/)
  })

  it('is that nothing can be measured where ONNX Runtime cannot be loaded', async () => {
    const environment = await look({ describe: (host) => host.exit({ code: 1 }) })
    expect(finding(environment, 'runtime built-in').state).toBe('wrong')
    expect(environment.nextStep).toMatch(/^No execution provider can be used/)
  })
})

describe('what is found of the system', () => {
  it('is whether Vulkan is there for WebGPU', async () => {
    expect(finding(await look({}), 'Vulkan')).toMatchObject({ state: 'good' })
    expect(finding(await look({ libraries: [] }), 'Vulkan')).toMatchObject({
      ...{ state: 'absent', hint: expect.stringContaining('libvulkan1') },
    })
  })

  it('is DirectML on Windows', async () => {
    expect(finding(await look({ kernel: 'Windows_NT 10.0', libraries: [] }), 'DirectML').state).toBe('good')
  })
})
