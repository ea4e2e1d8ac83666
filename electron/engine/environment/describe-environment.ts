import type { Environment } from '../../contract/environment.ts'
import { builtInRuntime, notLoadable } from '../../contract/runtime.ts'
import type { Clock, Ports } from '../ports.ts'
import { examineRuntime, planRuntime } from './examine-runtime.ts'
import { findingsOf } from './findings.ts'
import { machineFacts } from './machine-facts.ts'
import { nextStepOf } from './next-step.ts'
import { describeRuntime } from './probe-provider.ts'
import { summariseProviders } from './provider-summary.ts'

/** Hosts that run at once: each loads drivers, and a machine has few cores to spare. */
const concurrentHosts = 2

/** One that has run for this long, in ms, waits for something or hangs: it keeps the next one from starting no more. */
const busyMs = 5000

/**
 * What this machine is, which devices, libraries and runtimes it has, which execution providers can be used in each
 * runtime and if not, why, and what to do next.
 */
export async function describeEnvironment(ports: Ports): Promise<Environment> {
  const enqueue = atMost(concurrentHosts, ports.clock)
  // The slowest first: it needs to know nothing of the rest.
  const describedBuiltIn = enqueue(() => describeRuntime(ports, undefined))
  const [facts, stored] = await Promise.all([machineFacts(ports), ports.runtimes.list()])
  const installed = stored.map(({ name }) => name)
  const runtimes = await Promise.all(
    stored.map(async (each) => {
      const planned = await planRuntime(each, ports.libraries, facts)
      const described =
        each.name === builtInRuntime
          ? await describedBuiltIn
          : await enqueue(() => describeRuntime(ports, planned.host))
      return examineRuntime(planned, described, { ports, facts, installed, enqueue })
    }),
  )
  const described = await describedBuiltIn
  const providers = summariseProviders(runtimes, facts)
  const findings = findingsOf(facts, runtimes)
  return {
    host: facts.host,
    runtime: {
      ...ports.machine.versions(),
      onnxruntime: 'failed' in described ? notLoadable : described.onnxruntime,
      // Models run in hosts: theirs is the Node that counts.
      ...('failed' in described ? {} : { node: described.node }),
    },
    devices: facts.devices,
    providers,
    deviceTelemetry: facts.telemetry,
    ...(facts.driver === undefined ? {} : { driver: facts.driver }),
    ...{ runtimes, libraries: facts.libraries, findings },
    nextStep: nextStepOf(findings, providers),
  }
}

/** Runs tasks in the order in which they come, at most so many at once; a slow one counts only for its first `busyMs`. */
function atMost(count: number, clock: Clock): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
  return async (task) => {
    if (running < count) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    const done = new AbortController()
    const slow = clock.sleep(busyMs, done.signal).then(leave, leave)
    try {
      return await task()
    } finally {
      done.abort()
      await slow
    }
  }
}
