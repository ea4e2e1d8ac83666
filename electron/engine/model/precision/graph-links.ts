import type { EditableGraph } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'

/** The node that makes a value, by the value's name. */
export type Makers = ReadonlyMap<string, EditableNode>

export function makersOf({ nodes }: EditableGraph): Makers {
  return new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
}

/** The nodes that read what a node makes. */
export type Readers = ReadonlyMap<EditableNode, readonly EditableNode[]>

export function readersOf(graph: EditableGraph, makers: Makers): Readers {
  const readers = new Map<EditableNode, EditableNode[]>(graph.nodes.map((node) => [node, []]))
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      const maker = makers.get(name)
      if (maker !== undefined) readers.get(maker)?.push(node)
    }
  }
  return readers
}
