import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceReading, TelemetrySample } from '../../../electron/contract/telemetry.ts'
import type { DeviceUser } from '../../../electron/engine/ports.ts'
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
let tellUsers: (users: DeviceUser[]) => void
let tellProblem: (problem: string | undefined) => void
let watched: Record<string, number>
let held: boolean
let readingSpawns: boolean

beforeEach(() => {
  clock = new ManualClock()
  batches = []
  residentBytes = 100
  hostSwapBytes = undefined
  system = { usedBytes: 5, totalBytes: 10 }
  readsAtOnce = 0
  mostReadsAtOnce = 0
  readMs = 0
  watched = {}
  held = false
  readingSpawns = false
  telemetry = createTelemetry(
    {
      clock,
      processes: {
        get readingSpawns() {
          return readingSpawns
        },
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
        driver: () => Promise.resolve(undefined),
        list: () => Promise.resolve({ devices: [], telemetry: { available: false, reason: 'none' } }),
        watch(intervalMs, listener, onProblem) {
          tellDevices = listener
          tellProblem = (problem) => onProblem?.(problem)
          return watching('devices', intervalMs)
        },
        watchUsers(intervalMs, listener) {
          tellUsers = listener
          return watching('users', intervalMs)
        },
      },
    },
    { intervalMs: 50, deviceIntervalMs: 20, userIntervalMs: 100 },
  )
  telemetry.start((samples) => batches.push(samples))
})
afterEach(async () => {
  const stopped = telemetry.stop()
  await clock.advance(1000)
  await stopped
})

function watching(what: string, intervalMs: number) {
  watched[what] = intervalMs
  return {
    holdStarts(hold: boolean) {
      held = hold
    },
    stop() {
      Reflect.deleteProperty(watched, what)
      return Promise.resolve()
    },
  }
}

const taken = () => batches.flat()
const device = (index: number, memoryUsedBytes: number): DeviceReading => ({ index, memoryUsedBytes })
const user = (pid: number, memoryBytes: number | undefined, on = 0): DeviceUser => ({
  ...{ pid, device: on, name: 'node', memoryBytes },
})

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

  it('says why devices cannot be read, for as long as they cannot', async () => {
    tellDevices([device(0, 5)])
    tellProblem('nvidia-smi ended')
    await clock.advance(60)
    tellDevices([device(0, 5)])
    tellProblem(undefined)
    await clock.advance(200)
    expect(taken()[1]).toMatchObject({ devices: [], devicesProblem: 'nvidia-smi ended' })
    expect(taken().at(-1)).toMatchObject({ devices: [device(0, 5)] })
    expect(taken().at(-1)).not.toHaveProperty('devicesProblem')
  })

  it('reads the host in a measured window only where that starts no process', async () => {
    telemetry.watchHost(1)
    readingSpawns = true
    telemetry.beginWindow()
    await clock.advance(200)
    telemetry.endWindow()
    await clock.advance(200)
    const sampled = taken().map(({ timeMs, host }) => [timeMs <= 200, host !== undefined])
    expect(sampled.slice(1).every(([within, read]) => within !== read)).toBe(true)
    expect(sampled.length).toBeGreaterThan(4)
  })

  it('starts no tool again within a measured window, however that ends', () => {
    telemetry.beginWindow()
    expect(held).toBe(true)
    telemetry.endWindow()
    expect(held).toBe(false)
    telemetry.beginWindow()
    telemetry.watchHost(undefined)
    expect(held).toBe(false)
  })

  it('reads at other intervals when it is told to, and begins anew only if they are others', async () => {
    await clock.advance(0)
    await telemetry.readEvery({ intervalMs: 80, deviceIntervalMs: 500 })
    expect(watched).toEqual({ devices: 500 })
    const before = tellDevices
    await telemetry.readEvery({ intervalMs: 80, deviceIntervalMs: 500 })
    expect(tellDevices).toBe(before)
    tellDevices([device(0, 5)])
    await telemetry.readEvery({ intervalMs: 50, userIntervalMs: 100 })
    expect(watched).toEqual({ devices: 50, users: 100 })
  })

  it('waits for a first reading where a device is to be measured, but not for ever and not again', async () => {
    const measured = { intervalMs: 50, deviceIntervalMs: 20, userIntervalMs: 100 }
    let waits = 0
    const wait = async () => {
      waits += 1
      await telemetry.readEvery(measured)
      waits -= 1
    }
    void wait()
    await clock.advance(1000)
    expect(waits).toBe(1)
    tellDevices([device(0, 5)])
    await settled()
    expect(waits).toBe(0)

    telemetry.watchHost(undefined)
    void wait()
    await clock.advance(10_000)
    expect(waits).toBe(0)
    void wait()
    await settled()
    expect(waits).toBe(0)
  })

  it('does not wait for a first reading once it is cancelled', async () => {
    const cancel = new AbortController()
    const waiting = telemetry.readEvery(
      { intervalMs: 50, deviceIntervalMs: 20, userIntervalMs: 100 },
      cancel.signal,
    )
    await settled()
    cancel.abort()
    await expect(waiting).resolves.toBeUndefined()
  })

  it('hands out the rest when it stops, and lets go of the devices', async () => {
    await clock.advance(150)
    expect(watched).toEqual({ devices: 20, users: 100 })
    const before = taken().length
    const stopped = telemetry.stop()
    await clock.advance(0)
    await stopped
    expect(taken().length).toBeGreaterThan(before)
    expect(watched).toEqual({})
  })
})

