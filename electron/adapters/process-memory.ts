import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import pidusage from 'pidusage'

/** Resident set of a process in bytes; `undefined` once it is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform !== 'linux') return (await pidusage(pid)).memory
    return kilobyteField(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmRSS')
  } catch {
    return undefined
  }
}

/** The kernel's own account of a process's memory, in bytes. */
export interface MemoryAccount {
  /** The highest resident set so far, also between two looks at it. */
  peakResidentBytes: number | undefined
  residentBytes: number | undefined
  /** Private writable memory: what RLIMIT_DATA limits, whether it was written to or not. */
  dataBytes: number | undefined
  /** What of it is in swap. */
  swapBytes: number | undefined
}

/** Reads the account now. Linux only; `undefined` elsewhere and once the process is gone. */
export function readMemoryAccount(pid: number): MemoryAccount | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return {
      peakResidentBytes: kilobyteField(status, 'VmHWM'),
      residentBytes: kilobyteField(status, 'VmRSS'),
      dataBytes: kilobyteField(status, 'VmData'),
      swapBytes: kilobyteField(status, 'VmSwap'),
    }
  } catch {
    return undefined
  }
}

/**
 * By how much RLIMIT_DATA counts more than the resident set now, in bytes: stacks, and what V8 sets aside for machine
 * code (512 MiB with Node 24), less the program's own files. 0 where it cannot be told.
 */
export function dataBeyondResident(pid: number): number {
  const { dataBytes, residentBytes: resident } = readMemoryAccount(pid) ?? {}
  return dataBytes === undefined || resident === undefined ? 0 : dataBytes - resident
}

/** A field of `/proc/PID/status` or `/proc/meminfo`, which are given in kB, in bytes. */
export function kilobyteField(text: string, field: string): number | undefined {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)
  return match === null ? undefined : Number(match[1]) * 1024
}

/**
 * How often the kernel's out-of-memory killer has struck so far, on this machine and in this control group; 0 where it
 * does not say. Growth is what tells.
 */
export function memoryKills(): number {
  if (process.platform !== 'linux') return 0
  let kills = killCount('/proc/vmstat')
  try {
    const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
    if (group !== undefined) kills += killCount(`/sys/fs/cgroup${group}/memory.events`)
  } catch {
    // No control groups here.
  }
  return kills
}

function killCount(path: string): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
