import { describe, expect, it } from 'vitest'
import {
  combinedPeaks,
  devicePeaks,
  raised,
  type DeviceMemorySeen,
} from '../../../../electron/engine/experiment/memory-peaks.ts'

const mebibyte = 1024 ** 2

describe('the peaks of an execution', () => {
  it('take the highest that anybody saw of the host', () => {
    expect(combinedPeaks({ hostPeakBytes: 5, devicePeakBytes: 3 }, undefined, 9, 7)).toEqual({
      hostPeakBytes: 9,
      devicePeakBytes: 3,
    })
    expect(combinedPeaks({}, undefined)).toEqual({})
  })
})

describe('the peak of a device', () => {
  const highest = { bytes: 900, reachedMs: 50, reachedBytes: 900 }
  const seen: DeviceMemorySeen = { baseline: 100, highest, ofHost: undefined, covered: true }
  const nothing: DeviceMemorySeen = {
    ...{ baseline: undefined, highest: undefined, ofHost: undefined, covered: false },
  }

  it('is what the driver told of the process, with what others held before', () => {
    expect(devicePeaks({ ...seen, ofHost: { bytes: 600, lastMs: 50 } })).toEqual({
      ...{ devicePeakBytes: 600, deviceBaselineBytes: 100 },
      deviceMeasuredBy: 'process',
    })
    expect(devicePeaks({ ...nothing, ofHost: { bytes: 600, lastMs: 1 } })).toEqual({
      ...{ devicePeakBytes: 600, deviceMeasuredBy: 'process' },
    })
  })

  it('is the difference where the driver was not asked after the height', () => {
    const byDifference = { devicePeakBytes: 800, deviceBaselineBytes: 100, deviceMeasuredBy: 'difference' }
    expect(devicePeaks({ ...seen, ofHost: { bytes: 600, lastMs: 49 } })).toEqual(byDifference)
    expect(devicePeaks(seen)).toEqual(byDifference)
  })

  it('is no difference where the device was not read all the time, and still what the driver told', () => {
    expect(devicePeaks({ ...seen, covered: false })).toEqual({})
    expect(devicePeaks({ ...seen, covered: false, ofHost: { bytes: 600, lastMs: 50 } })).toMatchObject({
      devicePeakBytes: 600,
      deviceMeasuredBy: 'process',
    })
  })

  it('is not known of a device whose memory nobody tells', () => {
    expect(devicePeaks(nothing)).toEqual({})
  })
})

describe('a height', () => {
  it('is reached when use comes near it, though it flickers higher later', () => {
    let height = raised(undefined, 100 * mebibyte, 0)
    height = raised(height, 2000 * mebibyte, 10)
    height = raised(height, 2010 * mebibyte, 20)
    height = raised(height, 500 * mebibyte, 30)
    expect(height).toMatchObject({ bytes: 2010 * mebibyte, reachedMs: 10 })
  })

  it('that creeps up for long is a new one in the end', () => {
    let height = raised(undefined, 1000 * mebibyte, 0)
    for (let step = 1; step <= 10; step += 1) height = raised(height, (1000 + 5 * step) * mebibyte, step)
    expect(height.reachedMs).toBeGreaterThan(0)
    expect(height.bytes).toBe(1050 * mebibyte)
  })
})
