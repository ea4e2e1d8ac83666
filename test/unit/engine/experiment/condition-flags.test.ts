import { describe, expect, it } from 'vitest'
import type { DeviceReading } from '../../../../electron/contract/telemetry.ts'
import {
  deviceSharedFlag,
  deviceThrottledFlag,
  processorSharedFlag,
  processorThrottledFlag,
  spilledFlag,
} from '../../../../electron/engine/experiment/condition-flags.ts'
import type { ProcessorUse } from '../../../../electron/engine/ports.ts'

const mebibyte = 1024 ** 2

function readings(count: number, of: (at: number) => Partial<DeviceReading>): DeviceReading[] {
  return Array.from({ length: count }, (_, at) => ({ index: 0, utilizationPercent: 95, ...of(at) }))
}

describe('a device', () => {
  it('that the driver says was held back is throttled, with how often, why and its clocks', () => {
    const flag = deviceThrottledFlag(
      readings(50, (at) => ({
        smClockMhz: at < 10 ? 1980 : 1410,
        throttleReasons: at < 10 ? [] : ['software power cap'],
      })),
    )
    expect(flag).toEqual({
      name: 'throttled',
      reason:
        'the driver reported software power cap in 40 of 50 readings, with the SM clock between 1,410 and 1,980 MHz',
    })
  })

  it('whose clock moves by more than 10 % while it works is throttled too', () => {
    const flag = deviceThrottledFlag(
      readings(40, (at) => ({ smClockMhz: 1900 - at * 20, throttleReasons: [] })),
    )
    expect(flag?.reason).toMatch(/^the SM clock was between 1,198 and 1,822 MHz in 40 readings/)
  })

  it.each<[string, (at: number) => Partial<DeviceReading>]>([
    ['its clock is steady', () => ({ smClockMhz: 1980, throttleReasons: [] })],
    ['it only idles', (at) => ({ smClockMhz: at < 20 ? 1980 : 300, utilizationPercent: at < 20 ? 90 : 0 })],
    ['a reason was given once in passing', (at) => ({ throttleReasons: at === 7 ? ['sync boost'] : [] })],
    ['one reading is off', (at) => ({ smClockMhz: at === 3 ? 345 : 1980 })],
    ['the driver tells nothing', () => ({})],
    ['it is faulty and tells only its memory', () => ({ memoryUsedBytes: 0, utilizationPercent: undefined })],
  ])('is not throttled when %s', (_name, of) => {
    expect(deviceThrottledFlag(readings(40, of))).toBeUndefined()
    expect(deviceThrottledFlag([])).toBeUndefined()
  })
})

describe('a device that others are on', () => {
  const python = { pid: 7, device: 0, name: 'python3', memoryBytes: 2048 * mebibyte }
  const unnamed = { pid: 8, device: 0, name: undefined, memoryBytes: undefined }
  const alone = { others: [], hostListed: true }

  it('is shared, with the largest of them and when it was seen', () => {
    expect(deviceSharedFlag({ before: [python], during: alone, after: [python, unnamed] })?.reason).toBe(
      'python3 (process 7) with 2.00 GiB and 1 more had memory of the GPU before and after it was measured; whether those processes computed, the driver does not tell',
    )
    expect(deviceSharedFlag({ before: [], during: alone, after: [unnamed] })?.reason).toBe(
      'an unnamed process (process 8) had memory of the GPU after it was measured; whether that process computed, the driver does not tell',
    )
    expect(
      deviceSharedFlag({ before: [python], during: { others: [python], hostListed: true }, after: [] })
        ?.reason,
    ).toBe(
      'python3 (process 7) had 2.00 GiB of the GPU while it was measured; whether that process computed, the driver does not tell',
    )
    expect(deviceSharedFlag({ before: [], during: alone, after: [] })).toBeUndefined()
  })

  it('is shared by one that came and went within the window', () => {
    const during = { others: [python], hostListed: true }
    expect(deviceSharedFlag({ before: [], during, after: [] })?.reason).toContain('while it was measured')
  })

  it('is not shared by the host under another number, as in a container, but by anybody else', () => {
    const host = { pid: 91, device: 0, name: 'node', memoryBytes: 4096 * mebibyte }
    expect(
      deviceSharedFlag({ before: [], during: { others: [host], hostListed: false }, after: [] }),
    ).toBeUndefined()
    const both = { others: [host, python], hostListed: false }
    expect(deviceSharedFlag({ before: [], during: both, after: [] })?.reason).toMatch(
      /^python3 \(process 7\)/,
    )
    const lingers = { others: [host], hostListed: false }
    expect(deviceSharedFlag({ before: [], during: lingers, after: [host] })).toBeUndefined()
    expect(deviceSharedFlag({ before: [], during: lingers, after: [host, python] })?.reason).toMatch(
      /^python3 \(process 7\).* after /,
    )
    const stays = { others: [python], hostListed: false }
    expect(deviceSharedFlag({ before: [python], during: stays, after: [python] })?.reason).toContain('while')
  })
})