describe('the peaks of an execution', () => {
  it('are of its own host', async () => {
    telemetry.watchHost(1)
    residentBytes = 900
    await clock.advance(100)
    residentBytes = 300
    await clock.advance(100)
    expect(telemetry.peaks(undefined)).toEqual({ hostPeakBytes: 900 })
    telemetry.watchHost(2)
    expect(telemetry.peaks(undefined)).toEqual({})
    await clock.advance(100)
    expect(telemetry.peaks(undefined)).toEqual({ hostPeakBytes: 300 })
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
    expect(telemetry.peaks(0)).toEqual({
      ...{ devicePeakBytes: 3000, deviceBaselineBytes: 1000 },
      deviceMeasuredBy: 'difference',
    })
    expect(telemetry.peaks(undefined)).toEqual({})
  })

  it('are no difference where no reading came before the host, which may be in the first one', () => {
    telemetry.watchHost(undefined)
    telemetry.watchHost(1)
    tellDevices([device(0, 9000)])
    tellDevices([device(0, 9500)])
    expect(telemetry.peaks(0)).toEqual({})
  })

  it('do not lower the baseline while the host is there', () => {
    telemetry.watchHost(undefined)
    tellDevices([device(0, 1000)])
    telemetry.watchHost(1)
    tellDevices([device(0, 4000)])
    tellDevices([device(0, 500)])
    expect(telemetry.peaks(0)).toMatchObject({ devicePeakBytes: 3000, deviceBaselineBytes: 1000 })
  })

  it('are no difference where the tool was away while the host was there', async () => {
    for (const [beforeMs, betweenMs, afterMs] of [
      [1500, 0, 0],
      [0, 1500, 0],
      [0, 0, 1500],
    ] as const) {
      telemetry.watchHost(undefined)
      tellDevices([device(0, 1000)])
      telemetry.watchHost(1)
      await clock.advance(beforeMs)
      tellDevices([device(0, 4000)])
      await clock.advance(betweenMs)
      tellDevices([device(0, 4000)])
      expect(telemetry.peaks(0).devicePeakBytes).toBe(beforeMs + betweenMs === 0 ? 3000 : undefined)
      await clock.advance(afterMs)
      expect(telemetry.peaks(0).devicePeakBytes).toBeUndefined()
    }
  })

  it('are of the device asked for', () => {
    telemetry.watchHost(undefined)
    tellDevices([device(0, 10), device(1, 20)])
    telemetry.watchHost(1)
    tellDevices([device(0, 10), device(1, 70)])
    expect(telemetry.peaks(1)).toMatchObject({ devicePeakBytes: 50, deviceBaselineBytes: 20 })
    expect(telemetry.peaks(0)).toMatchObject({ devicePeakBytes: 0, deviceBaselineBytes: 10 })
    expect(telemetry.peaks(2)).toEqual({})
  })
})

