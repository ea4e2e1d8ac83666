import { describe, expect, it } from 'vitest'
import { createMachineProbe, prettyName } from '../../../electron/adapters/machine.ts'

describe('the machine', () => {
  it('has a system, a processor, cores and memory', async () => {
    const host = await createMachineProbe({ batchscope: '1.2.3' }).describe()
    expect(host.system).not.toBe('')
    expect(host.cpu).not.toBe('')
    expect(host.logicalCores).toBeGreaterThan(0)
    expect(host.memoryBytes).toBeGreaterThan(0)
  })

  it('runs Batchscope on Node, in the desktop on Electron', () => {
    const node = process.versions.node
    expect(createMachineProbe({ batchscope: '1.2.3' }).versions()).toEqual({ batchscope: '1.2.3', node })
    expect(createMachineProbe({ batchscope: '1.2.3', electron: '45.0.0' }).versions().electron).toBe('45.0.0')
  })

  it.each([
    ['NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 24.04.2 LTS"\n', 'Ubuntu 24.04.2 LTS'],
    ["PRETTY_NAME='Alpine Linux v3.22'", 'Alpine Linux v3.22'],
    ['PRETTY_NAME=Gentoo', 'Gentoo'],
    ['NAME=None', undefined],
  ])('is called as os-release says: %j', (text, name) => {
    expect(prettyName(text)).toBe(name)
  })
})
