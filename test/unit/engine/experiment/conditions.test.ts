import { beforeEach, describe, expect, it } from 'vitest'
import type { DeviceReading } from '../../../../electron/contract/telemetry.ts'
import type { CompletedExecution, TrialConfig } from '../../../../electron/contract/trial.ts'
import { ConditionsWatch } from '../../../../electron/engine/experiment/conditions.ts'
import type { DeviceUser, ProcessorUse } from '../../../../electron/engine/ports.ts'
import { createTelemetry, type Telemetry } from '../../../../electron/engine/telemetry.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const cpu: TrialConfig = { batchSize: 1, executionProvider: 'cpu', dims: {} }
const cuda: TrialConfig = { batchSize: 1, executionProvider: 'cuda', device: 1, dims: {} }

let clock: ManualClock
let telemetry: Telemetry
let watch: ConditionsWatch
let tellDevices: (readings: DeviceReading[]) => void
let tellUsers: (users: DeviceUser[]) => void
let users: DeviceUser[]
let sharedBytes: number | undefined
let timesAsked: number
let watchedEveryMs: number
let foreignMs: number
let onAsked: () => void

beforeEach(() => {
  clock = new ManualClock()
  users = []
  sharedBytes = undefined
  timesAsked = 0
  foreignMs = 0
  onAsked = () => undefined
  const ports = {
    clock,
    processes: {
      read: () => Promise.resolve(undefined),
      systemMemory: () => ({ usedBytes: 1, totalBytes: 2 }),
      processorUse: (): ProcessorUse => ({ cores: 2, busyMs: foreignMs, stolenMs: 0, processes: [] }),
      sharedDeviceMemory: () => Promise.resolve(sharedBytes),
    },
    devices: {
      list: () => Promise.resolve({ devices: [], telemetry: { available: false as const, reason: '' } }),
      watch(intervalMs: number, listener: (readings: DeviceReading[]) => void) {
        tellDevices = listener
        watchedEveryMs = intervalMs
        queueMicrotask(() => listener([{ index: 0 }]))
        return { stop: () => Promise.resolve() }
      },
      watchUsers(_intervalMs: number, listener: (users: DeviceUser[]) => void) {
        tellUsers = listener
        return { stop: () => Promise.resolve() }
      },
      driver: () => Promise.resolve(undefined),
      users(signal?: AbortSignal) {
        timesAsked += 1
        onAsked()
        if (signal?.aborted === true) return Promise.resolve([])
        return Promise.resolve(users)
      },
    },
  }
  telemetry = createTelemetry(ports, { intervalMs: 50, userIntervalMs: 100 })
  telemetry.start(() => undefined)
  watch = new ConditionsWatch(ports, telemetry)
})

const capped = (index: number): DeviceReading => ({
  index,
  utilizationPercent: 99,
  throttleReasons: ['software power cap'],
})

