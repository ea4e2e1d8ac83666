import type { ExecutionProvider } from '../contract/experiment.ts'
import type { InputPlan } from '../contract/host-protocol.ts'
import type { FileStore } from './ports.ts'

/** A model to try an execution provider with. */
export interface ProbeModel {
  fileName: string
  base64: string
  /** What it is fed. */
  inputs: InputPlan[]
}

const ones = (shape: number[]): InputPlan[] => [
  { name: 'x', type: 'float32', shape, fill: { kind: 'constant', value: 1 } },
]

/** The smallest useful model: `y = x + x` over four float32 numbers, opset 13. */
export const addition: ProbeModel = {
  fileName: 'probe.onnx',
  base64:
    'CAcSCmJhdGNoc2NvcGU6OQoOCgF4CgF4EgF5IgNBZGQSBXByb2JlWg8KAXgSCgoICAESBAoCCARiDwoBeRIKCggIARIECgIIBEICEA0=',
  inputs: ones([4]),
}

/** `y = conv(x + x, w)`: a 3 x 3 convolution with ones over 1 x 1 x 4 x 4 float32 numbers, opset 13. */
export const convolution: ProbeModel = {
  fileName: 'probe-convolution.onnx',
  base64:
    'CAcSCmJhdGNoc2NvcGU6lQEKDgoBeAoBeBIBcyIDQWRkCg8KAXMKAXcSAXkiBENvbnYSBXByb2JlKjEKBAEBAwMQAUIBd0okAACAPwAAgD8AAIA/' +
    'AACAPwAAgD8AAIA/AACAPwAAgD8AAIA/WhsKAXgSFgoUCAESEAoCCAEKAggBCgIIBAoCCARiGwoBeRIWChQIARIQCgIIAQoCCAEKAggCCgIIAkICEA0=',
  inputs: ones([1, 1, 4, 4]),
}

/** CUDA opens cuDNN only for the first convolution: without one, a cuDNN that does not work would not be noticed. */
export function probeModelFor(provider: ExecutionProvider): ProbeModel {
  return provider === 'cuda' ? convolution : addition
}

/** Puts a probe model where hosts can read it, unless it is there. Resolves with its path. */
export async function writeProbeModel(files: FileStore, { fileName, base64 }: ProbeModel): Promise<string> {
  const path = files.resolve(files.dataFolder, 'cache', fileName)
  const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const stat = await files.stat(path)
  if (stat?.kind !== 'file' || stat.bytes !== content.length) await files.write(path, content)
  return path
}
