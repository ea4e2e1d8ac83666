import { describe, expect, it } from 'vitest'
import { Columns, deviceFields, readingFields } from '../../../../electron/adapters/nvidia-smi/fields.ts'
import {
  complaint,
  deviceOf,
  migInstancesOf,
  readingOf,
  throttleReasons,
  versionsIn,
} from '../../../../electron/adapters/nvidia-smi/output.ts'

const mebibyte = 1024 * 1024

function device(line: string) {
  const row = new Columns(deviceFields, new Set()).read(line)
  return row && deviceOf(row)
}
function reading(line: string) {
  const row = new Columns(readingFields, new Set(['clocks_throttle_reasons.active'])).read(line)
  return row && readingOf(row)?.reading
}

describe('a line about a device', () => {
  it('gives its name, driver and memory', () => {
    expect(device('1, GPU-b7e6d5c4, NVIDIA T400, 550.120, 2048, [N/A]')?.device).toEqual({
      index: 1,
      uuid: 'GPU-b7e6d5c4',
      name: 'NVIDIA T400',
      driver: '550.120',
      memoryTotalBytes: 2048 * mebibyte,
    })
  })

  it('leaves out what the driver does not tell', () => {
    const { device: orin } = device('0, [N/A], Orin (nvgpu), 540.3.0, [Not Supported], [N/A]') ?? {}
    expect(orin).toEqual({ index: 0, name: 'Orin (nvgpu)', driver: '540.3.0' })
    expect(orin).not.toHaveProperty('memoryTotalBytes')
  })

  it.each(['', 'No devices were found', '[N/A], [N/A], [N/A], [N/A], [N/A], [N/A]', '0'])(
    'is not taken from %j',
    (line) => {
      expect(device(line)).toBeUndefined()
    },
  )
})

describe('a reading', () => {
  const line = '0, GPU-1, 143771, 12595, 99, 43, 610.02, 699.81, 61, 1755, 3201, 0x0000000000000004'

  it('has bytes, percent, watts of the moment, degrees, megahertz and the reasons for slow clocks', () => {
    expect(reading(line)).toEqual({
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

  it('has the average power where that of the moment is not told', () => {
    expect(reading(line.replace('699.81', '[N/A]'))?.powerWatts).toBe(610.02)
  })

  it('reads decimal fractions with a comma', () => {
    expect(reading(line.replace('610.02', '610,02').replace('699.81', '699,81'))).toEqual(reading(line))
  })

  it.each(['[N/A]', '[Not Supported]', '[Unknown Error]', '[GPU requires reset]', 'ERR!', ''])(
    'leaves out fields that are told as %j',
    (words) => {
      const told = ['1', 'GPU-1', ...Array.from({ length: 10 }, () => words)]
      told[3] = '310'
      expect(reading(told.join(', '))).toEqual({ index: 1, memoryUsedBytes: 310 * mebibyte })
    },
  )

  it.each([
    '',
    'NVIDIA-SMI has failed because',
    'Field "clocks.sm" is not a valid field to query.',
    '0, GPU-1, 143771, 125',
  ])('is not taken from %j', (text) => {
    expect(reading(text)).toBeUndefined()
  })
})

describe('a refused field', () => {
  it('is asked by its next name, and then no more', () => {
    const refused = new Set<string>()
    const columns = new Columns(readingFields, refused)
    expect(columns.drop('Field "clocks_throttle_reasons.active" is not a valid field to query.')).toBe(true)
    expect(columns.query).toContain(',clocks_event_reasons.active')
    expect(columns.drop('\nField "clocks_event_reasons.active" is not a valid field to query.\n')).toBe(true)
    expect(columns.query).not.toContain('reasons')
    expect(new Columns(readingFields, refused).query).toBe(columns.query)
  })

  it('that was not asked for changes nothing', () => {
    const columns = new Columns(deviceFields, new Set())
    expect(columns.drop('Field "pid" is not a valid field to query.')).toBe(false)
    expect(columns.drop('No devices were found')).toBe(false)
  })
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

  it.each([undefined, 'Active', ''])('are not known from %j', (mask) => {
    expect(throttleReasons(mask)).toBeUndefined()
  })
})

describe('the tool’s complaint', () => {
  it.each([
    ['No devices were found\n', 'No devices were found'],
    [
      '\nNVIDIA-SMI has failed because it couldn’t communicate.\nMore.\n',
      'NVIDIA-SMI has failed because it couldn’t communicate.',
    ],
    [
      'Failed to initialize NVML: Driver/library version mismatch\r\nNVML library version: 580.126\r\n',
      'Failed to initialize NVML: Driver/library version mismatch (NVML library version: 580.126)',
    ],
    [
      'Unable to determine the device handle for GPU0: 0000:24:00.0: GPU is lost.  Reboot the system to recover this GPU',
      'Unable to determine the device handle for GPU0: 0000:24:00.0: GPU is lost. Reboot the system to recover this GPU',
    ],
    ['0, GPU-1, 143771', undefined],
  ])('in %j is %j', (output, words) => {
    expect(complaint(output)).toBe(words)
  })
})

describe('the head of the plain output', () => {
  it.each([
    ['| NVIDIA-SMI 525.85.12    Driver Version: 525.85.12    CUDA Version: 12.0     |', '525.85.12', '12.0'],
    [
      '| NVIDIA-SMI 610.57.04    KMD Version: 610.57.04     CUDA UMD Version: 13.3     |',
      '610.57.04',
      '13.3',
    ],
    ['| NVIDIA-SMI 555.52.01    Driver Version: 555.99         CUDA Version: 12.5     |', '555.99', '12.5'],
    ['| NVIDIA-SMI 390.157                Driver Version: 390.157                   |', '390.157', undefined],
    ['| NVIDIA-SMI 535.1   Driver Version: 535.1   CUDA Version: N/A |', '535.1', undefined],
    ['Driver Version                            : 550.120', '550.120', undefined],
    ['No devices were found', undefined, undefined],
  ])('%s', (head, driver, cuda) => {
    const versions = versionsIn(head)
    expect([versions.driver, versions.cuda]).toEqual([driver, cuda])
  })
})

describe('the instances of divided devices', () => {
  it('are told as the driver names them, in the layouts of older drivers too', () => {
    const listing = [
      'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)',
      '  MIG 3g.20gb     Device  0: (UUID: MIG-2)',
      '  MIG 1c.3g.20gb  Device  1: (UUID: MIG-3)',
      'GPU 1: A100-PCIE-40GB (UUID: GPU-4)',
      '  MIG 1g.5gb Device 0: (UUID: MIG-GPU-4/7/0)',
      'GPU 2: NVIDIA T400 (UUID: GPU-5)',
    ].join('\r\n')
    expect([...migInstancesOf(listing)]).toEqual([
      [
        0,
        [
          { name: 'MIG 3g.20gb', uuid: 'MIG-2' },
          { name: 'MIG 1c.3g.20gb', uuid: 'MIG-3' },
        ],
      ],
      [1, [{ name: 'MIG 1g.5gb', uuid: 'MIG-GPU-4/7/0' }]],
      [2, []],
    ])
  })
})
