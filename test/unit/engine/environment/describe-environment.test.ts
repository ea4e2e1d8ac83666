import { describe, expect, it } from 'vitest'
import type { HostMessage, HostRequest } from '../../../electron/contract/host-protocol.ts'
import { describeEnvironment } from '../../../electron/engine/environment.ts'
import type { FileStore, Ports } from '../../../electron/engine/ports.ts'
import { BatchscopeError } from '../../../electron/contract/failure.ts'
import { createNodeFiles } from '../../../electron/adapters/node-files.ts'
import { FakeHost } from '../../fixtures/fake-host.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

type Failed = Extract<HostMessage, { message: 'failed' }>
type Prepare = Extract<HostRequest, { request: 'prepare' }>

const described: HostMessage = {
  message: 'described',
  onnxruntime: '1.2.3',
  node: '20.19.0',
  backends: [
    { name: 'cpu', bundled: true },
    { name: 'cuda', bundled: false },
    { name: 'webgpu', bundled: true },
    { name: 'dml', bundled: true },
  ],
}

const failedToLoad = (text: string): Failed => ({ message: 'failed', phase: 'load', name: 'Error', text })

interface Situation {
  describe?: (host: FakeHost) => void
  prepare?: (host: FakeHost, request: Prepare) => void
  kernel?: string
  write?: FileStore['write']
}

/** A machine whose hosts answer as the situation says. */
function machine({ describe: tell, prepare, kernel = 'Linux 6.1', write }: Situation) {
  const clock = new ManualClock()
  let running = 0
  const seen = { mostAtOnce: 0, modelPaths: new Set<string>() }
  const launch = () => {
    const host = new FakeHost()
    running += 1
    seen.mostAtOnce = Math.max(seen.mostAtOnce, running)
    void host.exited.then(() => (running -= 1))
    host.answer = (request) => {
      if (request.request === 'describe') {
        if (tell === undefined) host.say(described)
        else tell(host)
      } else if (request.request === 'prepare') {
        seen.modelPaths.add(request.modelPath)
        if (prepare === undefined) host.say({ message: 'first-inference', ms: 1, outputs: [] })
        else prepare(host, request)
      } else if (request.request === 'end') host.exit()
    }
    queueMicrotask(() => host.say({ message: 'ready', clock: 'test' }))
    return host
  }
  const ports: Ports = {
    clock,
    files: {
      ...createNodeFiles({ dataFolder: '/data', resourcesFolder: '/resources' }),
      stat: () => Promise.resolve(undefined),
      write: write ?? (() => Promise.resolve()),
    },
    hosts: { launch },
    devices: {
      list: () => Promise.resolve({ devices: [], telemetry: { available: false, reason: 'No tool.' } }),
      watch: () => ({ stop: () => Promise.resolve() }),
      users: () => Promise.resolve([]),
      watchUsers: () => ({ stop: () => Promise.resolve() }),
      driver: () => Promise.resolve(undefined),
    },
    processes: {
      read: () => Promise.resolve(undefined),
      systemMemory: () => ({ usedBytes: 1, totalBytes: 2 }),
      processorUse: () => undefined,
      sharedDeviceMemory: () => Promise.resolve(undefined),
    },
    runtimes: {
      list: () =>
        Promise.resolve([{ name: 'built-in', folder: '/app', version: '1.29.0', providerLibraries: [] }]),
      install: () => Promise.reject(new Error('not here')),
      remove: () => Promise.resolve(),
    },
    libraries: { find: () => Promise.resolve([]), needs: () => Promise.resolve([]) },
    machine: {
      describe: () =>
        Promise.resolve({
          system: 'S',
          kernel,
          architecture: 'x64',
          cpu: 'C',
          logicalCores: 2,
          memoryBytes: 3,
        }),
      versions: () => ({ batchscope: '0.0.1', node: '20.0.0' }),
    },
  }
  return { ports, seen, clock }
}

async function statusOf(provider: string, situation: Situation) {
  const { providers } = await describeEnvironment(machine(situation).ports)
  return providers.find(({ name }) => name === provider)
}

describe('the environment', () => {
  it('names the runtime as its host describes it, and why there is no device telemetry', async () => {
    const environment = await describeEnvironment(machine({}).ports)
    expect(environment.runtime).toEqual({ batchscope: '0.0.1', node: '20.19.0', onnxruntime: '1.2.3' })
    expect(environment.deviceTelemetry).toEqual({ available: false, reason: 'No tool.' })
  })

  it('lists every provider, usable where the probe model ran', async () => {
    const { ports, seen } = machine({})
    const { providers } = await describeEnvironment(ports)
    expect(providers.map(({ name, usable }) => `${name} ${usable}`)).toEqual([
      'cpu true',
      'cuda true',
      'tensorrt false',
      'dml true',
      'coreml false',
      'webgpu true',
    ])
    expect(seen.mostAtOnce).toBeLessThanOrEqual(2)
  })

  it.each([
    ['Linux 6.1', 'Linux'],
    ['Darwin 24.0.0', 'macOS'],
    ['Windows_NT 10.0.26100', 'Windows'],
  ])('on %s says what is not part of ONNX Runtime for %s', async (kernel, platform) => {
    expect(await statusOf('coreml', { kernel })).toEqual({
      name: 'coreml',
      usable: false,
      reason: `Not part of ONNX Runtime for ${platform}.`,
    })
  })
})

describe('a provider that cannot be used', () => {
  it('because its library is missing says so, and what to do', async () => {
    const status = await statusOf('cuda', {
      prepare(host) {
        host.say(failedToLoad('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library'))
        host.exit({ code: 1 })
      },
    })
    expect(status).toMatchObject({
      usable: false,
      reason: 'The CUDA provider library is not installed with this ONNX Runtime.',
      hint: expect.stringContaining('onnxruntime-node-install'),
    })
  })

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

  it('because it crashes takes nothing with it', async () => {
    const status = await statusOf('cuda', { prepare: (host) => host.exit({ signal: 'SIGSEGV' }) })
    expect(status).toEqual({ name: 'cuda', usable: false, reason: 'It failed: signal SIGSEGV' })
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
    const status = await statusOf('cuda', { write: () => Promise.reject(full) })
    expect(status).toMatchObject({ reason: 'It could not be tried: The disk is full.' })
  })

  it('because ONNX Runtime itself cannot be loaded says that, for all of them', async () => {
    const { ports } = machine({
      describe(host) {
        host.say({
          message: 'failed',
          phase: 'describe',
          name: 'Error',
          text: 'libonnxruntime.so.1: bad ELF',
        })
        host.exit({ code: 1 })
      },
    })
    const { providers, runtime } = await describeEnvironment(ports)
    expect(runtime.onnxruntime).toBe('not loadable')
    expect(new Set(providers.map((status) => !status.usable && status.reason))).toEqual(
      new Set(['ONNX Runtime could not be loaded: libonnxruntime.so.1: bad ELF']),
    )
  })
})
