import type { InputPlan } from '../contract/host-protocol.ts'
import type { FileStore } from './ports.ts'

/** The smallest useful model: `y = x + x` over four float32 numbers, opset 13. */
const base64 =
  'CAcSCmJhdGNoc2NvcGU6OQoOCgF4CgF4EgF5IgNBZGQSBXByb2JlWg8KAXgSCgoICAESBAoCCARiDwoBeRIKCggIARIECgIIBEICEA0='

/** What the probe model is fed. */
export const probeInputs: InputPlan[] = [
  { name: 'x', type: 'float32', shape: [4], fill: { kind: 'constant', value: 1 } },
]

/** Puts the probe model where hosts can read it, unless it is there. Resolves with its path. */
export async function writeProbeModel(files: FileStore): Promise<string> {
  const path = files.resolve(files.dataFolder, 'cache', 'probe.onnx')
  const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const stat = await files.stat(path)
  if (stat?.kind !== 'file' || stat.bytes !== content.length) await files.write(path, content)
  return path
}
