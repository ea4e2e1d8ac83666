import { expect, it } from 'vitest'
import { hostEnvironment } from '../../../electron/adapters/host-environment.ts'

it('a host gets what it needs to find libraries and devices, what it is given, and nothing else', () => {
  const from = {
    PATH: '/bin',
    Path: 'C:\\Windows',
    LD_LIBRARY_PATH: '/opt/cuda/lib64',
    CUDA_VISIBLE_DEVICES: '1',
    NVIDIA_DRIVER_CAPABILITIES: 'all',
    SystemRoot: 'C:\\Windows',
    AWS_SECRET_ACCESS_KEY: 'secret',
    NODE_OPTIONS: '--inspect',
    ELECTRON_RUN_AS_NODE: '1',
    HOME: undefined,
  }
  expect(hostEnvironment({ environment: { GIVEN: 'yes', CUDA_VISIBLE_DEVICES: '0' } }, from)).toEqual({
    PATH: '/bin',
    Path: 'C:\\Windows',
    LD_LIBRARY_PATH: '/opt/cuda/lib64',
    CUDA_VISIBLE_DEVICES: '0',
    NVIDIA_DRIVER_CAPABILITIES: 'all',
    SystemRoot: 'C:\\Windows',
    // ONNX Runtime sends nothing about anybody's models anywhere.
    ORT_DISABLE_TELEMETRY: '1',
    // Device 1 is the one that nvidia-smi calls so.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    GIVEN: 'yes',
  })
})

it.skipIf(process.platform !== 'linux')(
  'a host finds the libraries of its runtime before those of the system, and none in the working directory',
  () => {
    const runtime = {
      folder: '/data/runtimes/cuda13',
      libraryFolders: ['/venv/nvidia/cublas/lib', '/venv/nvidia/cudnn/lib'],
    }
    expect(hostEnvironment({ runtime }, { LD_LIBRARY_PATH: '/opt/cuda/lib64' })).toMatchObject({
      BATCHSCOPE_RUNTIME: '/data/runtimes/cuda13',
      LD_LIBRARY_PATH: '/venv/nvidia/cublas/lib:/venv/nvidia/cudnn/lib:/opt/cuda/lib64',
    })
    const untidy = { LD_LIBRARY_PATH: ':/opt/cuda/lib64::libs;.:' }
    expect(hostEnvironment({}, untidy)['LD_LIBRARY_PATH']).toBe('/opt/cuda/lib64')
    const odd = { folder: undefined, libraryFolders: ['/a:b', '/venv/nvidia/cudnn/lib', '/c;d'] }
    expect(hostEnvironment({ runtime: odd }, untidy)['LD_LIBRARY_PATH']).toBe(
      '/venv/nvidia/cudnn/lib:/opt/cuda/lib64',
    )
    const builtIn = hostEnvironment({ runtime: { folder: undefined, libraryFolders: [] } }, {})
    expect(Object.keys(builtIn)).toEqual(['ORT_DISABLE_TELEMETRY', 'CUDA_DEVICE_ORDER'])
  },
)
