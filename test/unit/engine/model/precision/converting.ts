import type { HostRequest, OutputValue } from '../../../../../electron/contract/host-protocol.ts'
import type { ModelDescription } from '../../../../../electron/contract/model.ts'
import { describeModel } from '../../../../../electron/engine/model/describe-model.ts'
import { EditableModel } from '../../../../../electron/engine/model/edit/editable-model.ts'
import type { EditableNode } from '../../../../../electron/engine/model/edit/editable-node.ts'
import { convertPrecision } from '../../../../../electron/engine/model/precision/convert-precision.ts'
import { type PrecisionKind } from '../../../../../electron/engine/model/precision/precision-context.ts'
import type { Clock, FileStore } from '../../../../../electron/engine/ports.ts'
import {
  encodeModel,
  type GraphBuilder,
  type ModelOptions,
} from '../../../../../resources/models/onnx-writer.ts'
import { FakeHost } from '../../../../fixtures/fake-host.ts'
import { memoryDisk } from '../../project/memory-files.ts'

/** Time stands still, and nobody waits. */
export const patientClock: Clock = {
  name: 'test',
  now: () => 0,
  wallTime: () => '2026-01-01T00:00:00.000Z',
  sleep: (ms) => (ms === 0 ? Promise.resolve() : new Promise(() => undefined)),
}

export interface ConvertingOptions extends ModelOptions {
  /** How large values become when the model is run, by name; 1 unless told otherwise. */
  largest?: Readonly<Record<string, number>>
  /** Files beside the model, by name. */
  beside?: Readonly<Record<string, Uint8Array>>
  /** Instead of what reading the file gives. */
  description?: Partial<ModelDescription>
  signal?: AbortSignal
  /** What the host says when it is asked to run the model, instead of giving outputs. */
  failing?: string
}

/** A model that was converted, read again from its bytes. */
export interface Converted {
  model: EditableModel
  changes: string[]
  files: FileStore
}

/** Converts a graph; the host that would run it gives made-up magnitudes. */
export async function convert(
  graph: GraphBuilder,
  kind: PrecisionKind,
  options: ConvertingOptions = {},
): Promise<Converted> {
  const disk = memoryDisk()
  const path = '/models/model.onnx'
  disk.put(path, encodeModel(graph, options))
  for (const [name, bytes] of Object.entries(options.beside ?? {})) disk.put(`/models/${name}`, bytes)
  const { files } = disk
  const description = { ...(await describeModel(path, files)), ...options.description }
  const model = EditableModel.open(await files.read(path))
  const { changes } = await convertPrecision(model, kind, {
    description,
    ports: { files, clock: patientClock, hosts: { launch: () => measuringHost(files, options) } },
    scratchFolder: '/scratch',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const pieces = [...model.chunks()]
  return { model: EditableModel.open(new Uint8Array(Buffer.concat(pieces))), changes, files }
}

/** Gives for every `ReduceMax(Abs(x))` of the model that it loads what is known of x. */
function measuringHost(files: FileStore, { largest = {}, failing }: ConvertingOptions): FakeHost {
  const host = new FakeHost()
  let watched = new Map<string, string>()
  const answer = async (request: HostRequest) => {
    if (request.request === 'load') {
      const { nodes } = EditableModel.open(await files.read(request.modelPath)).graph
      const magnitudes = new Map(nodes.map((node) => [node.outputs[0], node.inputs[0] ?? '']))
      watched = new Map(
        nodes.map((node) => [node.outputs[0] ?? '', magnitudes.get(node.inputs[0] ?? '') ?? '']),
      )
      host.say({ message: 'loaded', loadMs: 1 })
    }
    if (request.request !== 'evaluate') return
    if (failing !== undefined)
      host.say({ message: 'failed', phase: 'first-inference', name: 'Error', text: failing })
    else host.say({ message: 'evaluated', ms: 1, outputs: (request.outputs ?? []).map(valueOf) })
  }
  const valueOf = (name: string): OutputValue => {
    const values = Float32Array.of(largest[watched.get(name) ?? ''] ?? 1)
    return { name, type: 'float32', shape: [], values }
  }
  host.answer = (request) => void answer(request)
  queueMicrotask(() => host.say({ message: 'ready', clock: 'test' }))
  return host
}

/** Operator types of the main graph, in order. */
export function operators({ graph }: EditableModel): string[] {
  return graph.nodes.map(({ type }) => type)
}

/** The node that makes a value, or the only one of a type. */
export function nodeOf({ graph }: EditableModel, typeOrOutput: string): EditableNode {
  const found = graph.nodes.filter(
    (node) => node.type === typeOrOutput || node.outputs.includes(typeOrOutput),
  )
  const [node] = found
  if (node === undefined || found.length > 1) throw new Error(`${found.length} nodes are "${typeOrOutput}".`)
  return node
}

/** Type and shape of a weight, as `float16[2,3]`. */
export function weight({ graph }: EditableModel, name: string | undefined): string {
  const tensor = graph.initializers.find((each) => each.name === name)
  return tensor === undefined ? `no weight "${name}"` : `${tensor.type}[${tensor.dims.join(',')}]`
}

/** Elements of a weight of bytes. */
export function steps({ graph }: EditableModel, name: string | undefined): Int8Array {
  const raw = graph.initializers.find((each) => each.name === name)?.raw() ?? new Uint8Array(0)
  return new Int8Array(raw.buffer, raw.byteOffset, raw.byteLength)
}

/** Elements of a float32 weight. */
export function floats({ graph }: EditableModel, name: string | undefined): number[] {
  const raw = graph.initializers.find((each) => each.name === name)?.raw() ?? new Uint8Array(0)
  return [...new Float32Array(raw.slice().buffer)]
}

/** `count` numbers between -1 and 1 that look like nothing in particular. */
export function numbers(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin((index + seed) * 12.9898))
}
