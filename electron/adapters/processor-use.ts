import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessorUse } from '../engine/ports.ts'

/** Linux counts CPU time in ticks of 1/100 s (USER_HZ), whatever its own timer does. */
const tickMs = 10

/** CPU time that a process has used since it began, in ms; `undefined` once it is gone. Linux only. */
export function cpuMsOf(pid: number): number | undefined {
  const text = textOf(`/proc/${pid}/stat`)
  return text === undefined ? undefined : parseProcess(text)?.cpuMs
}

/** Who has used the processors so far, `ownPid` and its descendants apart from the rest. Linux only. */
export function readProcessorUse(ownPid: number): ProcessorUse | undefined {
  const totals = parseProcessorTotals(textOf('/proc/stat') ?? '')
  if (totals === undefined) return undefined
  const processes = readProcesses()
  const own = descendantsOf(ownPid, processes)
  const heatEvents = readHeatEvents()
  const heldBackMs = readHeldBackMs()
  return {
    ...totals,
    processes: processes.map(({ pid, name, cpuMs }) => ({ pid, name, cpuMs, own: own.has(pid) })),
    ...(heatEvents === undefined ? {} : { heatEvents }),
    ...(heldBackMs === undefined ? {} : { heldBackMs }),
  }
}

interface ProcessLine {
  name: string
  parent: number
  cpuMs: number
}

/** `/proc/PID/stat`: the name in brackets may hold anything, so fields count from behind the last one. */
export function parseProcess(text: string): ProcessLine | undefined {
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(text.trim()) ?? []
  const fields = rest?.split(' ') ?? []
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
  if (name === undefined || parent === undefined || user === undefined || system === undefined)
    return undefined
  const cpuMs = (user + system) * tickMs
  return Number.isFinite(cpuMs) && Number.isFinite(parent) ? { name, parent, cpuMs } : undefined
}

/**
 * Cores, and the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. Interrupts are nobody's
 * work; the time of guests is part of user and nice.
 */
export function parseProcessorTotals(
  text: string,
): Pick<ProcessorUse, 'cores' | 'busyMs' | 'stolenMs'> | undefined {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').map(Number)
  const [user, nice, system] = fields ?? []
  const cores = text.match(/^cpu\d+ /gm)?.length ?? 0
  if (user === undefined || nice === undefined || system === undefined || cores === 0) return undefined
  const busyMs = (user + nice + system) * tickMs
  return Number.isFinite(busyMs) ? { cores, busyMs, stolenMs: (fields?.[7] ?? 0) * tickMs } : undefined
}

function readProcesses(): (ProcessLine & { pid: number })[] {
  try {
    return readdirSync('/proc').flatMap((entry) => {
      const text = /^\d+$/.test(entry) ? textOf(`/proc/${entry}/stat`) : undefined
      const line = text === undefined ? undefined : parseProcess(text)
      return line === undefined ? [] : { pid: Number(entry), ...line }
    })
  } catch {
    return []
  }
}

/** A process and all that it and its children started. */
export function descendantsOf(
  root: number,
  processes: readonly { pid: number; parent: number }[],
): Set<number> {
  const children = new Map<number, number[]>()
  for (const { pid, parent } of processes) children.set(parent, [...(children.get(parent) ?? []), pid])
  const found = new Set([root])
  // A set hands out what is added while it is gone through.
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child)
  return found
}

/** Intel's counters of thermal throttling: one a core, and one a package that all of its cores show. */
function readHeatEvents(): number | undefined {
  const folder = '/sys/devices/system/cpu'
  let entries: string[]
  try {
    entries = readdirSync(folder).filter((entry) => /^cpu\d+$/.test(entry))
  } catch {
    return undefined
  }
  const counts = (file: string) =>
    entries.flatMap((entry) => numberIn(textOf(`${folder}/${entry}/thermal_throttle/${file}`)) ?? [])
  const cores = counts('core_throttle_count')
  const packages = counts('package_throttle_count')
  if (cores.length === 0 && packages.length === 0) return undefined
  return cores.reduce((sum, count) => sum + count, 0) + Math.max(0, ...packages)
}

/**
 * Of control groups version 2 (`throttled_usec`) and 1 (`throttled_time`, in ns): of this process's group, or of the root
 * that a container sees as its own.
 */
function readHeldBackMs(): number | undefined {
  const group = /^0::(.*)$/m.exec(textOf('/proc/self/cgroup') ?? '')?.[1] ?? ''
  const version2 = textOf(`/sys/fs/cgroup${group}/cpu.stat`) ?? textOf('/sys/fs/cgroup/cpu.stat') ?? ''
  const microseconds = /^throttled_usec (\d+)$/m.exec(version2)?.[1]
  if (microseconds !== undefined) return Number(microseconds) / 1e3
  const nanoseconds = /^throttled_time (\d+)$/m.exec(textOf('/sys/fs/cgroup/cpu/cpu.stat') ?? '')?.[1]
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
