import type { Dimension, TensorType } from '../../../contract/model.ts'
import { elementType } from './tensor-types.ts'

/** What is kept of an ONNX file: its structure without its weights. */
export interface ModelGraph {
  irVersion: number
  producerName: string
  producerVersion: string
  /** The maker's name space; empty where the file has none. */
  domain: string
  modelVersion?: number
  /** Its documentation: no more than its beginning. */
  doc: string
  metadata: { key: string; value: string }[]
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
  /** What the file says of values between nodes; often nothing, or not of all. */
  values: GraphValue[]
}

/** A function of the model's own, called by its name like an operator. */
export interface GraphFunction {
  name: string
  domain: string
  /** Tells functions of one name apart; absent where it is the only one. */
  overload?: string
  /** Names of its parameters and of what it gives, as its nodes use them. */
  inputs: string[]
  outputs: string[]
  nodes: GraphNode[]
}

export interface GraphNode {
  /** Empty where the file gives it none; need not be unique. */
  name: string
  type: string
  /** Empty for ONNX's own operators. */
  domain: string
  /** Which of several functions of one name is called. */
  overload?: string
  /** Empty strings stand for optional inputs left out. */
  inputs: string[]
  outputs: string[]
  attributes: NodeAttribute[]
}

/** One attribute of a node. Only its kind of value is set; a long text or list is left out as if it were not there. */
export interface NodeAttribute {
  name: string
  integer?: number
  real?: number
  text?: string
  integers?: number[] | undefined
  reals?: number[] | undefined
  tensors: GraphTensor[]
  graphs: Graph[]
}

/** A tensor of the file, known by its shape; only small ones by their values. */
export interface GraphTensor {
  name: string
  dims: number[]
  /** `TensorProto.DataType`. */
  dataType: number
  /**
   * Its elements in row-major order, booleans as 0 and 1, where they lie in the file and are at most `fewValues`.
   * Whole numbers beyond 2^53 are rounded: the largest int64, which stands for "to the end" in Slice, stays large.
   */
  values?: number[] | undefined
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

/** An input or output of a graph, or a value between its nodes. */
export interface GraphValue {
  name: string
  type: TensorType
  /** Empty for scalars, and for tensors whose shape the model does not tell. */
  shape: Dimension[]
  hasShape: boolean
  /** What it is instead of a tensor: "a sequence", "a map", ... */
  container?: string
}

/** What a call and the function that it calls have in common; a node calls by its type: `{ ...node, name: node.type }`. */
export function functionKey({
  domain,
  name,
  overload = '',
}: Omit<GraphFunction, 'inputs' | 'outputs' | 'nodes'>) {
  return JSON.stringify([domain, name, overload])
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

/** What a Constant node gives, whichever of its attributes says so; undefined for other nodes and for texts. */
export function constantTensor({ type, domain, attributes }: GraphNode): GraphTensor | undefined {
  const [attribute] = attributes
  if (type !== 'Constant' || domain !== '' || attribute === undefined) return undefined
  const whole = (dims: number[], values: number[]) => ({ name: '', dims, dataType: int64DataType, values })
  const real = (dims: number[], values: number[]) => ({ name: '', dims, dataType: float32DataType, values })
  if (attribute.tensors[0] !== undefined) return attribute.tensors[0]
  if (attribute.integer !== undefined) return whole([], [attribute.integer])
  if (attribute.integers !== undefined) return whole([attribute.integers.length], attribute.integers)
  if (attribute.real !== undefined) return real([], [attribute.real])
  if (attribute.reals !== undefined) return real([attribute.reals.length], attribute.reals)
  return undefined
}

const [float32DataType, int64DataType] = [1, 7]

/** Bytes of a tensor's elements; 0 for types whose elements differ in size. */
export function tensorBytes(tensor: GraphTensor): number {
  return Math.ceil((elements(tensor) * elementType(tensor.dataType).bits) / 8)
}
