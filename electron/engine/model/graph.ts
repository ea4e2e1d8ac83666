import type { Dimension, TensorType } from '../../contract/model.ts'

/** What is kept of an ONNX file: its structure without its weights. */
export interface ModelGraph {
  irVersion: number
  producer: string
  opsets: { domain: string; version: number }[]
  /** Absent when the file has none. */
  graph?: Graph
  functions: GraphFunction[]
}

export interface Graph {
  name: string
  nodes: GraphNode[]
  initializers: GraphTensor[]
  inputs: GraphValue[]
  outputs: GraphValue[]
}

/** A function of the model's own, called by its name like an operator. */
export interface GraphFunction {
  nodes: GraphNode[]
}

export interface GraphNode {
  type: string
  /** Empty for ONNX's own operators. */
  domain: string
  /** Empty strings stand for optional inputs left out. */
  inputs: string[]
  outputs: string[]
  attributes: NodeAttribute[]
}

export interface NodeAttribute {
  name: string
  integer?: number
  tensors: GraphTensor[]
  graphs: Graph[]
}

/** A tensor of the file, known by its shape. */
export interface GraphTensor {
  name: string
  dims: number[]
  /** `TensorProto.DataType`. */
  dataType: number
  /** Set for tensors that lie in another file. */
  external?: ExternalLocation
}

/** Where a tensor's data lies; `location` is relative to the model's folder. */
export interface ExternalLocation {
  location: string
  offset: number
  /** Absent: what the tensor's shape says. */
  length?: number
}

/** An input or output of a graph. */
export interface GraphValue {
  name: string
  type: TensorType
  /** Empty for scalars, and for tensors whose shape the model does not tell. */
  shape: Dimension[]
  hasShape: boolean
  /** What it is instead of a tensor: "a sequence", "a map", ... */
  container?: string
}

/** Visits every node of a graph, those of its subgraphs after the node that holds them. */
export function forEachNode(nodes: readonly GraphNode[], visit: (node: GraphNode) => void): void {
  for (const node of nodes) {
    visit(node)
    for (const { graphs } of node.attributes) for (const graph of graphs) forEachNode(graph.nodes, visit)
  }
}

/** Visits every tensor with weights: initializers and tensors in attributes, in subgraphs too. */
export function forEachTensor(
  { nodes, initializers = [] }: { nodes: readonly GraphNode[]; initializers?: readonly GraphTensor[] },
  visit: (tensor: GraphTensor) => void,
): void {
  initializers.forEach(visit)
  for (const { attributes } of nodes) {
    for (const { tensors, graphs } of attributes) {
      tensors.forEach(visit)
      for (const graph of graphs) forEachTensor(graph, visit)
    }
  }
}

/** Number of elements of a tensor. */
export function elements(tensor: GraphTensor): number {
  return tensor.dims.reduce((product, size) => product * size, 1)
}
