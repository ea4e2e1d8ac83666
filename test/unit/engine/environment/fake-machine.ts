import { describeEnvironment } from '../../../../electron/engine/environment/describe-environment.ts'
import type { Device, Environment, FoundLibrary } from '../../../../electron/contract/environment.ts'
import type { HostMessage, HostRequest } from '../../../../electron/contract/host-protocol.ts'
import { acceleratorLibrary } from '../../../../electron/contract/accelerator-library.ts'
import { createNodeFiles } from '../../../../electron/adapters/node-files.ts'
import type { FileStore, HostRuntime, Ports, StoredRuntime } from '../../../../electron/engine/ports.ts'
import { FakeHost } from '../../../fixtures/fake-host.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

type Failed = Extract<HostMessage, { message: 'failed' }>
type Prepare = Extract<HostRequest, { request: 'prepare' }>

/** What hosts say of ONNX Runtime for Linux, with a provider of Windows besides. */
export const described: HostMessage = {
  message: 'described',
  onnxruntime: '1.2.3',
  node: '20.19.0',
  backends: [
    { name: 'cpu', bundled: true },
    { name: 'cuda', bundled: false },
    { name: 'tensorrt', bundled: false },
    { name: 'webgpu', bundled: true },
    { name: 'dml', bundled: true },
  ],
}

export const failedToLoad = (text: string): Failed => ({
  ...{ message: 'failed', phase: 'load' },
  ...{ name: 'Error', text },
})

export const builtIn: StoredRuntime = {
  ...{ name: 'built-in', folder: '/app', version: '1.29.0' },
  providerLibraries: [],
}

/** A runtime with a library for CUDA. */
export const withCuda = (name: string): StoredRuntime => ({
  ...{ name, folder: `/data/runtimes/${name}`, version: '1.29.0', bytes: 480 * 1024 * 1024 },
  providerLibraries: [{ provider: 'cuda', path: `/data/runtimes/${name}/libonnxruntime_providers_cuda.so` }],
})

/** What ONNX Runtime's CUDA provider needs. */
export const cuda13Needs = [
  ...['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudart.so.13', 'libcuda.so.1'],
  ...['libc.so.6', 'libcufft.so.12', 'libcudnn.so.9'],
]
export const cuda12Needs = [
  ...['libcublasLt.so.12', 'libcublas.so.12', 'libcurand.so.10', 'libcudart.so.12', 'libcuda.so.1'],
  ...['libc.so.6', 'libcufft.so.11', 'libcudnn.so.9'],
]

/** A library in a folder that the loader searches by itself. */
export function inSystem(name: string, facts: Partial<FoundLibrary> = {}): FoundLibrary {
  const kind = acceleratorLibrary(name)
  if (kind === undefined) throw new Error(`${name} is no accelerator's library`)
  return { name, ...kind, path: `/usr/lib/${name}`, source: 'loader cache', loaderFinds: true, ...facts }
}

/** A library in a folder that it does not. */
export function inFolder(folder: string, name: string, facts: Partial<FoundLibrary> = {}): FoundLibrary {
  const { loaderFinds: _none, ...library } = inSystem(name)
  return { ...library, path: `${folder}/${name}`, source: 'Python environment', ...facts }
}

export const vulkan = inSystem('libvulkan.so.1')
export const driverLibrary = inSystem('libcuda.so.1')
export const h200: Device = { index: 0, name: 'NVIDIA H200', memoryTotalBytes: 139 * 2 ** 30 }

export interface Situation {
  describe?: (host: FakeHost, runtime: HostRuntime | undefined) => void
  prepare?: (host: FakeHost, request: Prepare, runtime: HostRuntime | undefined) => void
  kernel?: string
  architecture?: string
  write?: FileStore['write']
  runtimes?: StoredRuntime[]
  libraries?: FoundLibrary[]
  /** Of a provider library, by its path. */
  needs?: (path: string) => readonly string[]
  devices?: Device[]
  /** What the driver tells to be in use of the memory of every device; absent: it tells nothing. */
  deviceMemoryUsedBytes?: number
  telemetry?: Environment['deviceTelemetry']
  driver?: Environment['driver']
  nvidiaHardware?: boolean
}

