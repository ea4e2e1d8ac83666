import { formatBytes, formatCount, formatMilliseconds } from '../../contract/quantity.ts'
import type { DeviceReading } from '../../contract/telemetry.ts'
import type { Flag } from '../../contract/trial.ts'
import type { DeviceUser, ProcessorUse } from '../ports.ts'
import { quantile, sortSamples } from '../statistics/quantile.ts'
import type { SwapGrowth, WindowSeen } from '../telemetry.ts'

/** A reason that the driver gives in fewer of its readings than this is a passing one. */
const leastShareOfReadings = 0.05

/** A device that is busy less than this, in percent, lowers its clocks because it may. */
const leastUtilization = 10

/** Clocks that differ by more than this fraction of the highest are not those of one steady device. */
const clockRange = 0.1

/** Fewer readings than this show no range. */
const fewestReadings = 5

/** What others take of the processors counts from this many cores on ... */
const leastCores = 0.1

/** ... and from this fraction of all cores on. */
const leastShareOfCores = 0.05

/** A limit on CPU time that held threads back for less than this fraction of the window does not count. */
const leastShareHeldBack = 0.01

/** More than this in swap, in bytes, is no accident. */
const leastSwapBytes = 16 * 1024 ** 2

/** Programs that use a GPU under Windows share some of the host's memory with it anyway, for what they send, in bytes. */
const leastSharedBytes = 256 * 1024 ** 2

/** `throttled`, from the readings of one device in the measured window. */
export function deviceThrottledFlag(readings: readonly DeviceReading[]): Flag | undefined {
  const busy = readings.filter(
    ({ utilizationPercent }) => utilizationPercent === undefined || utilizationPercent >= leastUtilization,
  )
  const clocks = sortSamples(busy.flatMap(({ smClockMhz }) => smClockMhz ?? []))
  const [low, high] = [quantile(clocks, 0.1), quantile(clocks, 0.9)]
  const range =
    low === undefined || high === undefined || clocks.length < fewestReadings || low >= high
      ? undefined
      : { low, high }

  const reported = new Map<string, number>()
  for (const { throttleReasons = [] } of busy) {
    for (const words of throttleReasons) reported.set(words, (reported.get(words) ?? 0) + 1)
  }
  const reasons = [...reported]
    .filter(([, times]) => times >= leastShareOfReadings * busy.length)
    .sort(([, one], [, other]) => other - one)
    .map(([words, times]) => `${words} in ${formatCount(times)}`)
  const megahertz = range && `${formatCount(range.low)} and ${formatCount(range.high)} MHz`
  if (reasons.length > 0) {
    const clock = megahertz === undefined ? '' : `, with the SM clock between ${megahertz}`
    const said = `the driver reported ${reasons.join(' and ')} of ${formatCount(busy.length)} readings`
    return { name: 'throttled', reason: said + clock }
  }
  if (range === undefined || range.high - range.low <= clockRange * range.high) return undefined
  return {
    name: 'throttled',
    reason: `the SM clock was between ${megahertz} in ${formatCount(busy.length)} readings, and the driver named no reason`,
  }
}

/** Who was on one device besides the session host, and when. */
export interface DeviceSharing {
  /** Before the execution began. */
  before: readonly DeviceUser[]
  /** In the measured window. */
  during: Pick<WindowSeen, 'others' | 'hostListed'>
  /** After it ended. */
  after: readonly DeviceUser[]
}

/**
 * `shared-device`, from who was on the device before, while and after an execution was measured. The driver tells what they
 * held, and not whether they computed.
 */
export function deviceSharedFlag(sharing: DeviceSharing): Flag | undefined {
  const { before } = sharing
  const host = hostAmong(sharing)
  const foreign = (list: readonly DeviceUser[]) => list.filter(({ pid }) => pid !== host?.pid)
  const [within, after] = [foreign(sharing.during.others), foreign(sharing.after)]
  const users = [...new Map([...before, ...after, ...within].map((user) => [user.pid, user])).values()].sort(
    (one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0),
  )
  const [largest] = users
  if (largest === undefined) return undefined
  const named = `${largest.name ?? 'an unnamed process'} (process ${largest.pid})`
  const memory = largest.memoryBytes === undefined ? undefined : formatBytes(largest.memoryBytes)
  const seen = (list: readonly DeviceUser[]) => list.some(({ pid }) => pid === largest.pid)
  const around = seen(before) ? (seen(after) ? 'before and after' : 'before') : 'after'
  const when = seen(within) ? 'while' : around
  const more = users.length - 1
  const who = more === 0 ? 'that process' : 'those processes'
  const held =
    more === 0
      ? `${named} had ${memory ?? 'memory'} of the GPU`
      : `${named}${memory === undefined ? '' : ` with ${memory}`} and ${formatCount(more)} more had memory of the GPU`
  return {
    name: 'shared-device',
    reason: `${held} ${when} it was measured; whether ${who} computed, the driver does not tell`,
  }
}

