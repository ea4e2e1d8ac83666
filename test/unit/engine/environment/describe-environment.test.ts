import { describe, expect, it } from 'vitest'
import { describeEnvironment } from '../../../../electron/engine/environment/describe-environment.ts'
import {
  cuda12Needs,
  described,
  driverLibrary,
  failedToLoad,
  h200,
  inSystem,
  machine,
  nvidiaMachine,
  packages,
  type Situation,
} from './fake-machine.ts'

async function statusOf(provider: string, situation: Situation) {
  const { providers } = await describeEnvironment(machine(situation).ports)
  return providers.find(({ name }) => name === provider)
}

const without = (...names: string[]): Situation => ({
  ...nvidiaMachine,
  libraries: nvidiaMachine.libraries?.filter(({ name }) => !names.includes(name)) ?? [],
})

describe('the environment', () => {
  it('names the runtime as its host describes it, and why there is no device telemetry', async () => {
    const telemetry = { available: false, reason: 'No tool.' } as const
    const environment = await describeEnvironment(machine({ telemetry }).ports)
    expect(environment.runtime).toEqual({ batchscope: '0.0.1', node: '20.19.0', onnxruntime: '1.2.3' })
    expect(environment.deviceTelemetry).toEqual(telemetry)
  })

  it('lists every provider, usable where the probe model ran, with the runtime that has it', async () => {
    const { ports, seen } = machine(nvidiaMachine)
    const { providers } = await describeEnvironment(ports)
    expect(providers).toMatchObject([
      { name: 'cpu', usable: true },
      { name: 'cuda', usable: true, runtime: 'cuda13' },
      { name: 'tensorrt', usable: false },
      { name: 'dml', usable: false, reason: 'Only on Windows.' },
      { name: 'coreml', usable: false, reason: 'Only on macOS.' },
      { name: 'webgpu', usable: true },
    ])
    expect(providers[5]).not.toHaveProperty('runtime')
    expect(seen.mostAtOnce).toBeLessThanOrEqual(2)
  })

  it('lists every runtime with its needs, each with the file that meets it', async () => {
    const { runtimes } = await describeEnvironment(machine(nvidiaMachine).ports)
    expect(runtimes?.map(({ name, onnxruntime }) => `${name} ${onnxruntime}`)).toEqual([
      'built-in 1.2.3',
      'cuda13 1.2.3',
    ])
    const [library] = runtimes?.[1]?.providerLibraries ?? []
    expect(library).toMatchObject({ provider: 'cuda', cudaMajor: 13 })
    expect(library?.needs).toContainEqual({
      ...{ library: 'libcudnn.so.9', onDemand: true },
      foundAt: `${packages}/cudnn/lib/libcudnn.so.9`,
    })
    // Of the system's own libraries nothing is known, and nothing is said.
    expect(library?.needs.map(({ library: name }) => name)).not.toContain('libc.so.6')
  })

  it('has hosts search the folders with the libraries of the runtime that they load, and no others', async () => {
    const { ports, seen } = machine(nvidiaMachine)
    await describeEnvironment(ports)
    const runtimeOf = (provider: string) => seen.probed.find((each) => each.provider === provider)?.runtime
    expect(runtimeOf('cuda')).toEqual({
      folder: '/data/runtimes/cuda13',
      libraryFolders: [`${packages}/cudnn/lib`, `${packages}/cu13/lib`].sort(),
    })
    expect(runtimeOf('webgpu')).toBeUndefined()
  })

  it.each([
    ['Windows_NT 10.0.26100', 'dml', true],
    ['Linux 6.1', 'dml', false],
    ['Darwin 24.0.0', 'dml', false],
  ])('on %s tries %s: %s', async (kernel, provider, tried) => {
    const { ports, seen } = machine({ kernel, libraries: [] })
    await describeEnvironment(ports)
    expect(seen.probed.some((each) => each.provider === provider)).toBe(tried)
  })

  it('says what is not part of ONNX Runtime for this system', async () => {
    expect(await statusOf('coreml', { kernel: 'Darwin 24.0.0' })).toMatchObject({
      reason: 'Not part of ONNX Runtime for macOS.',
    })
  })
})