/** What the counters say after `others` ms of other programs and `own` of Batchscope's, on two cores. */
function use(others: number, own: number, more: Partial<ProcessorUse> = {}): ProcessorUse {
  return {
    cores: 2,
    busyMs: 500_000 + others + own,
    stolenMs: 100,
    processes: [
      { pid: 1, name: 'init', cpuMs: 3000, own: false },
      { pid: 10, name: 'batchscope', cpuMs: 500 + own / 10, own: true },
      { pid: 11, name: 'node', cpuMs: (own * 9) / 10, own: true },
      { pid: 20, name: 'chrome', cpuMs: 9000 + others * 0.8, own: false },
    ],
    ...more,
  }
}
const shared = (after: ProcessorUse) => processorSharedFlag({ before: use(0, 0), after }, 1000)

describe('the processor', () => {
  it('that others use is shared, with how much of it and by whom most', () => {
    expect(shared(use(1200, 800))).toEqual({
      name: 'shared-device',
      reason: 'other processes used 1.2 of 2 cores (0.96 by chrome) on average while it was measured',
    })
  })

  it('is not shared by Batchscope itself, nor by what any system does now and then', () => {
    expect(shared(use(0, 1990))).toBeUndefined()
    expect(shared(use(90, 1900))).toBeUndefined()
    expect(shared(use(-50, 0))).toBeUndefined()
  })

  it('counts what began in the meantime, and what a hypervisor took', () => {
    const after = use(0, 0, { busyMs: 500_300, stolenMs: 500 })
    expect(shared(after)?.reason).toBe(
      'other processes used 0.3 of 2 cores and other virtual machines took 0.4 of 2 cores on average while it was measured',
    )
  })

  it('needs more to be called shared where there are many cores', () => {
    expect(shared({ ...use(900, 0), cores: 64 })).toBeUndefined()
    expect(shared({ ...use(4000, 0), cores: 64 })?.reason).toContain('4 of 64 cores')
  })

  it('of a window without length tells nothing', () => {
    expect(processorSharedFlag({ before: use(0, 0), after: use(500, 0) }, 0)).toBeUndefined()
  })

  it('is throttled when it counted heat, or when a limit held it back', () => {
    const flag = (before: Partial<ProcessorUse>, after: Partial<ProcessorUse>) =>
      processorThrottledFlag({ before: use(0, 0, before), after: use(0, 0, after) }, 2000)?.reason
    expect(flag({ heatEvents: 4 }, { heatEvents: 16 })).toBe(
      'the processor slowed itself down for heat 12 times',
    )
    expect(flag({ heldBackMs: 100 }, { heldBackMs: 420 })).toBe(
      'a limit on CPU time held threads back for 320 ms in 2,000 ms',
    )
    expect(flag({ heatEvents: 4, heldBackMs: 9 }, { heatEvents: 4, heldBackMs: 20 })).toBeUndefined()
    expect(flag({}, {})).toBeUndefined()
  })
})

describe('memory', () => {
  it('that went to swap is spilled, more than a little of it', () => {
    expect(spilledFlag({ systemBytes: 300 * mebibyte, hostBytes: 40 * mebibyte })).toEqual({
      name: 'spilled',
      reason: "40.0 MiB of the session host were in swap and the system's use of swap grew by 300 MiB",
    })
    expect(spilledFlag({ systemBytes: 10 * mebibyte, hostBytes: 0 })).toBeUndefined()
    expect(spilledFlag({ systemBytes: undefined, hostBytes: undefined })).toBeUndefined()
  })

  it('of the GPU that Windows put into that of the host is spilled, more than what is sent anyway', () => {
    const nothing = { systemBytes: undefined, hostBytes: undefined }
    expect(spilledFlag(nothing, 3072 * mebibyte)?.reason).toBe(
      '3.00 GiB of GPU memory were in the memory of the host (shared GPU memory)',
    )
    expect(spilledFlag(nothing, 100 * mebibyte)).toBeUndefined()
  })
})
