import { executionProviders, type ExecutionProvider } from '../../contract/experiment.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { builtInRuntime, notLoadable, type Runtime } from '../../contract/runtime.ts'
import { recommendedDriver, runtimeToInstall } from './cuda-versions.ts'
import { canHaveCuda, type MachineFacts } from './machine-facts.ts'
import { unmetNeeds } from './unmet-needs.ts'

/**
 * Every provider in the first runtime in which it can be used: the built-in one, then that of the newest CUDA; TensorRT
 * in the runtime that CUDA is used in, where it can. Where it can be used in none: the reason that helps most, which is
 * that of the runtime that has come furthest.
 */
export function summariseProviders(runtimes: readonly Runtime[], facts: MachineFacts): ProviderStatus[] {
  const ordered = newestCudaFirst(runtimes)
  const withCuda = ordered.find((runtime) => isUsableIn(runtime, 'cuda'))
  return executionProviders.flatMap((name) => {
    const candidates = name === 'tensorrt' && withCuda !== undefined ? [withCuda, ...ordered] : ordered
    const usable = candidates.find((runtime) => isUsableIn(runtime, name))
    if (usable !== undefined) {
      return [{ name, usable: true, ...(usable.name === builtInRuntime ? {} : { runtime: usable.name }) }]
    }
    const furthest = furthestWith(name, ordered, facts)
    const first = runtimes[0] === undefined ? undefined : statusIn(runtimes[0], name)
    if (furthest !== undefined) return statusIn(furthest, name) ?? first ?? []
    const loads = runtimes.some(({ onnxruntime }) => onnxruntime !== notLoadable)
    if (!loads || !canHaveCuda(facts)) return first ?? []
    if (name === 'cuda') return [{ name, usable: false, ...howToGetCuda(facts) }]
    if (name === 'tensorrt') {
      return [{ name, usable: false, reason: 'No runtime that is installed has a library for TensorRT.' }]
    }
    return first ?? []
  })
}

/** The built-in one stays the first. */
function newestCudaFirst(runtimes: readonly Runtime[]): Runtime[] {
  const rank = ({ name, providerLibraries }: Runtime) =>
    name === builtInRuntime
      ? Infinity
      : Math.max(0, ...providerLibraries.map(({ cudaMajor }) => cudaMajor ?? 0))
  return [...runtimes].sort((one, other) => {
    const [left, right] = [rank(one), rank(other)]
    return left === right ? 0 : right - left
  })
}

/** Of the runtimes that have a library for it: one that was tried, else that which lacks the fewest libraries. */
function furthestWith(
  name: ExecutionProvider,
  runtimes: readonly Runtime[],
  facts: MachineFacts,
): Runtime | undefined {
  const installed = runtimes.map((runtime) => runtime.name)
  const candidates = runtimes.flatMap((runtime) => {
    const library = runtime.providerLibraries.find(({ provider }) => provider === name)
    if (library === undefined) return []
    const lacks = unmetNeeds(library, facts, installed)?.missing.length ?? 0
    return [{ runtime, lacks: runtime.onnxruntime === notLoadable ? Infinity : lacks }]
  })
  const fewest = Math.min(...candidates.map(({ lacks }) => lacks))
  return candidates.find(({ lacks }) => lacks === fewest)?.runtime
}

function isUsableIn(runtime: Runtime, name: ExecutionProvider): boolean {
  return statusIn(runtime, name)?.usable === true
}

function statusIn({ providers }: Runtime, name: ExecutionProvider): ProviderStatus | undefined {
  return providers.find((status) => status.name === name)
}

/** For a machine on which no runtime has CUDA: the command that brings it, once there is something to run it on. */
export function howToGetCuda(facts: MachineFacts): { reason: string; hint?: string } {
  const { driver, devices, libraries, nvidiaHardware } = facts
  const hasDriver = driver !== undefined || libraries.some(({ family }) => family === 'cuda')
  if (!hasDriver && devices.length === 0) {
    return nvidiaHardware === true
      ? { reason: 'There is no NVIDIA driver here.', hint: 'Install the NVIDIA driver.' }
      : { reason: 'There is no NVIDIA device here.' }
  }
  const runtime = runtimeToInstall(driver, libraries)
  if (runtime === undefined) {
    return {
      reason: `The NVIDIA driver ${driver?.version ?? ''} is too old for every runtime with CUDA.`,
      hint: `Update the NVIDIA driver to ${recommendedDriver} or newer.`,
    }
  }
  return {
    reason: 'No runtime that is installed has a library for CUDA.',
    hint: `Install one that has it: batchscope runtime install ${runtime}`,
  }
}
