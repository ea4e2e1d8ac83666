import type { Environment } from '../../../electron/contract/environment.ts'
import { builtInRuntime } from '../../../electron/contract/runtime.ts'
import type { TrialConfig } from '../../../electron/contract/trial.ts'

/**
 * Usable providers and the version of ONNX Runtime in one line: `cpu, cuda · ORT 1.29.0`. While something is measured
 * (`measured`) they are those of its runtime, which is named where it is not the built-in one.
 */
export function runtimeLine(
  { providers, runtime, runtimes }: Pick<Environment, 'providers' | 'runtime' | 'runtimes'>,
  measured: Pick<TrialConfig, 'runtime'> | undefined,
): string {
  const name = measured?.runtime ?? builtInRuntime
  const used = measured && runtimes?.find((each) => each.name === name)
  // One that is not installed any more: nothing else is known of it.
  if (used === undefined && name !== builtInRuntime) return name
  const usable = (used?.providers ?? providers).filter((provider) => provider.usable).map((each) => each.name)
  const version = `ORT ${used?.onnxruntime ?? runtime.onnxruntime}`
  return [usable.join(', '), version, ...(name === builtInRuntime ? [] : [name])].join(' · ')
}
