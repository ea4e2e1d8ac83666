import { describe, expect, it } from 'vitest'
import { machineReading } from '../../../../../renderer/features/status-bar/machine-reading.ts'
import { plausibleEnvironment, plausibleTelemetry } from '../../../../fixtures/plausible-workbench.ts'

const gib = 1024 ** 3
const withDevice = {
  ...plausibleEnvironment,
  devices: [{ index: 0, name: 'NVIDIA H200', memoryTotalBytes: 139 * gib }],
}

describe('the machine in the status bar', () => {
  it('is the GPU with its live memory, utilisation and power', () => {
    const [sample] = plausibleTelemetry(0, 1)
    if (sample === undefined) throw new Error('no telemetry')
    const reading = machineReading(withDevice, {
      ...sample,
      devices: [
        {
          index: 0,
          memoryUsedBytes: 12.3 * gib,
          memoryTotalBytes: 139 * gib,
          utilizationPercent: 87,
          powerWatts: 412.4,
        },
      ],
    })
    expect(reading.name).toBe('NVIDIA H200')
    expect(reading.memory?.text).toBe('12.3 GiB of 139 GiB')
    expect(reading.values).toEqual(['87 %', '412 W'])
  })

  it('is the GPU that is measured on, and says which of several it is', () => {
    const [sample] = plausibleTelemetry(0, 1)
    if (sample === undefined) throw new Error('no telemetry')
    const [first] = withDevice.devices
    const several = {
      ...withDevice,
      devices: [...withDevice.devices, { ...first, index: 1, name: 'NVIDIA L4' }],
    }
    const latest = { ...sample, devices: [{ index: 1, utilizationPercent: 93 }] }
    expect(machineReading(several, latest, 1)).toMatchObject({
      name: '1: NVIDIA L4',
      values: ['139 GiB', '93 %'],
    })
    expect(machineReading(several, null).name).toBe('0: NVIDIA H200')
  })

  it('is the GPU with the reason why it cannot be read at present', () => {
    const [sample] = plausibleTelemetry(0, 1)
    if (sample === undefined) throw new Error('no telemetry')
    const problem = 'nvidia-smi ended (exit code 255); it is started again.'
    const reading = machineReading(withDevice, { ...sample, devices: [], devicesProblem: problem })
    expect(reading).toMatchObject({ values: ['139 GiB', 'not read at present'], title: problem })
  })

  it('is the GPU with its size alone while nothing is measured', () => {
    expect(machineReading(withDevice, null)).toMatchObject({ name: 'NVIDIA H200', values: ['139 GiB'] })
  })

  it('is the host where there is no GPU, and says so and why', () => {
    const [sample] = plausibleTelemetry(0, 1)
    const reading = machineReading(plausibleEnvironment, sample ?? null)
    expect(reading.name).toBe('No GPU')
    expect(reading.memory?.text).toBe('38.2 GiB of 251 GiB')
    expect(reading.values).toEqual(['host 240 MiB', 'CPU 640 %'])
    expect(reading.title).toContain('nvidia-smi was not found')
  })
})
