import type { Environment } from '../contract/environment.ts'
import type { ProviderStatus } from '../contract/provider-status.ts'
import { executionProviders } from '../contract/experiment.ts'
import type { ExecutionProvider } from '../contract/experiment.ts'
import { toFailure } from '../contract/failure.ts'
import type { HostMessage } from '../contract/host-protocol.ts'
import { lastWords, runtimeWords } from './experiment/runtime-words.ts'
import { HostFailed, HostExited } from './host/host-errors.ts'
import { HostSession } from './host/host-session.ts'
import type { Ports } from './ports.ts'
import { probeInputs, writeProbeModel } from './probe-model.ts'
import { providerFailure } from './provider-failure.ts'

type Described = Extract<HostMessage, { message: 'described' }>

/** A provider that takes longer than this to run one addition hangs, in ms. */
const probeLimitMs = 60_000

/** Probes that run at once: each loads drivers, and a machine has few cores to spare. */
const concurrentProbes = 2

/** What this machine is, which devices it has, and which execution providers can be used; if not, why. */
export async function describeEnvironment(ports: Ports): Promise<Environment> {
  const [host, runtime, { devices, telemetry }] = await Promise.all([
    ports.machine.describe(),
    describeRuntime(ports),
    ports.devices.list(),
  ])
  const described = 'failed' in runtime ? undefined : runtime
  const providers =
    'failed' in runtime
      ? executionProviders.map((name): ProviderStatus => ({ name, usable: false, reason: runtime.failed }))
      : await probeProviders(ports, runtime, platformName(host.kernel))
  return {
    host,
    runtime: {
      ...ports.machine.versions(),
      onnxruntime: described?.onnxruntime ?? 'not loadable',
      // Models run in hosts: theirs is the Node that counts.
      ...(described === undefined ? {} : { node: described.node }),
    },
    devices,
    providers,
    deviceTelemetry: telemetry,
  }
}

async function describeRuntime(ports: Ports): Promise<Described | { failed: string }> {
  const session = new HostSession(ports.hosts.launch({}), ports.clock)
  try {
    return await session.describe()
  } catch (error) {
    return { failed: `ONNX Runtime could not be loaded: ${wordsOf(error)}` }
  } finally {
    await session.end()
  }
}

async function probeProviders(ports: Ports, runtime: Described, platform: string): Promise<ProviderStatus[]> {
  const offered = new Set(runtime.backends.map(({ name }) => name))
  const statuses = new Map<ExecutionProvider, ProviderStatus>([['cpu', { name: 'cpu', usable: true }]])
  const toProbe: ExecutionProvider[] = []
  for (const name of executionProviders) {
    if (name === 'cpu') continue
    if (offered.has(name)) toProbe.push(name)
    else statuses.set(name, { name, usable: false, reason: `Not part of ONNX Runtime for ${platform}.` })
  }
  const probeNext = async (): Promise<void> => {
    for (let name = toProbe.shift(); name !== undefined; name = toProbe.shift()) {
      statuses.set(name, await probe(ports, name))
    }
  }
  await Promise.all(Array.from({ length: concurrentProbes }, probeNext))
  return executionProviders.flatMap((name) => statuses.get(name) ?? [])
}

/** Runs the probe model on a provider, in a host of its own: a provider that crashes takes nothing with it. */
async function probe(ports: Ports, name: ExecutionProvider): Promise<ProviderStatus> {
  let modelPath: string
  try {
    modelPath = await writeProbeModel(ports.files)
  } catch (error) {
    const reason = `It could not be tried: ${toFailure(error).message}`
    return { name, usable: false, reason, hint: 'Set BATCHSCOPE_DATA to a folder that can be written to.' }
  }
  const session = new HostSession(ports.hosts.launch({}), ports.clock)
  const answered = new AbortController()
  let late = false
  const limit = ports.clock.sleep(probeLimitMs, answered.signal).then(
    () => {
      late = true
      return session.kill()
    },
    () => undefined,
  )
  try {
    const request = {
      modelPath,
      executionProvider: name,
      inputs: probeInputs,
      seed: 1,
      freeDimensionOverrides: {},
    }
    await session.prepare(request, () => undefined)
    return { name, usable: true }
  } catch (error) {
    if (late) return { name, usable: false, reason: `It did not answer within ${probeLimitMs / 1000} s.` }
    return { name, usable: false, ...(await whyNot(name, error, session)) }
  } finally {
    answered.abort()
    await Promise.all([limit, session.end()])
  }
}

async function whyNot(name: ExecutionProvider, error: unknown, session: HostSession) {
  const { standardError } = await session.stop()
  const text = error instanceof HostFailed ? error.failed.text : ''
  return providerFailure(name, `${text}\n${standardError}`) ?? { reason: `It failed: ${wordsOf(error)}` }
}

function wordsOf(error: unknown): string {
  if (error instanceof HostFailed) return runtimeWords(error.failed.text)
  if (error instanceof HostExited) {
    const { startError, standardError, signal, code } = error.exit
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    return startError ?? runtimeWords(lastWords(standardError)?.split('\n').at(-1) ?? how)
  }
  return error instanceof Error ? error.message : String(error)
}

/** What people call a system, from its kernel: `Linux`, `macOS`, `Windows`. */
function platformName(kernel: string): string {
  if (kernel.startsWith('Darwin')) return 'macOS'
  if (kernel.startsWith('Windows')) return 'Windows'
  return kernel.split(' ')[0] ?? kernel
}
