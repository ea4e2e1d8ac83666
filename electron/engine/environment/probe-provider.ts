import type { ExecutionProvider } from '../../contract/experiment.ts'
import { toFailure } from '../../contract/failure.ts'
import type { HostMessage } from '../../contract/host-protocol.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { lastWords, runtimeWords } from '../experiment/runtime-words.ts'
import { HostExited, HostFailed } from '../host/host-errors.ts'
import { HostSession } from '../host/host-session.ts'
import type { HostRuntime, Ports } from '../ports.ts'
import { probeInputs, writeProbeModel } from '../probe-model.ts'
import { providerFailure } from '../provider-failure.ts'
import type { MachineFacts } from './machine-facts.ts'

export type Described = Extract<HostMessage, { message: 'described' }>

/** A provider that takes longer than this to run one addition hangs, in ms. */
const probeLimitMs = 60_000

/** Versions and providers of a runtime, from a host that loaded it. */
export async function describeRuntime(
  ports: Ports,
  runtime: HostRuntime | undefined,
): Promise<Described | { failed: string }> {
  const session = new HostSession(ports.hosts.launch({ runtime }), ports.clock)
  try {
    return await session.describe()
  } catch (error) {
    return { failed: `ONNX Runtime could not be loaded: ${wordsOf(error)}` }
  } finally {
    await session.end()
  }
}

/** Runs the probe model on a provider, in a host of its own: a provider that crashes takes nothing with it. */
export async function probeProvider(
  ports: Ports,
  name: ExecutionProvider,
  runtime: HostRuntime | undefined,
  facts: MachineFacts,
): Promise<ProviderStatus> {
  let modelPath: string
  try {
    modelPath = await writeProbeModel(ports.files)
  } catch (error) {
    const reason = `It could not be tried: ${toFailure(error).message}`
    return { name, usable: false, reason, hint: 'Set BATCHSCOPE_DATA to a folder that can be written to.' }
  }
  const session = new HostSession(ports.hosts.launch({ runtime }), ports.clock)
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
    return { name, usable: false, ...(await whyNot(name, error, { session, facts })) }
  } finally {
    answered.abort()
    await Promise.all([limit, session.end()])
  }
}

async function whyNot(
  name: ExecutionProvider,
  error: unknown,
  { session, facts }: { session: HostSession; facts: MachineFacts },
) {
  const { standardError } = await session.stop()
  const text = error instanceof HostFailed ? error.failed.text : ''
  const said = `${text}\n${standardError}`
  return providerFailure(name, said, facts) ?? { reason: `It failed: ${wordsOf(error)}` }
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
