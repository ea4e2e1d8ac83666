import { beforeEach, describe, expect, it } from 'vitest'
import type { DeviceReading } from '../../../../electron/contract/telemetry.ts'
import type { TrialConfig } from '../../../../electron/contract/trial.ts'
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
let users: DeviceUser[]
let timesAsked: number
let foreignMs: number

beforeEach(() => {
  clock = new ManualClock()
  users = []
  timesAsked = 0
  foreignMs = 0
  const ports = {
    clock,
    processes: {
      read: () => Promise.resolve(undefined),
      systemMemory: () => ({ usedBytes: 1, totalBytes: 2 }),
      processorUse: (): ProcessorUse => ({ cores: 2, busyMs: foreignMs, stolenMs: 0, processes: [] }),
      sharedDeviceMemory: () => Promise.resolve(undefined),
    },
    devices: {
      list: () => Promise.resolve({ devices: [], telemetry: { available: false as const, reason: '' } }),
      watch(_intervalMs: number, listener: (readings: DeviceReading[]) => void) {
        tellDevices = listener
        return { stop: () => Promise.resolve() }
      },
      watchUsers: () => ({ stop: () => Promise.resolve() }),
      driver: () => Promise.resolve(undefined),
      users() {
        timesAsked += 1
        return Promise.resolve(users)
      },
    },
  }
  telemetry = createTelemetry(ports, { intervalMs: 50 })
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
})
