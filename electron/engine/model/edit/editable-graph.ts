import { onnxSchema } from '../reading/onnx-schema.ts'
import { EditableNode } from './editable-node.ts'
import { EditableTensor } from './editable-tensor.ts'
import { EditableValue } from './editable-value.ts'
import type { ProtoMessage } from './proto-tree.ts'

const { GraphProto } = onnxSchema

/** A graph that is being changed. Setting one of its lists changes the file's; the order of nodes must stay a valid one. */
export class EditableGraph {
  readonly message: ProtoMessage
  #nodes: readonly EditableNode[] | undefined
  #initializers: readonly EditableTensor[] | undefined
  #inputs: readonly EditableValue[] | undefined
  #outputs: readonly EditableValue[] | undefined
  #valueInfo: readonly EditableValue[] | undefined

  constructor(message: ProtoMessage) {
    this.message = message
  }

  get name(): string {
    return this.message.text(GraphProto.name.id)
  }

  get nodes(): readonly EditableNode[] {
    return (this.#nodes ??= this.message
      .messages(GraphProto.node.id)
      .map((message) => new EditableNode(message)))
  }
  set nodes(nodes: readonly EditableNode[]) {
    this.#nodes = nodes
    this.message.replaceMessages(GraphProto.node.id, messagesOf(nodes))
  }

  /** Without sparse ones. */
  get initializers(): readonly EditableTensor[] {
    return (this.#initializers ??= this.message
      .messages(GraphProto.initializer.id)
      .map((message) => new EditableTensor(message)))
  }
  set initializers(tensors: readonly EditableTensor[]) {
    this.#initializers = tensors
    this.message.replaceMessages(GraphProto.initializer.id, messagesOf(tensors))
  }

  /** With those that have an initializer, which are no inputs to be fed. */
  get inputs(): readonly EditableValue[] {
    return (this.#inputs ??= this.#values(GraphProto.input.id))
  }
  set inputs(values: readonly EditableValue[]) {
    this.#inputs = values
    this.message.replaceMessages(GraphProto.input.id, messagesOf(values))
  }

  get outputs(): readonly EditableValue[] {
    return (this.#outputs ??= this.#values(GraphProto.output.id))
  }
  set outputs(values: readonly EditableValue[]) {
    this.#outputs = values
    this.message.replaceMessages(GraphProto.output.id, messagesOf(values))
  }

  /** What the file says of the types and shapes of values between inputs and outputs. */
  get valueInfo(): readonly EditableValue[] {
    return (this.#valueInfo ??= this.#values(GraphProto.valueInfo.id))
  }
  set valueInfo(values: readonly EditableValue[]) {
    this.#valueInfo = values
    this.message.replaceMessages(GraphProto.valueInfo.id, messagesOf(values))
  }

  #values(id: number): EditableValue[] {
    return this.message.messages(id).map((message) => new EditableValue(message))
  }
}

function messagesOf(parts: readonly { message: ProtoMessage }[]): ProtoMessage[] {
  return parts.map(({ message }) => message)
}

/** Visits every node of a graph, those of its subgraphs after the node that holds them. */
export function forEachEditableNode(
  graph: EditableGraph,
  visit: (node: EditableNode, graph: EditableGraph) => void,
): void {
  for (const node of graph.nodes) {
    visit(node, graph)
    for (const subgraph of node.subgraphs) forEachEditableNode(subgraph, visit)
  }
}

/** Every name that is read in a graph: by nodes, by the graphs inside them, and as outputs of any of these. */
export function usedNames(graph: EditableGraph): Set<string> {
  const used = new Set(graph.outputs.map(({ name }) => name))
  forEachEditableNode(graph, (node) => {
    for (const name of node.inputs) if (name !== '') used.add(name)
    for (const subgraph of node.subgraphs) for (const { name } of subgraph.outputs) used.add(name)
  })
  return used
}
