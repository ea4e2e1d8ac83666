import { readFileSync } from 'node:fs'

/**
 * The highest resident set of this process so far, in bytes. On Linux from the kernel's own account of this address
 * space: `getrusage` would start from the peak of the process that forked this one.
 */
export function peakResidentBytes(): number {
  if (process.platform === 'linux') {
    try {
      const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
      if (match !== null) return Number(match[1]) * 1024
    } catch {
      // No /proc here: the portable way is second best.
    }
  }
  return process.resourceUsage().maxRSS * 1024
}
