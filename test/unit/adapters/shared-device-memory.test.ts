import { describe, expect, it } from 'vitest'
import { readSharedDeviceMemory, sharedBytesIn } from '../../../electron/adapters/shared-device-memory.ts'

// As the counters name their instances: the process, the adapter by its LUID, and its physical part.
const output = [
  'pid_4242_luid_0x00000000_0x0001d6f4_phys_0=3221225472',
  'pid_4242_luid_0x00000000_0x00014de1_phys_0=8192',
  'pid_42421_luid_0x00000000_0x0001d6f4_phys_0=999',
  '',
].join('\r\n')

describe('memory of the host that a device uses', () => {
  it('is the sum over all devices that the process uses', () => {
    expect(sharedBytesIn(output, 4242)).toBe(3221225472 + 8192)
    expect(sharedBytesIn('PID_7_luid_0x0_0x1_phys_0=0\n', 7)).toBe(0)
  })

  it('is not known of a process that is not listed', () => {
    expect(sharedBytesIn(output, 424)).toBeUndefined()
    expect(
      sharedBytesIn('Get-Counter : The specified object was not found on the computer.', 1),
    ).toBeUndefined()
  })

  it('is told by Windows only', async () => {
    expect(await readSharedDeviceMemory(process.pid, 'linux')).toBeUndefined()
    expect(await readSharedDeviceMemory(process.pid, 'darwin')).toBeUndefined()
  })

  it('is not known where there is no PowerShell to ask', async () => {
    if (process.platform === 'win32') return
    expect(await readSharedDeviceMemory(process.pid, 'win32')).toBeUndefined()
  })
})
