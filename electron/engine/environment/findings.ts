import type { Finding } from '../../contract/environment.ts'
import type { ExecutionProvider } from '../../contract/experiment.ts'
import { notLoadable, type Runtime } from '../../contract/runtime.ts'
import { anotherDeviceWorks, devicesFinding, driverFinding, isTooOldForAll } from './driver-finding.ts'
import { cudaLibraryFindings } from './library-findings.ts'
import { canHaveCuda, type MachineFacts } from './machine-facts.ts'
import { howToGetCuda } from './provider-summary.ts'
import { runtimeFinding } from './runtime-finding.ts'
import { lackOf } from './unmet-needs.ts'

/** What is here and what is missing, in the order of importance: what stands before everything else comes first. */
export function findingsOf(facts: MachineFacts, runtimes: readonly Runtime[]): Finding[] {
  const installed = runtimes.map(({ name }) => name)
  return [
    ...(facts.platform === 'macOS' ? [] : [driverFinding(facts, runtimes), devicesFinding(facts)]),
    ...runtimes.map((runtime) => withLack(runtimeFinding(runtime, facts, installed), runtime)),
    ...(canHaveCuda(facts) ? [missingRuntime(facts, runtimes)] : []),
    ...(facts.platform === 'Linux' ? cudaLibraryFindings(facts.libraries, runtimes) : []),
    systemFinding(facts, runtimes[0]),
  ].filter((finding) => finding !== undefined)
}

/** Adds what fails for want of a library that little needs; with more missing, that one is in the hint. */
function withLack(finding: Finding, { providerLibraries, onnxruntime }: Runtime): Finding {
  if (finding.state === 'missing' || onnxruntime === notLoadable) return finding
  return {
    ...finding,
    text: [finding.text, ...providerLibraries.flatMap((each) => lackOf(each) ?? [])].join(' '),
  }
}

/** Something to run CUDA on, and no runtime that has it. */
function missingRuntime(facts: MachineFacts, runtimes: readonly Runtime[]): Finding | undefined {
  const has = runtimes.some(({ providerLibraries }) =>
    providerLibraries.some(({ provider }) => provider === 'cuda'),
  )
  if (has || facts.devices.length === 0) return undefined
  // The driver's finding tells this, and nothing is in the way of the device.
  if (isTooOldForAll(facts) && anotherDeviceWorks(runtimes)) return undefined
  const { reason, hint } = howToGetCuda(facts)
  return { topic: 'CUDA', state: 'missing', text: reason, ...(hint === undefined ? {} : { hint }) }
}

/** What the system itself brings for graphics processors of any make. */
function systemFinding(
  { platform, libraries }: MachineFacts,
  builtIn: Runtime | undefined,
): Finding | undefined {
  if (platform === 'Windows') return ofProvider('DirectML', 'dml', builtIn)
  if (platform === 'macOS') return ofProvider('Core ML', 'coreml', builtIn)
  if (platform !== 'Linux') return undefined
  const loader = libraries.find(({ family }) => family === 'vulkan')
  if (loader === undefined) {
    return {
      ...{ topic: 'Vulkan', state: 'absent' },
      text: 'Its loader (libvulkan.so.1), which WebGPU needs, was not found.',
      hint: 'Install the Vulkan loader (libvulkan1) and a driver of your GPU.',
    }
  }
  const webgpu = builtIn?.providers.find(({ name }) => name === 'webgpu')
  if (webgpu === undefined || webgpu.usable) {
    return { topic: 'Vulkan', state: 'good', text: `Its loader is here (${loader.path}).` }
  }
  return {
    ...{ topic: 'Vulkan', state: 'absent' },
    text: `Its loader is here (${loader.path}), but WebGPU cannot use it: ${webgpu.reason}`,
    ...(webgpu.hint === undefined ? {} : { hint: webgpu.hint }),
  }
}

function ofProvider(
  topic: string,
  name: ExecutionProvider,
  runtime: Runtime | undefined,
): Finding | undefined {
  const status = runtime?.providers.find((each) => each.name === name)
  if (status === undefined) return undefined
  if (status.usable) return { topic, state: 'good', text: 'It can be used.' }
  const { reason, hint } = status
  return { topic, state: 'absent', text: reason, ...(hint === undefined ? {} : { hint }) }
}
