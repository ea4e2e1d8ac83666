import type { ExecutionProvider } from '../../contract/experiment.ts'
import { toFailure } from '../../contract/failure.ts'
import type { HostMessage } from '../../contract/host-protocol.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { cudaErrors } from '../cuda-errors.ts'
import { exhaustedMemory } from '../experiment/memory-exhaustion.ts'
import { lastWords, runtimeWords } from '../experiment/runtime-words.ts'
import { HostExited, HostFailed } from '../host/host-errors.ts'
import type { HostSession } from '../host/host-session.ts'
import type { HostRuntime, Ports } from '../ports.ts'
import { probeModelFor, writeProbeModel } from '../probe-model.ts'
import { providerFailure, type ProviderFailure } from '../provider-failure.ts'
import { askHost, within } from './ask-host.ts'
import { isFull } from './full-device.ts'
import type { MachineFacts } from './machine-facts.ts'

export type Described = Extract<HostMessage, { message: 'described' }>

/** A provider that takes longer than this to run the probe model hangs, in ms. It counts for all devices together. */
const probeLimitMs = 30_000

/** The same for ONNX Runtime itself, in ms. Without the built-in one nothing can be measured: it may take its time. */
const describeLimitMs = { builtIn: 60_000, installed: 30_000 }

/** How long what a host wrote before it ended is waited for, in ms. */
const lastWordsLimitMs = 10_000

/** Providers that run on one of the devices that the NVIDIA driver lists. */
const onListedDevices: readonly ExecutionProvider[] = ['cuda', 'tensorrt']

/** Versions and providers of a runtime, from a host that loaded it. */
export async function describeRuntime(
  ports: Ports,
  runtime: HostRuntime | undefined,
): Promise<Described | { failed: string }> {
  const limitMs = runtime === undefined ? describeLimitMs.builtIn : describeLimitMs.installed
  try {
    const described = await askHost(ports, runtime, limitMs, (session) => session.describe())
    if (described !== undefined) return described.answer
    return { failed: `ONNX Runtime could not be loaded: it did not answer within ${limitMs / 1000} s.` }
  } catch (error) {
    return { failed: `ONNX Runtime could not be loaded: ${wordsOf(error)}` }
  }
}

/**
 * Runs the probe model on a provider, in a host of its own: a provider that crashes takes nothing with it. It is usable
 * where it works on one of the devices; that another is broken is told to who measures on that one.
 */
export async function probeProvider(
  ports: Ports,
  name: ExecutionProvider,
  runtime: HostRuntime | undefined,
  facts: MachineFacts,
): Promise<ProviderStatus> {
  let modelPath: string
  try {
    modelPath = await writeProbeModel(ports.files, probeModelFor(name))
  } catch (error) {
    const reason = `It could not be tried: ${toFailure(error).message}`
    return { name, usable: false, reason, hint: 'Set BATCHSCOPE_DATA to a folder that can be written to.' }
  }
  const endMs = ports.clock.now() + probeLimitMs
  let first: ProviderFailure | undefined
  for (const device of devicesToTry(name, facts)) {
    const ask = (session: HostSession) => probeOn({ ports, name, facts, modelPath, device, session })
    const tried = await askHost(ports, runtime, Math.max(0, endMs - ports.clock.now()), ask)
    if (tried === undefined) break
    if (tried.answer === 'works') return { name, usable: true }
    first ??= tried.answer
  }
  return {
    ...{ name, usable: false },
    ...(first ?? { reason: `It did not answer within ${probeLimitMs / 1000} s.` }),
  }
}

/** The first without its number, as it is used unless another is asked for. */
function devicesToTry(
  name: ExecutionProvider,
  { devices }: Pick<MachineFacts, 'devices'>,
): (number | undefined)[] {
  return [undefined, ...(onListedDevices.includes(name) ? devices.slice(1).map(({ index }) => index) : [])]
}

interface Probe {
  ports: Ports
  name: ExecutionProvider
  facts: MachineFacts
  modelPath: string
  device: number | undefined
  session: HostSession
}

/** A device that others keep busy, or full, works: what that means for a measurement its execution tells. */
async function probeOn(probe: Probe): Promise<'works' | ProviderFailure> {
  const { ports, name, facts, modelPath, device, session } = probe
  try {
    const request = {
      ...{ modelPath, executionProvider: name, ...(device === undefined ? {} : { device }) },
      ...{ inputs: probeModelFor(name).inputs, seed: 1, freeDimensionOverrides: {} },
    }
    await session.prepare(request, () => undefined)
    return 'works'
  } catch (error) {
    const ended = await within(ports.clock, lastWordsLimitMs, session.stop())
    const logged = ended?.answer.standardError ?? ''
    const text = error instanceof HostFailed ? error.failed.text : ''
    if (await isTaken(probe, text, logged)) return 'works'
    return providerFailure(name, `${text}\n${logged}`, facts) ?? { reason: `It failed: ${wordsOf(error)}` }
  }
}

/** True when an error says that others use the device, or its memory. */
async function isTaken(
  { ports, name, facts, device }: Probe,
  text: string,
  logged: string,
): Promise<boolean> {
  if (cudaErrors.busy.pattern.test(`${text}\n${logged}`)) return true
  const isOutOfMemory = (deviceFull: boolean) =>
    exhaustedMemory(text, logged, { provider: name, underBudget: false, deviceFull }) === 'device'
  if (isOutOfMemory(false)) return true
  // Some libraries do not tell a failed allocation from other failures: only the device itself does.
  const asked = device ?? facts.devices[0]?.index
  return isOutOfMemory(true) && (await isFull(ports, asked, facts))
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