describe('a provider that cannot work', () => {
  const launched = async (situation: Situation) => {
    const { ports, seen } = machine(situation)
    const environment = await describeEnvironment(ports)
    return { environment, tried: seen.probed.map(({ provider }) => provider) }
  }
  const cudaOf = ({ environment }: Awaited<ReturnType<typeof launched>>) =>
    environment.providers.find(({ name }) => name === 'cuda')

  it('for want of libraries is not launched, and names them with the command that brings them', async () => {
    const result = await launched(without('libcublas.so.13', 'libcublasLt.so.13', 'libcudnn.so.9'))
    expect(result.tried).not.toContain('cuda')
    expect(cudaOf(result)).toEqual({
      ...{ name: 'cuda', usable: false },
      reason: 'CUDA 13 needs libcublasLt.so.13, libcublas.so.13 and libcudnn.so.9, which were not found.',
      hint: 'Install the libraries: pip install nvidia-cublas nvidia-cudnn-cu13',
    })
  })

  it('for want of the libraries of one CUDA, while those of the other are here, gets the other runtime', async () => {
    const result = await launched({
      ...nvidiaMachine,
      libraries: [driverLibrary, ...cuda12Needs.slice(0, 4).map((name) => inSystem(name))].concat(
        ...['libcufft.so.11', 'libcudnn.so.9'].map((name) => inSystem(name)),
      ),
    })
    expect(cudaOf(result)).toMatchObject({
      hint: 'The libraries of CUDA 12 are here, so install the runtime for it: batchscope runtime install cuda12',
    })
  })

  it('for want of the driver says that, besides what else is missing', async () => {
    const result = await launched(without('libcuda.so.1', 'libcublas.so.13', 'libcufft.so.12'))
    expect(cudaOf(result)).toMatchObject({
      reason: 'CUDA 13 needs libcublas.so.13 and the NVIDIA driver (libcuda.so.1), which were not found.',
      hint: 'Install the NVIDIA driver, and the libraries: pip install nvidia-cublas nvidia-cufft',
    })
  })

  it('because the only cuDNN is for another CUDA says whose it is', async () => {
    const result = await launched({
      ...nvidiaMachine,
      libraries: [
        ...(without('libcudnn.so.9').libraries ?? []),
        inSystem('libcudnn.so.9', { cudaMajor: 12, path: '/usr/lib/libcudnn.so.9' }),
      ],
    })
    expect(result.tried).not.toContain('cuda')
    expect(cudaOf(result)).toMatchObject({
      reason:
        'CUDA 13 needs libcudnn.so.9, which was not found. Without cuDNN convolutions fail. The libcudnn.so.9 in /usr/lib is for CUDA 12.',
    })
  })

  it('but for want of cuFFT alone is tried, and what fails without it is said', async () => {
    const result = await launched(without('libcufft.so.12'))
    expect(result.tried).toContain('cuda')
    expect(cudaOf(result)).toEqual({ name: 'cuda', usable: true, runtime: 'cuda13' })
    expect(result.environment.findings?.find(({ topic }) => topic === 'runtime cuda13')).toMatchObject({
      state: 'good',
      text: expect.stringContaining('Without libcufft.so.12 the operators Rfft and Irfft fail on CUDA'),
    })
  })

  it('for want of cuFFT, where the loader itself asks for it, is not launched', async () => {
    const { ports, seen } = machine(without('libcufft.so.12'))
    const { needs } = ports.libraries
    ports.libraries.needs = async (path) => (await needs(path)).map((need) => ({ ...need, onDemand: false }))
    const { providers } = await describeEnvironment(ports)
    expect(seen.probed.map(({ provider }) => provider)).not.toContain('cuda')
    expect(providers.find(({ name }) => name === 'cuda')).toMatchObject({
      reason: 'CUDA 13 needs libcufft.so.12, which was not found.',
    })
  })

  it.each([
    ['580.65.06', '13.0', [], 'cuda13'],
    ['550.54.14', '12.4', [], 'cuda12'],
    ['580.65.06', undefined, [], 'cuda13'],
    ['535.104.05', undefined, [], 'cuda12'],
    ['580.65.06', '13.0', [...cuda12Needs.slice(0, 4), 'libcufft.so.11', 'libcudnn.so.9'], 'cuda12'],
  ])(
    'because no runtime has it, with driver %s (CUDA %s) and libraries %j, names the runtime %s',
    async (version, cuda, names, runtime) => {
      const driver = { version, ...(cuda === undefined ? {} : { cuda }) }
      const libraries = [driverLibrary, ...names.map((name) => inSystem(name))]
      const result = await launched({ devices: [h200], driver, libraries })
      expect(cudaOf(result)).toEqual({
        ...{ name: 'cuda', usable: false, reason: 'No runtime that is installed has a library for CUDA.' },
        hint: `Install one that has it: batchscope runtime install ${runtime}`,
      })
      expect(result.tried).toEqual([])
    },
  )

  it('because the driver is too old for any CUDA that there is says so', async () => {
    const driver = { version: '470.256.02', cuda: '11.4' }
    const result = await launched({ devices: [h200], driver, libraries: [driverLibrary] })
    expect(cudaOf(result)).toMatchObject({
      reason: 'The NVIDIA driver 470.256.02 is too old for every runtime with CUDA.',
      hint: 'Update the NVIDIA driver to 580 or newer.',
    })
  })

  it('because there is nothing to run it on says only that', async () => {
    const result = await launched({ nvidiaHardware: false, libraries: [] })
    expect(cudaOf(result)).toEqual({
      ...{ name: 'cuda', usable: false },
      reason: 'There is no NVIDIA device here.',
    })
    expect(result.environment.providers.at(-1)).toMatchObject({
      reason: 'WebGPU needs Vulkan, whose loader (libvulkan.so.1) was not found.',
    })
    expect(result.tried).toEqual([])
  })
})

describe('a runtime that cannot be loaded', () => {
  const broken: NonNullable<Situation['describe']> = (host) => {
    host.say({ ...failedToLoad('libonnxruntime.so.1: bad ELF'), phase: 'describe' })
    host.exit({ code: 1 })
  }

  it('says so for all of its providers', async () => {
    const { providers, runtime } = await describeEnvironment(machine({ describe: broken }).ports)
    expect(runtime.onnxruntime).toBe('not loadable')
    expect(new Set(providers.map((status) => !status.usable && status.reason))).toEqual(
      new Set(['ONNX Runtime could not be loaded: libonnxruntime.so.1: bad ELF']),
    )
  })

  it('leaves the others as they are', async () => {
    const environment = await describeEnvironment(
      machine({
        ...nvidiaMachine,
        describe: (host, runtime) => (runtime === undefined ? host.say(described) : broken(host, runtime)),
      }).ports,
    )
    expect(environment.runtime.onnxruntime).toBe('1.2.3')
    expect(environment.runtimes?.map(({ onnxruntime }) => onnxruntime)).toEqual(['1.2.3', 'not loadable'])
    expect(environment.providers[0]).toEqual({ name: 'cpu', usable: true })
    expect(environment.findings?.find(({ topic }) => topic === 'runtime cuda13')).toMatchObject({
      state: 'wrong',
      hint: expect.stringContaining('batchscope runtime remove cuda13'),
    })
  })
})
