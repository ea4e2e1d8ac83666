import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { arch, cpus, release, totalmem, type, version } from 'node:os'
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
  }
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
