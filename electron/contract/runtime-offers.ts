import type { Environment } from './environment.ts'
import { namedRuntimes, type NamedRuntime, type Runtime } from './runtime.ts'

type Host = Pick<Environment['host'], 'kernel' | 'architecture'>

/** What each runtime with a name of its own brings, in a few words. */
export const runtimeAbout: Record<NamedRuntime, string> = {
  cuda13: 'ONNX Runtime 1.29.0 with CUDA 13 and TensorRT',
  cuda12: 'ONNX Runtime 1.29.0 with CUDA 12 and TensorRT, fetched from NuGet',
}

/** A runtime with a name of its own, and whether it can be on this machine. */
export interface InstallableRuntime {
  name: NamedRuntime
  about: string
  /** Why it cannot be installed here, one sentence; absent where it can. */
  refused?: string
}

/** The runtimes with names of their own. */
export function installableRuntimes(host: Host): InstallableRuntime[] {
  return namedRuntimes.map((name) => {
    const refused = reasonAgainst(name, host)?.message
    return { name, about: runtimeAbout[name], ...(refused === undefined ? {} : { refused }) }
  })
}

/** Why a runtime cannot be on a machine, and what else there is; `undefined` where it can. */
export function reasonAgainst(
  name: string,
  { kernel, architecture }: Host,
): { message: string; hint: string } | undefined {
  if (namedRuntimes.every((each) => each !== name)) return undefined
  if (kernel.startsWith('Linux')) {
    if (architecture === 'x64') return undefined
    return {
      message: `The runtime ${name} exists for x64 only, and this machine is ${architecture}.`,
      hint: 'Measure on the CPU, or on an x64 machine.',
    }
  }
  if (kernel.startsWith('Darwin')) {
    return {
      message: `There is no CUDA on macOS, so the runtime ${name} cannot be installed here.`,
      hint: 'The built-in runtime brings CoreML and WebGPU.',
    }
  }
  return {
    message: `The runtime ${name} exists for Linux only.`,
    hint: 'The built-in runtime brings DirectML and WebGPU; for CUDA use WSL.',
  }
}

/** Names of the execution providers that can be used in a runtime: `cpu, cuda`. */
export function usableIn({ providers }: Pick<Runtime, 'providers'>): string {
  const usable = providers.filter((provider) => provider.usable).map(({ name }) => name)
  return usable.length === 0 ? 'none' : usable.join(', ')
}
