import { executionProviders, type ExecutionProvider } from '../../contract/experiment.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { builtInRuntime, notLoadable, type Runtime } from '../../contract/runtime.ts'
import type { HostRuntime, LibraryProbe, Ports, StoredRuntime } from '../ports.ts'
import { hostRuntimeOf } from '../runtimes/host-runtime.ts'
import { chooseLibraries, type NeedyLibrary } from './library-choice.ts'
import { canHaveCuda, type MachineFacts } from './machine-facts.ts'
import { probeProvider, type Described } from './probe-provider.ts'
import { unmetNeeds } from './unmet-needs.ts'

/** A runtime of which everything is known but what can only be found by trying. */
export interface PlannedRuntime {
  runtime: Runtime
  host: HostRuntime | undefined
}

/** Finds what the provider libraries of a runtime need, and the folders that its hosts must search for it. */
export async function planRuntime(
  stored: StoredRuntime,
  libraries: LibraryProbe,
  { libraries: found }: Pick<MachineFacts, 'libraries'>,
): Promise<PlannedRuntime> {
  const needy = await Promise.all(
    stored.providerLibraries.map(async (library): Promise<NeedyLibrary> => ({
      ...library,
      needs: await libraries.needs(library.path),
    })),
  )
  const { folders, providerLibraries } = chooseLibraries(needy, found)
  const runtime: Runtime = {
    ...{ name: stored.name, folder: stored.folder, onnxruntime: stored.version },
    ...(stored.bytes === undefined ? {} : { bytes: stored.bytes }),
    ...{ libraryFolders: folders, providerLibraries, providers: [] },
  }
  const plain = stored.name === builtInRuntime && folders.length === 0
  return { runtime, host: plain ? undefined : hostRuntimeOf([runtime], stored.name) }
}

export interface Examination {
  ports: Ports
  facts: MachineFacts
  /** Names of all runtimes that are here. */
  installed: readonly string[]
  /** Runs a task when there is room for one more. */
  enqueue: <T>(task: () => Promise<T>) => Promise<T>
}

/** The runtime with the status of every provider. What is known not to work is not launched. */
export async function examineRuntime(
  { runtime, host }: PlannedRuntime,
  described: Described | { failed: string },
  { ports, facts, installed, enqueue }: Examination,
): Promise<Runtime> {
  if ('failed' in described) {
    const providers = executionProviders.map((name): ProviderStatus => {
      return { name, usable: false, reason: described.failed }
    })
    return { ...runtime, onnxruntime: notLoadable, providers }
  }
  const offered = new Set(described.backends.map(({ name }) => name))
  const providers = await Promise.all(
    executionProviders.map((name): Promise<ProviderStatus> | ProviderStatus => {
      if (name === 'cpu') return { name, usable: true }
      const why = knownObstacle(name, runtime, { facts, installed, isOffered: offered.has(name) })
      if (why !== undefined) return { name, usable: false, ...why }
      return enqueue(() => probeProvider(ports, name, host, facts))
    }),
  )
  return { ...runtime, onnxruntime: described.onnxruntime, providers }
}

interface Obstacle {
  reason: string
  hint?: string
}

function knownObstacle(
  name: ExecutionProvider,
  runtime: Runtime,
  { facts, installed, isOffered }: Pick<Examination, 'facts' | 'installed'> & { isOffered: boolean },
): Obstacle | undefined {
  const elsewhere = onlyElsewhere(name, facts)
  if (elsewhere !== undefined) return { reason: elsewhere }
  if (!isOffered) {
    const { platform, host } = facts
    const processor = platform === 'Linux' && host.architecture !== 'x64' ? ` on ${host.architecture}` : ''
    return { reason: `Not part of ONNX Runtime for ${platform}${processor}.` }
  }
  if (name === 'webgpu') return withoutVulkan(facts)
  if (!canHaveCuda(facts) || (name !== 'cuda' && name !== 'tensorrt')) return undefined
  const library = runtime.providerLibraries.find(({ provider }) => provider === name)
  if (library === undefined) {
    const words = name === 'cuda' ? 'CUDA' : 'TensorRT'
    return { reason: `This runtime has no library for ${words}.` }
  }
  const unmet = unmetNeeds(library, facts, installed)
  if (unmet === undefined) return undefined
  return { reason: unmet.reason, ...(unmet.hint === undefined ? {} : { hint: unmet.hint }) }
}

function onlyElsewhere(name: ExecutionProvider, { platform }: MachineFacts): string | undefined {
  if (name === 'dml' && platform !== 'Windows') return 'Only on Windows.'
  if (name === 'coreml' && platform !== 'macOS') return 'Only on macOS.'
  return undefined
}

function withoutVulkan({ platform, libraries }: MachineFacts): Obstacle | undefined {
  if (platform !== 'Linux' || libraries.some(({ family }) => family === 'vulkan')) return undefined
  return {
    reason: 'WebGPU needs Vulkan, whose loader (libvulkan.so.1) was not found.',
    hint: 'Install the Vulkan loader (libvulkan1) and a driver of your GPU.',
  }
}
