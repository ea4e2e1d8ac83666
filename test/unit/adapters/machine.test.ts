import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMachineProbe, hasNvidiaDevice, prettyName } from '../../../electron/adapters/machine.ts'

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

describe('whether there is a device of NVIDIA in the machine', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'batchscope-bus-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  async function plugIn(name: string, vendor: string, kind: string): Promise<void> {
    const folder = join(root, 'sys/bus/pci/devices', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'vendor'), `${vendor}\n`)
    await writeFile(join(folder, 'class'), `${kind}\n`)
  }

  it('is told by the bus: a display controller of this vendor', async () => {
    await plugIn('0000-00-02.0', '0x8086', '0x030000')
    await plugIn('0000-01-00.1', '0x10de', '0x040300')
    expect(await hasNvidiaDevice(root)).toBe(false)
    await plugIn('0000-01-00.0', '0x10de', '0x030200')
    expect(await hasNvidiaDevice(root)).toBe(true)
  })

  it('is not known where the system tells of no bus, and on WSL, whose devices are those of Windows', async () => {
    expect(await hasNvidiaDevice(root)).toBeUndefined()
    await plugIn('0000-00-02.0', '0x1414', '0x030200')
    await mkdir(join(root, 'dev/dxg'), { recursive: true })
    expect(await hasNvidiaDevice(root)).toBeUndefined()
  })
})