/**
 * Who of those in the window is taken for the host where it was not listed by its number, as in a container, where it has
 * another: the largest of those who came and went with it, else, because the driver may go on listing one that has ended,
 * of those who came with it. `undefined` when there is none, or when the host was listed.
 */
export function hostAmong({ before, during, after }: DeviceSharing): DeviceUser | undefined {
  if (during.hostListed) return undefined
  const isIn = (list: readonly DeviceUser[], user: DeviceUser) => list.some(({ pid }) => pid === user.pid)
  const came = during.others.filter((user) => !isIn(before, user))
  const went = came.filter((user) => !isIn(after, user))
  const [largest] = (went.length > 0 ? went : came).sort(
    (one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0),
  )
  return largest
}

interface UseBetween {
  before: ProcessorUse
  after: ProcessorUse
}

/** `throttled`, from what the processors and the container's limit count. */
export function processorThrottledFlag({ before, after }: UseBetween, lengthMs: number): Flag | undefined {
  const heat = (after.heatEvents ?? 0) - (before.heatEvents ?? 0)
  const heldBackMs = (after.heldBackMs ?? 0) - (before.heldBackMs ?? 0)
  const reasons: string[] = []
  if (heat > 0) {
    const times = heat === 1 ? 'once' : `${formatCount(heat)} times`
    reasons.push(`the processor slowed itself down for heat ${times}`)
  }
  if (lengthMs > 0 && heldBackMs > leastShareHeldBack * lengthMs) {
    const measured = formatMilliseconds(lengthMs)
    reasons.push(`a limit on CPU time held threads back for ${formatMilliseconds(heldBackMs)} in ${measured}`)
  }
  return reasons.length === 0 ? undefined : { name: 'throttled', reason: reasons.join(' and ') }
}

/**
 * `shared-device` on the processor: CPU time of all programs less that of Batchscope and its children, and what a
 * hypervisor gave to other machines.
 */
export function processorSharedFlag({ before, after }: UseBetween, lengthMs: number): Flag | undefined {
  if (!(lengthMs > 0)) return undefined
  const { cores } = after
  const usedBefore = new Map(before.processes.map(({ pid, cpuMs }) => [pid, cpuMs]))
  let ownMs = 0
  const byName = new Map<string, number>()
  for (const { pid, name, cpuMs, own } of after.processes) {
    const usedMs = Math.max(0, cpuMs - (usedBefore.get(pid) ?? 0))
    if (own) ownMs += usedMs
    else byName.set(name, (byName.get(name) ?? 0) + usedMs)
  }
  const others = Math.max(0, after.busyMs - before.busyMs - ownMs) / lengthMs
  const stolen = Math.max(0, after.stolenMs - before.stolenMs) / lengthMs
  const least = Math.max(leastCores, leastShareOfCores * cores)
  if (others + stolen < least) return undefined

  const parts: string[] = []
  if (others >= least / 2) {
    const [name, usedMs] = [...byName].reduce((one, other) => (other[1] > one[1] ? other : one), ['', 0])
    const most = usedMs / lengthMs >= others / 4 ? ` (${coresOf(usedMs / lengthMs)} by ${name})` : ''
    parts.push(`other processes used ${coresOf(others)} of ${formatCount(cores)} cores${most}`)
  }
  if (stolen >= least / 2) {
    parts.push(`other virtual machines took ${coresOf(stolen)} of ${formatCount(cores)} cores`)
  }
  return {
    name: 'shared-device',
    reason: `${parts.join(' and ')} on average while it was measured`,
  }
}

/**
 * `spilled`, from the growth of swap over the execution, and from what Windows put into the host's memory because the
 * device's was full (`sharedBytes`: the host began without any).
 */
export function spilledFlag(
  { systemBytes = 0, hostBytes = 0 }: SwapGrowth,
  sharedBytes = 0,
): Flag | undefined {
  const reasons: string[] = []
  if (sharedBytes > leastSharedBytes) {
    reasons.push(
      `${formatBytes(sharedBytes)} of GPU memory were in the memory of the host (shared GPU memory)`,
    )
  }
  if (hostBytes > leastSwapBytes) reasons.push(`${formatBytes(hostBytes)} of the session host were in swap`)
  if (systemBytes > leastSwapBytes) {
    reasons.push(`the system's use of swap grew by ${formatBytes(systemBytes)}`)
  }
  return reasons.length === 0 ? undefined : { name: 'spilled', reason: reasons.join(' and ') }
}

/** Two digits are all that ticks of 10 ms give. */
function coresOf(cores: number): string {
  return String(Number(cores.toPrecision(2)))
}
