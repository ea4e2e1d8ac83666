import { describe, expect, it } from 'vitest'
import {
  deviceFillOf,
  freeBefore,
  holders,
  isShared,
  wasFull,
  type DeviceFill,
} from '../../../../electron/engine/experiment/device-fill.ts'

const GiB = 1024 ** 3
const MiB = 1024 ** 2

const fill: DeviceFill = { index: 0, totalBytes: 24 * GiB, beforeBytes: 0, highestBytes: 0, users: [] }
const devices = [
  { index: 0, name: 'a', memoryTotalBytes: 24 * GiB },
  { index: 1, name: 'b', memoryTotalBytes: 16 * GiB, migInstances: [] },
]

describe('how full a device is', () => {
  it('comes from what telemetry saw of it, and who used it before', () => {
    const users = [
      { pid: 1, device: 0, name: 'python', memoryBytes: GiB },
      { pid: 2, device: 1, name: 'other', memoryBytes: GiB },
    ]
    const peaks = { deviceBaselineBytes: 2 * GiB, devicePeakBytes: 3 * GiB }
    expect(deviceFillOf(0, { devices }, peaks, users)).toEqual({
      ...{ index: 0, totalBytes: 24 * GiB, beforeBytes: 2 * GiB, highestBytes: 5 * GiB },
      users: [users[0]],
    })
  })

  it.each([
    ['on the CPU', undefined, { deviceBaselineBytes: 1 }],
    ['of a device that is not listed', 7, { deviceBaselineBytes: 1 }],
    ['of a divided device', 1, { deviceBaselineBytes: 1 }],
    ['without a baseline', 0, {}],
  ])('is not known %s', (_what, index, peaks) => {
    expect(deviceFillOf(index, { devices }, peaks, [])).toBeUndefined()
  })

  it.each([
    [24 * GiB, true],
    [24 * GiB - 200 * MiB, true],
    [24 * GiB - 400 * MiB, true],
    [24 * GiB - 600 * MiB, false],
    [12 * GiB, false],
  ])('is full with %d bytes in use: %s', (highestBytes, full) => {
    expect(wasFull({ ...fill, highestBytes })).toBe(full)
  })

  it('is worth saying from a twentieth on', () => {
    expect(isShared({ ...fill, beforeBytes: 0.04 * 24 * GiB })).toBe(false)
    expect(isShared({ ...fill, beforeBytes: 0.06 * 24 * GiB })).toBe(true)
  })

  it('is said with what was free, and who holds the rest', () => {
    const full = { ...fill, beforeBytes: 24 * GiB - 312 * MiB }
    expect(freeBefore(full)).toBe('GPU 0 had 312 MiB of 24.0 GiB free')
    expect(holders(full)).toBe('other programs hold 23.7 GiB')
    const users = [
      { pid: 5, name: undefined, memoryBytes: GiB },
      { pid: 4711, name: 'python', memoryBytes: 22 * GiB },
    ]
    expect(holders({ ...full, users })).toBe('python (process 4711) holds 22.0 GiB, and 1 more uses it')
    expect(holders({ ...full, users: [{ pid: 5, name: undefined, memoryBytes: undefined }] })).toBe(
      'an unnamed program (process 5) uses it',
    )
  })
})
