import type { Environment } from '../../contract/environment.ts'
import { builtInRuntime, notLoadable } from '../../contract/runtime.ts'
import type { Ports } from '../ports.ts'
import { examineRuntime, planRuntime } from './examine-runtime.ts'
import { findingsOf } from './findings.ts'
import { machineFacts } from './machine-facts.ts'
import { nextStepOf } from './next-step.ts'
import { describeRuntime } from './probe-provider.ts'
import { summariseProviders } from './provider-summary.ts'

/** Hosts that run at once: each loads drivers, and a machine has few cores to spare. */
const concurrentHosts = 2

/**
 * What this machine is, which devices, libraries and runtimes it has, which execution providers can be used in each
 * runtime and if not, why, and what to do next.
 */
export async function describeEnvironment(ports: Ports): Promise<Environment> {
  const enqueue = atMost(concurrentHosts)
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

/** Runs tasks in the order in which they come, at most so many at once. */
function atMost(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running < count) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
