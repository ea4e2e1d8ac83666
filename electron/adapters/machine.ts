import { execFile } from 'node:child_process'
import { access, readdir, readFile } from 'node:fs/promises'
import { arch, cpus, release, totalmem, type, version } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MachineProbe } from '../engine/ports.ts'

const run = promisify(execFile)

/** This machine, and the versions of what runs on it. */
export function createMachineProbe(versions: { batchscope: string; electron?: string }): MachineProbe {
  return {
    async describe() {
      const processors = cpus()
      return {
        system: await systemName(),
        kernel: `${type()} ${release()}`,
        architecture: arch(),
        cpu: processors[0]?.model.trim() || 'unknown processor',
        logicalCores: processors.length,
        memoryBytes: totalmem(),
      }
    },
    versions: () => ({ node: process.versions.node, ...versions }),
    hasNvidiaDevice: () => hasNvidiaDevice('/'),
  }
}

/**
 * Whether the kernel sees a graphics processor of NVIDIA's on the PCI bus. `undefined` where it tells of no bus (other
 * systems, some containers) and on WSL, where the device is the Windows driver's. `root` holds the system's files.
 */
export async function hasNvidiaDevice(root: string): Promise<boolean | undefined> {
  if (await exists(join(root, 'dev/dxg'))) return undefined
  const bus = join(root, 'sys/bus/pci/devices')
  const devices = await readdir(bus).catch(() => [])
  if (devices.length === 0) return undefined
  const found = await Promise.all(
    devices.map(async (device) => {
      const [vendor, kind] = await Promise.all(
        ['vendor', 'class'].map((fact) => readFile(join(bus, device, fact), 'utf8').catch(() => '')),
      )
      // The vendor's number, and the class of display controllers.
      return vendor?.trim() === '0x10de' && kind?.startsWith('0x03') === true
    }),
  )
  return found.includes(true)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function systemName(): Promise<string> {
  try {
    if (process.platform === 'linux') return prettyName(await readFile('/etc/os-release', 'utf8')) ?? 'Linux'
    if (process.platform === 'darwin')
      return `macOS ${(await run('sw_vers', ['-productVersion'])).stdout.trim()}`
  } catch {
    return type()
  }
  return process.platform === 'win32' ? version() : type()
}

/** `PRETTY_NAME` of an os-release file. */
export function prettyName(osRelease: string): string | undefined {
  const value = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1]?.trim()
  return value?.replace(/^(["'])(.*)\1$/, '$2') || undefined
}
