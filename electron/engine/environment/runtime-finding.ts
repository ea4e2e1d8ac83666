import type { Finding } from '../../contract/environment.ts'
import { notLoadable, type ProviderLibrary, type Runtime } from '../../contract/runtime.ts'
import { folderOf } from './library-choice.ts'
import type { MachineFacts } from './machine-facts.ts'
import { list, unmetNeeds } from './unmet-needs.ts'

const words: Record<ProviderLibrary['provider'], string> = { cuda: 'CUDA', tensorrt: 'TensorRT' }

/** The topic of what was found of a runtime. */
export function runtimeTopic(name: string): string {
  return `runtime ${name}`
}

/** A runtime: its provider libraries, and whether what they need is here. */
export function runtimeFinding(
  runtime: Runtime,
  facts: Pick<MachineFacts, 'libraries' | 'nvidiaHardware' | 'driver' | 'dataFolder'>,
  installed: readonly string[],
): Finding {
  const topic = runtimeTopic(runtime.name)
  if (runtime.onnxruntime === notLoadable) {
    const status = runtime.providers.find(({ usable }) => !usable)
    const why = status === undefined || status.usable ? 'ONNX Runtime could not be loaded.' : status.reason
    return { topic, state: 'wrong', text: why, hint: againHint(runtime, installed[0], facts.dataFolder) }
  }
  const version = `ONNX Runtime ${runtime.onnxruntime}`
  if (runtime.providerLibraries.length === 0) {
    return { topic, state: 'good', text: `${version} without libraries for CUDA.` }
  }
  const cuda = runtime.providerLibraries.find(({ provider }) => provider === 'cuda')
  const unmet = cuda === undefined ? undefined : unmetNeeds(cuda, facts, installed)
  if (unmet !== undefined) {
    const { reason, hint } = unmet
    const text = `${version}. ${reason}${whatWasFound(cuda)}`
    return { topic, state: 'missing', text, ...(hint === undefined ? {} : { hint }) }
  }
  const failed = runtime.providers.find(({ name, usable }) => name === 'cuda' && !usable)
  if (failed !== undefined && !failed.usable) {
    const { reason, hint } = failed
    const text = `${version}. Every library that CUDA needs was found, but it does not work: ${reason}`
    return { topic, state: 'wrong', text, ...(hint === undefined ? {} : { hint }) }
  }
  const looked = runtime.providerLibraries.map((library) => ({
    ...library,
    lack: unmetNeeds(library, facts, installed)?.reason ?? whyNot(library.provider, runtime),
  }))
  const complete = looked.filter(({ lack }) => lack === undefined).map(nameOf)
  const rest = looked.flatMap(({ lack }) => lack ?? []).join(' ')
  if (complete.length === 0) return { topic, state: 'wrong', text: `${version}. ${rest}` }
  const text = `${version} with ${list(complete)}: all that it needs was found.`
  return { topic, state: 'good', text: `${text} ${rest}`.trim() }
}

/** Where the needs are that are met: a CUDA of which some is here is told from none. */
function whatWasFound(library: ProviderLibrary | undefined): string {
  const places = new Map<string, string[]>()
  for (const { library: name, foundAt } of library?.needs ?? []) {
    if (foundAt === undefined) continue
    const folder = folderOf(foundAt)
    places.set(folder, [...(places.get(folder) ?? []), name])
  }
  if (places.size === 0) return ''
  return ` Found: ${[...places].map(([folder, names]) => `${list(names)} in ${folder}`).join('; ')}.`
}

function nameOf({ provider, cudaMajor }: ProviderLibrary): string {
  return `${words[provider]}${provider === 'cuda' ? ` ${cudaMajor ?? ''}` : ''}`.trim()
}

/** Why a provider does not work whose libraries are all here. */
function whyNot(provider: ProviderLibrary['provider'], { providers }: Runtime): string | undefined {
  const failed = providers.find(({ name, usable }) => name === provider && !usable)
  return failed === undefined || failed.usable
    ? undefined
    : `${words[provider]} does not work, though every library that it needs was found: ${failed.reason}`
}

function againHint({ name, folder }: Runtime, builtIn: string | undefined, dataFolder: string): string {
  if (name === builtIn) return 'Install Batchscope again.'
  const rest = folder.startsWith(dataFolder) ? folder.slice(dataFolder.length) : ''
  return /^[/\\]/.test(rest)
    ? `Remove it and install it again: batchscope runtime remove ${name} && batchscope runtime install ${name}`
    : `It came with Batchscope: put the bundle that brought it into place again (it lies in "${folder}").`
}
