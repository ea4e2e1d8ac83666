import { MalformedMessage } from '../reading/message-fields.ts'
import { onnxSchema } from '../reading/onnx-schema.ts'
import { EditableGraph, forEachEditableNode } from './editable-graph.ts'
import { EditableNode } from './editable-node.ts'
import type { EditableTensor } from './editable-tensor.ts'
import { ProtoMessage } from './proto-tree.ts'

const { ModelProto, OperatorSetIdProto, FunctionProto } = onnxSchema

/** Protobuf messages end here, in bytes: ONNX Runtime reads no larger file. */
export const largestModelBytes = 2 ** 31 - 1

/** Small pieces are written together, up to this many bytes. */
const writtenTogether = 1 << 16

/**
 * An ONNX model that can be changed: what is not touched keeps its bytes. Weights stay views of the file's bytes, so
 * that a model takes little more memory than its file. Only for files that the reader has accepted (`describeModel`),
 * which bounds how deep their graphs nest.
 */
export class EditableModel {
  readonly message: ProtoMessage
  readonly graph: EditableGraph

  private constructor(message: ProtoMessage, graph: EditableGraph) {
    this.message = message
    this.graph = graph
  }

  /** Throws a MalformedMessage where the bytes are no model. Parts of it are read when they are asked for, and may throw then. */
  static open(bytes: Uint8Array): EditableModel {
    const message = ProtoMessage.of(bytes)
    const [graph, ...more] = message.messages(ModelProto.graph.id)
    if (graph === undefined) throw new MalformedMessage('it has no graph')
    if (more.length > 0) throw new MalformedMessage('its graph comes in several pieces')
    return new EditableModel(message, new EditableGraph(graph))
  }

  /** A copy that can be changed by itself; the weights are shared. */
  clone(): EditableModel {
    const message = this.message.clone()
    return new EditableModel(message, new EditableGraph(message.message(ModelProto.graph.id)))
  }

  get irVersion(): number {
    return Number(this.message.integer(ModelProto.irVersion.id) ?? 0n)
  }
  set irVersion(version: number) {
    this.message.setInteger(ModelProto.irVersion.id, version)
  }

  /** Versions by domain; ONNX's own operators are the domain ''. */
  get opsets(): ReadonlyMap<string, number> {
    return new Map(
      this.message.messages(ModelProto.opsetImport.id).map((opset) => {
        const domain = opset.text(OperatorSetIdProto.domain.id)
        return [
          domain === 'ai.onnx' ? '' : domain,
          Number(opset.integer(OperatorSetIdProto.version.id) ?? 0n),
        ]
      }),
    )
  }

  /** Version of ONNX's own operators. */
  get opset(): number {
    return this.opsets.get('') ?? 1
  }

  /** Imports a set of operators, or another version of it. */
  setOpset(domain: string, version: number): void {
    const found = this.message
      .messages(ModelProto.opsetImport.id)
      .find((opset) => opset.text(OperatorSetIdProto.domain.id).replace(/^ai\.onnx$/, '') === domain)
    const opset = found ?? ProtoMessage.empty()
    if (found === undefined) {
      opset.setTexts(OperatorSetIdProto.domain.id, [domain])
      this.message.append(ModelProto.opsetImport.id, opset)
    }
    opset.setInteger(OperatorSetIdProto.version.id, version)
  }

  /** The model's own functions: their nodes, to be looked at. */
  get functions(): { name: string; domain: string; nodes: EditableNode[] }[] {
    return this.message.messages(ModelProto.functions.id).map((message) => ({
      name: message.text(FunctionProto.name.id),
      domain: message.text(FunctionProto.domain.id),
      nodes: message.messages(FunctionProto.node.id).map((node) => new EditableNode(node)),
    }))
  }

  /** A name that no value, node or weight of the model has yet: `wanted`, or with a number behind it. */
  freeName(wanted: string): string {
    const taken = (this.#taken ??= this.#names())
    let name = wanted
    for (let i = 1; taken.has(name); i += 1) name = `${wanted}_${i}`
    taken.add(name)
    return name
  }
  #taken: Set<string> | undefined

  #names(): Set<string> {
    const names = new Set<string>()
    const takeGraph = (graph: EditableGraph) => {
      for (const part of [...graph.inputs, ...graph.outputs, ...graph.valueInfo, ...graph.initializers])
        names.add(part.name)
    }
    takeGraph(this.graph)
    forEachEditableNode(this.graph, (node) => {
      for (const name of [node.name, ...node.inputs, ...node.outputs]) names.add(name)
      node.subgraphs.forEach(takeGraph)
    })
    return names
  }

  byteLength(): number {
    return this.message.byteLength()
  }

  /** The encoded model in pieces: large weights as views, what is small put together, so that few writes are needed. */
  *chunks(): Generator<Uint8Array> {
    let together = new Uint8Array(writtenTogether)
    let filled = 0
    for (const chunk of this.message.chunks()) {
      if (filled + chunk.length > writtenTogether && filled > 0) {
        yield together.subarray(0, filled)
        together = new Uint8Array(writtenTogether)
        filled = 0
      }
      if (chunk.length >= writtenTogether) yield chunk
      else {
        together.set(chunk, filled)
        filled += chunk.length
      }
    }
    if (filled > 0) yield together.subarray(0, filled)
  }
}

/** Every tensor with weights: initializers and tensors in attributes `value`, in subgraphs too. */
export function forEachEditableTensor(graph: EditableGraph, visit: (tensor: EditableTensor) => void): void {
  graph.initializers.forEach(visit)
  for (const node of graph.nodes) {
    const value = node.type === 'Constant' ? node.tensor('value') : undefined
    if (value !== undefined) visit(value)
    for (const subgraph of node.subgraphs) forEachEditableTensor(subgraph, visit)
  }
}
