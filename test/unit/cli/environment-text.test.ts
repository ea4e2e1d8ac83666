import { describe, expect, it } from 'vitest'
import { environmentText } from '../../../electron/cli/environment-text.ts'
import { visibleLength } from '../../../electron/cli/terminal.ts'
import type { Environment } from '../../../electron/contract/environment.ts'
import {
  builtIn,
  cuda13Needs,
  driverLibrary,
  h200,
  inFolder,
  inSystem,
  look,
  vulkan,
  withCuda,
  type Situation,
} from '../engine/environment/fake-machine.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const told = (environment: Environment, width = 80) => environmentText(environment, recordedTerminal(width))

const packages = '/home/somebody/project/.venv/lib/python3.12/site-packages/nvidia/cu13/lib'
const everything: Situation = {
  runtimes: [builtIn, withCuda('cuda13')],
  needs: () => cuda13Needs,
  driver: { version: '580.95.05', cuda: '13.0' },
  devices: [
    { ...h200, driver: '580.95.05' },
    {
      ...{ ...h200, index: 1 },
      migInstances: [{ name: 'MIG 1g.18gb Device 0', uuid: 'MIG-7ac3b2e0-0f9b-5a1c-9d67-cc6d2c1b5f11' }],
    },
  ],
  libraries: [
    ...[driverLibrary, vulkan],
    ...cuda13Needs
      .filter((name) => !/libc\.so|libcuda\.so/.test(name))
      .map((name) => inFolder(packages, name)),
  ],
}

describe('what doctor says of a machine', () => {
  it('with nothing but its processor is what can be measured there', async () => {
    const text = told(await look({ nvidiaHardware: false, libraries: [] }))
    expect(text).toMatch(/– NVIDIA driver +None, and no NVIDIA device in this machine\./)
    expect(text).toMatch(/✓ cpu +usable/)
    expect(text).toMatch(/– cuda +There is no NVIDIA device here\./)
    expect(text).not.toContain('✗')
    expect(text).toMatch(/Next\nReady to measure on cpu:\n {2}batchscope run MODEL\.onnx --ep cpu$/)
  })

  it('with everything is its devices, the runtime that has CUDA and the folders that it searches', async () => {
    const text = told(await look(everything))
    expect(text).toMatch(/✓ NVIDIA driver +Version 580\.95\.05, for CUDA up to 13\.0\./)
    expect(text).toMatch(/✓ device 0 +NVIDIA H200, 139 GiB, driver 580\.95\.05/)
    expect(text).toMatch(/device 1 +NVIDIA H200, 139 GiB\n +MIG 1g\.18gb Device 0 \(MIG-7ac3b2e0-\S+\)/)
    expect(text).toMatch(/✓ cuda13 +ONNX Runtime 1\.2\.3 with CUDA 13: all that it needs was\n +found\./)
    expect(text).toMatch(/480 MiB in \/data\/runtimes\/cuda13\n/)
    expect(text).toContain(`searches ${packages}`)
    expect(text).toMatch(/✓ cuda +usable, in the runtime cuda13/)
    expect(text).toMatch(/--ep cpu,cuda,webgpu$/)
  })

  it('that lacks libraries is what it lacks, once, and the command that brings them, whole', async () => {
    const text = told(
      await look({ ...everything, libraries: [driverLibrary, vulkan, inSystem('libcudart.so.13')] }),
    )
    expect(text).toMatch(/✗ cuda13 +ONNX Runtime 1\.2\.3\. CUDA 13 needs libcublasLt\.so\.13,/)
    expect(text).toMatch(/– cuda +not usable: see runtime cuda13/)
    expect(text.match(/libcublasLt\.so\.13/g)).toHaveLength(1)
    expect(text).toMatch(
      /Next\nInstall the libraries:\n {2}pip install nvidia-cublas nvidia-cudnn-cu13 nvidia-cufft nvidia-curand$/,
    )
  })

  it('has no line wider than the terminal but for paths and commands, which are not broken', async () => {
    for (const situation of [{}, everything, { ...everything, libraries: [] }, { nvidiaHardware: true }]) {
      const lines = told(await look(situation)).split('\n')
      const wide = lines.filter((line) => visibleLength(line) > 80)
      for (const line of wide) expect(line.trim()).toMatch(/^(?:searches \/|batchscope |pip |MIG |\/)\S+/)
    }
  })

  it('of an environment of an older Batchscope is what that one knew', () => {
    const text = told({
      host: {
        system: 'S',
        kernel: 'Linux 6.1',
        architecture: 'x64',
        cpu: 'C',
        logicalCores: 2,
        memoryBytes: 3,
      },
      runtime: { batchscope: '0.3.0', onnxruntime: '1.29.0', node: 'v20.0.0' },
      devices: [],
      providers: [{ name: 'cpu', usable: true }],
      deviceTelemetry: { available: false, reason: 'No tool.' },
    })
    expect(text).toMatch(/✓ versions +batchscope 0\.3\.0, ONNX Runtime 1\.29\.0, Node 20\.0\.0/)
    expect(text).toMatch(/✓ cpu +usable$/)
  })
})
