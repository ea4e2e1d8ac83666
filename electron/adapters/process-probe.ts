import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import pidusage from 'pidusage'
import type { ProcessProbe } from '../engine/ports.ts'
import { kilobyteField, readMemoryAccount } from './process-memory.ts'
import { cpuMsOf, readProcessorUse } from './processor-use.ts'
import { readSharedDeviceMemory } from './shared-device-memory.ts'

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
    readingSpawns: process.platform !== 'linux',

    async read(pid) {
      const atMs = performance.now()
      const usage = process.platform === 'linux' ? linuxUsage(pid) : await otherUsage(pid)
      if (usage === undefined) return undefined
      if (current?.pid !== pid) current = { pid, readings: [] }
      const { readings } = current
      readings.push({ atMs, usedMs: usage.cpuMs })
      while ((readings[1]?.atMs ?? atMs) <= atMs - cpuWindowMs) readings.shift()
      const [oldest] = readings
      const spanMs = oldest === undefined ? 0 : atMs - oldest.atMs
      const cpuPercent =
        oldest === undefined || spanMs === 0 ? 0 : ((usage.cpuMs - oldest.usedMs) / spanMs) * 100
      const { residentBytes, swapBytes } = usage
      return { residentBytes, cpuPercent, ...(swapBytes === undefined ? {} : { swapBytes }) }
    },

    systemMemory() {
      const totalBytes = totalmem()
      const { availableBytes, swapUsedBytes } = memoryNow()
      const usedBytes = totalBytes - availableBytes
      return { usedBytes, totalBytes, ...(swapUsedBytes === undefined ? {} : { swapUsedBytes }) }
    },

    processorUse: () => (process.platform === 'linux' ? readProcessorUse(process.pid) : undefined),

    sharedDeviceMemory: (pid, signal) => readSharedDeviceMemory(pid, process.platform, signal),
  }
}

interface Usage {
  residentBytes: number
  /** CPU time used since the process began, in ms. */
  cpuMs: number
  swapBytes?: number | undefined
}

/**
 * Straight from `/proc`: this is read many times a second beside a process that may need every core, and costs a fraction
 * of what the portable way does. `undefined` once the process is gone or only waits to be collected.
 */
function linuxUsage(pid: number): Usage | undefined {
  const { residentBytes, swapBytes } = readMemoryAccount(pid) ?? {}
  const cpuMs = residentBytes === undefined ? undefined : cpuMsOf(pid)
  return residentBytes === undefined || cpuMs === undefined ? undefined : { residentBytes, cpuMs, swapBytes }
}

async function otherUsage(pid: number): Promise<Usage | undefined> {
  try {
    const { memory, ctime } = await pidusage(pid)
    return { residentBytes: memory, cpuMs: ctime }
  } catch {
    return undefined
  }
}

/**
 * Memory that could be used without swapping (on Linux `freemem` of older Nodes leaves out what caches would give back),
 * and what is in swap, where that is known.
 */
function memoryNow(): { availableBytes: number; swapUsedBytes?: number } {
  if (process.platform !== 'linux') return { availableBytes: freemem() }
  try {
    const text = readFileSync('/proc/meminfo', 'utf8')
    const total = kilobyteField(text, 'SwapTotal')
    const free = kilobyteField(text, 'SwapFree')
    return {
      availableBytes: kilobyteField(text, 'MemAvailable') ?? freemem(),
      ...(total === undefined || free === undefined ? {} : { swapUsedBytes: total - free }),
    }
  } catch {
    return { availableBytes: freemem() }
  }
}