describe("the driver's word of the host's own process", () => {
  it('is its peak of device memory, whatever others do', async () => {
    tellDevices([device(0, 1000)])
    telemetry.watchHost(1)
    tellDevices([device(0, 9000)])
    await clock.advance(50)
    tellUsers([user(1, 3000), user(2, 5000), user(1, 70, 1)])
    tellUsers([user(1, 2000), user(2, 5000)])
    expect(telemetry.peaks(0)).toMatchObject({
      ...{ devicePeakBytes: 3000, deviceBaselineBytes: 1000 },
      deviceMeasuredBy: 'process',
    })
    expect(telemetry.peaks(1)).toMatchObject({ devicePeakBytes: 70, deviceMeasuredBy: 'process' })
  })

  it('is not taken where it came before the memory of the device rose', async () => {
    const gib = 1024 ** 3
    tellDevices([device(0, gib)])
    telemetry.watchHost(1)
    tellDevices([device(0, 2 * gib)])
    tellUsers([user(1, gib)])
    await clock.advance(50)
    tellDevices([device(0, 70 * gib)])
    expect(telemetry.peaks(0)).toMatchObject({ devicePeakBytes: 69 * gib, deviceMeasuredBy: 'difference' })
  })

  it('is taken though the memory of the device flickers afterwards', async () => {
    const gib = 1024 ** 3
    telemetry.watchHost(1)
    tellDevices([device(0, 70 * gib)])
    await clock.advance(50)
    tellUsers([user(1, 69 * gib)])
    await clock.advance(50)
    tellDevices([device(0, 70.1 * gib)])
    expect(telemetry.peaks(0)).toMatchObject({ devicePeakBytes: 69 * gib, deviceMeasuredBy: 'process' })
  })

  it('is not taken of another execution, nor where it tells no memory', () => {
    telemetry.watchHost(1)
    tellDevices([device(0, 10)])
    tellUsers([user(1, 5)])
    telemetry.watchHost(undefined)
    tellDevices([device(0, 10)])
    telemetry.watchHost(2)
    tellDevices([device(0, 30)])
    tellUsers([user(1, 5), user(2, undefined)])
    expect(telemetry.peaks(0)).toMatchObject({ devicePeakBytes: 20, deviceMeasuredBy: 'difference' })
  })

  it('stands in the readings while it is fresh', async () => {
    telemetry.watchHost(1)
    tellUsers([user(1, 7)])
    tellDevices([device(0, 10)])
    await clock.advance(200)
    expect(taken().at(-1)?.devices).toEqual([{ ...device(0, 10), hostMemoryBytes: 7 }])
    await clock.advance(500)
    tellDevices([device(0, 10)])
    await clock.advance(200)
    expect(taken().at(-1)?.devices).toEqual([device(0, 10)])
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

  it('tells when each reading came', async () => {
    telemetry.beginWindow()
    tellDevices([device(0, 2)])
    await clock.advance(70)
    tellDevices([device(0, 4)])
    const times = telemetry.endWindow().devices.map(({ timeMs }) => timeMs)
    expect(times.map((timeMs) => timeMs - (times[0] ?? 0))).toEqual([0, 70])
  })

  it('has those who computed in it, with the most that they held, and whether the host was listed', () => {
    telemetry.watchHost(1)
    tellUsers([user(9, 900)])
    telemetry.beginWindow()
    tellUsers([user(1, 5), user(2, 40)])
    tellUsers([user(2, 70), user(3, undefined, 1)])
    tellUsers([user(2, 60)])
    expect(telemetry.endWindow()).toMatchObject({
      others: [user(2, 70), user(3, undefined, 1)],
      hostListed: true,
    })
    telemetry.beginWindow()
    tellUsers([user(2, 60)])
    expect(telemetry.endWindow()).toMatchObject({ others: [user(2, 60)], hostListed: false })
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