describe('the conditions of an execution', () => {
  it('count in the measured window only', async () => {
    await watch.begin(cpu)
    watch.enter('warming-up')
    foreignMs += 900
    watch.enter('measuring')
    await clock.advance(1000)
    watch.enter('ending')
    foreignMs += 900
    expect(await watch.end()).toEqual([])

    await watch.begin(cpu)
    watch.enter('measuring')
    foreignMs += 500
    await clock.advance(1000)
    watch.enter('ending')
    expect(await watch.end()).toMatchObject([{ name: 'shared-device' }])
  })

  it('are those of its own device', async () => {
    await watch.begin(cuda)
    watch.enter('measuring')
    tellDevices([capped(0)])
    watch.enter('ending')
    expect(await watch.end()).toEqual([])

    users = [{ pid: 5, device: 1, name: 'python3', memoryBytes: undefined }]
    await watch.begin(cuda)
    watch.enter('measuring')
    tellDevices([capped(0), capped(1)])
    watch.enter('ending')
    const flags = await watch.end()
    expect(flags.map(({ name }) => name)).toEqual(['throttled', 'shared-device'])
    expect(flags[0]?.reason).toContain('software power cap in 1 of 1 readings')
  })

  it('give nothing of an execution that did not measure to its end', async () => {
    await watch.begin(cpu)
    watch.enter('measuring')
    foreignMs += 5000
    expect(await watch.end()).toEqual([])
    await watch.begin(cpu)
    expect(await watch.end()).toEqual([])
  })

  it('are asked of the driver after each execution, and before one only if that was long ago', async () => {
    await watch.begin(cuda)
    await watch.end()
    expect(timesAsked).toBe(2)
    await watch.begin(cuda)
    await watch.end()
    expect(timesAsked).toBe(3)
    await clock.advance(10_000)
    await watch.begin(cuda)
    expect(timesAsked).toBe(4)
  })

  it('do not need the driver on the CPU', async () => {
    await watch.begin(cpu)
    await watch.end()
    expect(timesAsked).toBe(0)
  })

  it('are those of the window: who came and went within it shared the device', async () => {
    await watch.begin(cuda)
    telemetry.watchHost(4242)
    watch.enter('measuring')
    const stranger = { pid: 5, device: 1, name: 'python3', memoryBytes: undefined }
    tellUsers([{ ...stranger, pid: 4242, name: 'node' }, stranger])
    tellUsers([{ ...stranger, pid: 6, device: 0 }])
    watch.enter('ending')
    const flags = await watch.end()
    expect(flags).toEqual([
      {
        name: 'shared-device',
        reason:
          'python3 (process 5) had memory of the GPU while it was measured; whether that process computed, the driver does not tell',
      },
    ])
  })

  it('are not those of a host that the driver still lists when it has ended', async () => {
    await watch.begin(cuda)
    telemetry.watchHost(4242)
    watch.enter('measuring')
    watch.enter('ending')
    telemetry.watchHost(undefined)
    tellDevices([{ index: 1 }])
    users = [{ pid: 4242, device: 1, name: 'node', memoryBytes: undefined }]
    expect(await watch.end()).toEqual([])
    await watch.begin(cuda)
    watch.enter('measuring')
    watch.enter('ending')
    expect(await watch.end()).toEqual([])
  })

  it('are not those of a host that is listed under another number a little longer than it lives', async () => {
    const host = { pid: 91, device: 1, name: 'node', memoryBytes: 4096 }
    await watch.begin(cuda)
    telemetry.watchHost(4242)
    watch.enter('measuring')
    tellUsers([host])
    watch.enter('ending')
    users = [host]
    expect(await watch.end()).toEqual([])
    const asked = timesAsked
    users = []
    await watch.begin(cuda)
    expect(timesAsked).toBe(asked + 1)
    expect(watch.usersBefore).toEqual([])
  })

  it('are read as often as each execution needs', async () => {
    await watch.begin(cuda)
    expect(watchedEveryMs).toBe(50)
    await watch.begin(cpu)
    expect(watchedEveryMs).toBe(500)
    await watch.begin({ ...cuda, executionProvider: 'tensorrt' })
    expect(watchedEveryMs).toBe(50)
    await watch.begin({ ...cuda, executionProvider: 'webgpu' })
    expect(watchedEveryMs).toBe(500)
  })

  it.each(['dml', 'webgpu', 'coreml'] as const)(
    "are not those of the driver's device on %s, which numbers devices in its own way",
    async (executionProvider) => {
      users = [{ pid: 5, device: 0, name: 'python3', memoryBytes: undefined }]
      await watch.begin({ batchSize: 1, executionProvider, dims: {} })
      watch.enter('measuring')
      tellDevices([capped(0)])
      tellUsers(users)
      watch.enter('ending')
      expect(await watch.end()).toEqual([])
      expect(timesAsked).toBe(0)
    },
  )

  it('ask nobody once the execution is cancelled, and then before the next', async () => {
    const cancel = new AbortController()
    await watch.begin(cuda, cancel.signal)
    cancel.abort()
    await watch.end()
    expect(timesAsked).toBe(1)
    users = [{ pid: 5, device: 1, name: 'python3', memoryBytes: undefined }]
    const during = new AbortController()
    onAsked = () => during.abort()
    await watch.begin(cuda, during.signal)
    expect(timesAsked).toBe(2)
    expect(watch.usersBefore).toEqual([])
    onAsked = () => undefined
    await watch.begin(cuda)
    expect(watch.usersBefore).toEqual(users)
  })

  it('are asked of the host while it is there, on a device only', async () => {
    sharedBytes = 1024 ** 3
    for (const [config, names] of [
      [cuda, ['spilled']],
      [cpu, []],
    ] as const) {
      await watch.begin(config)
      watch.enter('measuring')
      watch.enter('ending')
      await watch.lookAtHost(4242)
      expect((await watch.end()).map(({ name }) => name)).toEqual(names)
    }
  })
})

describe('the energy of an execution', () => {
  const executed = { samplesMs: [500, 500], windowMs: 1000 } as unknown as CompletedExecution
  const measureAt = async (config: TrialConfig) => {
    await watch.begin(config)
    watch.enter('measuring')
    for (let ms = 0; ms < 1000; ms += 100) {
      tellDevices([
        { index: 0, powerWatts: 50 },
        { index: 1, powerWatts: 300 },
      ])
      await clock.advance(100)
    }
    watch.enter('ending')
    await watch.end()
  }

  it('is that of its own device, per item', async () => {
    await measureAt({ ...cuda, batchSize: 8 })
    const { energy } = watch.energy(executed)
    expect(energy).toMatchObject({ meanWatts: 300, readings: 10 })
    expect(energy?.joulesPerItem).toBeCloseTo(300 / 16, 9)
  })

  it('is that of the first device where none is named', async () => {
    await measureAt({ batchSize: 1, executionProvider: 'cuda', dims: {} })
    expect(watch.energy(executed).energy?.meanWatts).toBe(50)
  })

  it('is not known on the CPU, nor of providers that number devices in their own way', async () => {
    for (const executionProvider of ['cpu', 'webgpu', 'dml'] as const) {
      await measureAt({ batchSize: 1, executionProvider, dims: {} })
      expect(watch.energy(executed)).toEqual({})
    }
  })
})
