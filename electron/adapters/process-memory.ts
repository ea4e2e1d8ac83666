import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import pidusage from 'pidusage'

/** Resident set of a process in bytes; `undefined` once it is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform !== 'linux') return (await pidusage(pid)).memory
    return statusBytes(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmRSS')
  } catch {
    return undefined
  }
}

/**
 * The highest resident set that the kernel saw so far in bytes, also between two looks at it. Linux only;
 * `undefined` elsewhere and once the process is gone.
 */
export function peakResidentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return statusBytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM')
  } catch {
    return undefined
  }
}

/** A field of `/proc/PID/status` that is given in kB, in bytes. */
export function statusBytes(status: string, field: string): number | undefined {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)
  return match === null ? undefined : Number(match[1]) * 1024
}
