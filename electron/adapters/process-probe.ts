import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import pidusage from 'pidusage'
import type { ProcessProbe } from '../engine/ports.ts'
import { kilobyteField } from './process-memory.ts'

/**
 * CPU use is told over at least this long, in ms: systems count it in ticks of 10 ms, which over 50 ms would show as
 * steps of 20 %.
 */
const cpuWindowMs = 400

interface CpuReading {
  atMs: number
  /** CPU time used since the process began, in ms. */
  usedMs: number
}

/** What the system tells of processes: `/proc` on Linux, `ps` on macOS, WMI on Windows. */
export function createProcessProbe(): ProcessProbe {
  // Only the process being measured is read over and over; a new one replaces it.
  let current: { pid: number; readings: CpuReading[] } | undefined

  return {
    async read(pid) {
      const atMs = performance.now()
      let usage: { memory: number; ctime: number }
      try {
        usage = await pidusage(pid)
      } catch {
        return undefined
      }
      if (current?.pid !== pid) current = { pid, readings: [] }
      const { readings } = current
      readings.push({ atMs, usedMs: usage.ctime })
      while ((readings[1]?.atMs ?? atMs) <= atMs - cpuWindowMs) readings.shift()
      const [oldest] = readings
      const spanMs = oldest === undefined ? 0 : atMs - oldest.atMs
      const cpuPercent =
        oldest === undefined || spanMs === 0 ? 0 : ((usage.ctime - oldest.usedMs) / spanMs) * 100
      return { residentBytes: usage.memory, cpuPercent }
    },

    systemMemory() {
      const totalBytes = totalmem()
      return { usedBytes: totalBytes - availableBytes(), totalBytes }
    },
  }
}

/** Memory that could be used without swapping. On Linux `freemem` of older Nodes leaves out what caches would give back. */
function availableBytes(): number {
  if (process.platform === 'linux') {
    try {
      return kilobyteField(readFileSync('/proc/meminfo', 'utf8'), 'MemAvailable') ?? freemem()
    } catch {
      return freemem()
    }
  }
  return freemem()
}