/** A machine whose hosts answer as the situation says. */
export function machine(situation: Situation) {
  const { describe: tell, prepare, kernel = 'Linux 6.1', architecture = 'x64', write } = situation
  const { devices = [], nvidiaHardware, needs = () => [] } = situation
  const clock = new ManualClock()
  let running = 0
  const seen = {
    mostAtOnce: 0,
    modelPaths: new Set<string>(),
    probed: [] as { provider: string; runtime: HostRuntime | undefined; device: number | undefined }[],
  }
  const launch: Ports['hosts']['launch'] = ({ runtime }) => {
    const host = new FakeHost()
    running += 1
    seen.mostAtOnce = Math.max(seen.mostAtOnce, running)
    void host.exited.then(() => (running -= 1))
    host.answer = (request) => {
      if (request.request === 'describe') {
        if (tell === undefined) host.say(described)
        else tell(host, runtime)
      } else if (request.request === 'prepare') {
        seen.modelPaths.add(request.modelPath)
        seen.probed.push({ provider: request.executionProvider, runtime, device: request.device })
        if (prepare === undefined) host.say({ message: 'first-inference', ms: 1, outputs: [] })
        else prepare(host, request, runtime)
      } else if (request.request === 'end') host.exit()
    }
    queueMicrotask(() => host.say({ message: 'ready', clock: 'test' }))
    return host
  }
  const telemetry: Environment['deviceTelemetry'] =
    situation.telemetry ??
    (devices.length > 0
      ? { available: true, source: 'nvidia-smi' }
      : { available: false, reason: 'There is no NVIDIA driver here (nvidia-smi was not found).' })
  const ports: Ports = {
    clock,
    files: {
      ...createNodeFiles({ dataFolder: '/data', resourcesFolder: '/resources' }),
      stat: () => Promise.resolve(undefined),
      write: write ?? (() => Promise.resolve()),
    },
    hosts: { launch },
    devices: {
      list: () => Promise.resolve({ devices, telemetry }),
      watch(_intervalMs, listener) {
        const memoryUsedBytes = situation.deviceMemoryUsedBytes
        if (memoryUsedBytes !== undefined) listener(devices.map(({ index }) => ({ index, memoryUsedBytes })))
        return { stop: () => Promise.resolve() }
      },
      users: () => Promise.resolve([]),
      watchUsers: () => ({ stop: () => Promise.resolve() }),
      driver: () => Promise.resolve(situation.driver),
    },
    processes: {
      read: () => Promise.resolve(undefined),
      systemMemory: () => ({ usedBytes: 1, totalBytes: 2 }),
      processorUse: () => undefined,
      sharedDeviceMemory: () => Promise.resolve(undefined),
    },
    runtimes: {
      list: () => Promise.resolve(situation.runtimes ?? [builtIn]),
      install: () => Promise.reject(new Error('not here')),
      remove: () => Promise.resolve(),
    },
    libraries: {
      find: () => Promise.resolve(situation.libraries ?? [vulkan]),
      needs: (path) =>
        Promise.resolve(needs(path).map((library) => ({ library, onDemand: /cudnn|cufft/.test(library) }))),
    },
    machine: {
      describe: () =>
        Promise.resolve({
          ...{ system: 'S', kernel, architecture },
          ...{ cpu: 'C', logicalCores: 2, memoryBytes: 3 },
        }),
      versions: () => ({ batchscope: '0.0.1', node: '20.0.0' }),
      hasNvidiaDevice: () => Promise.resolve(nvidiaHardware),
    },
  }
  return { ports, seen, clock }
}

/** Where PyTorch's packages lie in a Python environment. */
export const packages = '/venv/lib/python3.12/site-packages/nvidia'
const ofPackages = (...names: string[]) => names.map((name) => inFolder(`${packages}/cu13/lib`, name))

/** A machine with a device, and with PyTorch's libraries for CUDA 13 in a Python environment. */
export const nvidiaMachine: Situation = {
  runtimes: [builtIn, withCuda('cuda13')],
  needs: () => cuda13Needs,
  devices: [h200],
  driver: { version: '580.95.05', cuda: '13.0' },
  libraries: [
    ...[driverLibrary, vulkan],
    ...ofPackages('libcublas.so.13', 'libcublasLt.so.13', 'libcudart.so.13'),
    ...ofPackages('libcufft.so.12', 'libcurand.so.10', 'libnvrtc.so.13'),
    inFolder(`${packages}/cudnn/lib`, 'libcudnn.so.9', { cudaMajor: 13 }),
  ],
}

/** What is told of such a machine. */
export const look = (situation: Situation) => describeEnvironment(machine(situation).ports)
