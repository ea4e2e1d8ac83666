import { executionProviders, type ExecutionProvider } from '../../contract/experiment.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { builtInRuntime, notLoadable, type Runtime } from '../../contract/runtime.ts'
import { recommendedDriver, runtimeToInstall } from './cuda-versions.ts'
import { canHaveCuda, type MachineFacts } from './machine-facts.ts'

/**
 * Every provider in the first runtime in which it can be used, the built-in one before all others. Where it can be used
 * in none: the reason that helps most, which is that of the runtime that has come furthest.
 */
export function summariseProviders(runtimes: readonly Runtime[], facts: MachineFacts): ProviderStatus[] {
  return executionProviders.flatMap((name) => {
    const usable = runtimes.find((runtime) => statusIn(runtime, name)?.usable === true)
    if (usable !== undefined) {
      return [{ name, usable: true, ...(usable.name === builtInRuntime ? {} : { runtime: usable.name }) }]
    }
    const withLibrary = runtimes.find(({ providerLibraries }) =>
      providerLibraries.some(({ provider }) => provider === name),
    )
    const first = runtimes[0] === undefined ? undefined : statusIn(runtimes[0], name)
    if (withLibrary !== undefined) return statusIn(withLibrary, name) ?? first ?? []
    const loads = runtimes.some(({ onnxruntime }) => onnxruntime !== notLoadable)
    if (!loads || !canHaveCuda(facts)) return first ?? []
    if (name === 'cuda') return [{ name, usable: false, ...howToGetCuda(facts) }]
    if (name === 'tensorrt') {
      return [{ name, usable: false, reason: 'No runtime that is installed has a library for TensorRT.' }]
    }
    return first ?? []
  })
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
    hint: `Install it: batchscope runtime install ${runtime}`,
  }
}
