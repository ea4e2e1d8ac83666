import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceReading, TelemetrySample } from '../../../electron/contract/telemetry.ts'
import { createTelemetry, type Telemetry } from '../../../electron/engine/telemetry.ts'
import { ManualClock, settled } from '../../fixtures/manual-clock.ts'

let system: { usedBytes: number; totalBytes: number; swapUsedBytes?: number }

let clock: ManualClock
let telemetry: Telemetry
let batches: TelemetrySample[][]
let residentBytes: number | undefined
let hostSwapBytes: number | undefined
let readsAtOnce: number
let mostReadsAtOnce: number
let readMs: number
let tellDevices: (readings: DeviceReading[]) => void
let devicesWatched: boolean

beforeEach(() => {
  clock = new ManualClock()
  batches = []
  residentBytes = 100
  hostSwapBytes = undefined
  system = { usedBytes: 5, totalBytes: 10 }
  readsAtOnce = 0
  mostReadsAtOnce = 0
  readMs = 0
  telemetry = createTelemetry(
    {
      clock,
      processes: {
        async read() {
          readsAtOnce += 1
          mostReadsAtOnce = Math.max(mostReadsAtOnce, readsAtOnce)
          if (readMs > 0) await clock.sleep(readMs)
          readsAtOnce -= 1
          if (residentBytes === undefined) return undefined
          return {
            residentBytes,
            cpuPercent: 50,
            ...(hostSwapBytes !== undefined && { swapBytes: hostSwapBytes }),
          }
        },
        systemMemory: () => system,
        processorUse: () => undefined,
        sharedDeviceMemory: () => Promise.resolve(undefined),
      },
      devices: {
        users: () => Promise.resolve([]),
        watchUsers: () => ({ stop: () => Promise.resolve() }),
        driver: () => Promise.resolve(undefined),
        list: () => Promise.resolve({ devices: [], telemetry: { available: false, reason: 'none' } }),
        watch(_intervalMs, listener) {
          tellDevices = listener
          devicesWatched = true
          return {
            stop() {
              devicesWatched = false
              return Promise.resolve()
            },
          }
        },
      },
    },
    { intervalMs: 50 },
  )
  telemetry.start((samples) => batches.push(samples))
})
afterEach(async () => {
  const stopped = telemetry.stop()
  await clock.advance(1000)
  await stopped
})

const taken = () => batches.flat()
const device = (index: number, memoryUsedBytes: number): DeviceReading => ({ index, memoryUsedBytes })

describe('telemetry', () => {
  it('reads at its interval and hands out what gathered every 100 ms', async () => {
    await clock.advance(1000)
    expect(taken().map(({ timeMs }) => timeMs)).toEqual(Array.from({ length: 21 }, (_, i) => i * 50))
    expect(batches.length).toBe(10)
  })

  it('tells of the system always, and of the host while there is one', async () => {
    await clock.advance(100)
    telemetry.watchHost(1)
    await clock.advance(100)
    telemetry.watchHost(undefined)
    await clock.advance(100)
    expect(taken().map(({ host }) => host?.residentBytes)).toEqual([
      undefined,
      undefined,
      undefined,
      100,
      100,
      undefined,
      undefined,
    ])
    expect(taken()[0]?.system).toEqual({ memoryUsedBytes: 5, memoryTotalBytes: 10 })
  })

  it('leaves out a host that is gone', async () => {
    residentBytes = undefined
    telemetry.watchHost(1)
    await clock.advance(200)
    expect(taken().every(({ host }) => host === undefined)).toBe(true)
  })

  it('never reads twice at once, however slow reading is', async () => {
    readMs = 170
    telemetry.watchHost(1)
    await clock.advance(1000)
    expect(taken().length).toBeGreaterThan(3)
    expect(mostReadsAtOnce).toBe(1)
  })

  it('hands out the rest when it stops, and lets go of the devices', async () => {
    await clock.advance(150)
    const before = taken().length
    const stopped = telemetry.stop()
    await clock.advance(0)
    await stopped
    expect(taken().length).toBeGreaterThan(before)
    expect(devicesWatched).toBe(false)
  })
})

describe('the peaks of an execution', () => {
  it('are of its own host', async () => {
    telemetry.watchHost(1)
    residentBytes = 900
    await clock.advance(100)
    residentBytes = 300
    await clock.advance(100)
    expect(telemetry.peaks()).toEqual({ hostPeakBytes: 900 })
    telemetry.watchHost(2)
    expect(telemetry.peaks()).toEqual({})
    await clock.advance(100)
    expect(telemetry.peaks()).toEqual({ hostPeakBytes: 300 })
  })

  it('count device memory from the baseline before the host began', async () => {
    tellDevices([device(0, 5000)])
    telemetry.watchHost(undefined)
    tellDevices([device(0, 1000)])
    telemetry.watchHost(1)
    tellDevices([device(0, 1500)])
    tellDevices([device(0, 4000)])
    tellDevices([device(0, 3000)])
    await settled()
    expect(telemetry.deviceBaseline()).toBe(1000)
    expect(telemetry.peaks()).toEqual({ devicePeakBytes: 3000, deviceBaselineBytes: 1000 })
  })

  it('are of the device asked for', () => {
    telemetry.watchHost(undefined)
    tellDevices([device(0, 10), device(1, 20)])
    telemetry.watchHost(1)
    tellDevices([device(0, 10), device(1, 70)])
    expect(telemetry.peaks(1)).toEqual({ devicePeakBytes: 50, deviceBaselineBytes: 20 })
    expect(telemetry.peaks(0)).toEqual({ devicePeakBytes: 0, deviceBaselineBytes: 10 })
    expect(telemetry.peaks(2)).toEqual({})
  })
})

describe('the measured window', () => {
  it('has the readings of devices between its beginning and its end, and no others', () => {
    tellDevices([device(0, 1)])
    telemetry.beginWindow()
    tellDevices([device(0, 2), device(1, 3)])
    tellDevices([device(0, 4), device(1, 5)])
    const { devices } = telemetry.endWindow()
    tellDevices([device(0, 6)])
    expect(devices.map(({ memoryUsedBytes }) => memoryUsedBytes)).toEqual([2, 3, 4, 5])
    expect(telemetry.endWindow().devices).toEqual([])
  })

  it('tells how far swap grew since the execution began, at its highest', async () => {
    system = { ...system, swapUsedBytes: 1000 }
    telemetry.watchHost(undefined)
    await clock.advance(100)
    telemetry.watchHost(1)
    hostSwapBytes = 70
    system = { ...system, swapUsedBytes: 1500 }
    await clock.advance(100)
    hostSwapBytes = 50
    system = { ...system, swapUsedBytes: 1200 }
    await clock.advance(100)
    expect(telemetry.endWindow().swap).toEqual({ systemBytes: 500, hostBytes: 70 })
    telemetry.watchHost(undefined)
    await clock.advance(100)
    expect(telemetry.endWindow().swap).toEqual({ systemBytes: 0, hostBytes: undefined })
  })

  it('knows nothing of swap where the system does not tell', async () => {
    telemetry.watchHost(1)
    await clock.advance(100)
    expect(telemetry.endWindow().swap).toEqual({ systemBytes: undefined, hostBytes: undefined })
  })

  it('does not write swap into the telemetry that is kept', async () => {
    telemetry.watchHost(1)
    hostSwapBytes = 70
    await clock.advance(100)
    expect(taken().at(-1)?.host).toEqual({ residentBytes: 100, cpuPercent: 50 })
  })
})
