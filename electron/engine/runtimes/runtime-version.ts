import type { Environment } from '../../contract/environment.ts'
import { builtInRuntime } from '../../contract/runtime.ts'

/** The version of ONNX Runtime in a runtime (absent: the built-in one), as the environment knows it; else its name. */
export function runtimeVersion(
  { runtime, runtimes = [] }: Pick<Environment, 'runtime' | 'runtimes'>,
  name: string = builtInRuntime,
): string {
  if (name === builtInRuntime) return runtime.onnxruntime
  return (
    runtimes.find((each) => each.name === name)?.onnxruntime ?? /^onnxruntime@(.+)$/.exec(name)?.[1] ?? name
  )
}
