import { describe, expect, it } from 'vitest'
import {
  complaint,
  parseDevice,
  parseReading,
  throttleReasons,
} from '../../../electron/adapters/nvidia-smi-output.ts'

const mebibyte = 1024 * 1024

describe('a line about a device', () => {
  it('gives its name, driver and memory', () => {
    expect(parseDevice('1, GPU-b7e6d5c4, NVIDIA T400, 550.120, 2048')).toEqual({
      index: 1,
      uuid: 'GPU-b7e6d5c4',
      name: 'NVIDIA T400',
      driver: '550.120',
      memoryTotalBytes: 2048 * mebibyte,
    })
  })

  it('leaves out what the driver does not tell', () => {
    const device = parseDevice('0, [N/A], Orin (nvgpu), 540.3.0, [Not Supported]')
    expect(device).toEqual({ index: 0, name: 'Orin (nvgpu)', driver: '540.3.0' })
    expect(device).not.toHaveProperty('memoryTotalBytes')
  })

  it.each(['', 'No devices were found', '[N/A], [N/A], [N/A]', '0'])('is not taken from %j', (line) => {
    expect(parseDevice(line)).toBeUndefined()
  })
})

describe('a reading', () => {
  it('has bytes, percent, watts, degrees, megahertz and the reasons for slow clocks', () => {
    const line = '0, 143771, 12595, 99, 43, 699.81, 61, 1755, 3201, 0x0000000000000004'
    expect(parseReading(line)).toEqual({
      index: 0,
      memoryTotalBytes: 143771 * mebibyte,
      memoryUsedBytes: 12595 * mebibyte,
      utilizationPercent: 99,
      memoryUtilizationPercent: 43,
      powerWatts: 699.81,
      temperatureCelsius: 61,
      smClockMhz: 1755,
      memoryClockMhz: 3201,
      throttleReasons: ['software power cap'],
    })
  })

  it.each([
    ['marked as not available', '1, [N/A], 310, [Not Supported], [Unknown Error], N/A, 39, , 5000, [N/A]'],
    ['cut off', '1, [N/A], 310, , , , 39, , 5000'],
  ])('leaves out fields that are %s', (_how, line) => {
    const reading = parseReading(line)
    expect(Object.keys(reading ?? {}).toSorted()).toEqual([
      'index',
      'memoryClockMhz',
      'memoryUsedBytes',
      'temperatureCelsius',
    ])
  })

  it.each(['', 'NVIDIA-SMI has failed because', 'Field "clocks.sm" is not a valid field to query.', '-1, 5'])(
    'is not taken from %j',
    (line) => {
      expect(parseReading(line)).toBeUndefined()
    },
  )
})

describe('throttle reasons', () => {
  it.each([
    ['0x0000000000000000', []],
    ['0x0000000000000001', []],
    ['0x0000000000000002', []],
    ['0x0000000000000060', ['software thermal slowdown', 'hardware thermal slowdown']],
    ['0x0000000000000089', ['hardware slowdown', 'hardware power brake']],
  ])('of %s are %j', (mask, words) => {
    expect(throttleReasons(mask)).toEqual(words)
  })

  it('are unknown where the driver tells none', () => {
    expect(throttleReasons('Active')).toBeUndefined()
    expect(throttleReasons(undefined)).toBeUndefined()
  })
})

describe('what the tool complains of', () => {
  it('is found among what it printed', () => {
    expect(complaint("\nNVIDIA-SMI has failed because it couldn't\ncommunicate")).toBe(
      "NVIDIA-SMI has failed because it couldn't",
    )
    expect(complaint('0, 143771')).toBeUndefined()
  })
})
