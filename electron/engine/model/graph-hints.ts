import { isInteger } from './tensor-types.ts'
import type { Graph, GraphNode, GraphTensor, GraphValue } from './graph.ts'

/** What the nodes that take an input say about it. */
export interface InputHints {
  /** Sizes that dimensions must have, by axis. */
  sizes: Map<number, number>
  /** Range of values that the graph accepts: the rows of the smallest table that the input is looked up in. */
  values?: { low: number; high: number }
}

/** Operators that hand on values unchanged, though perhaps in another shape or type. */
const valueKeeping = new Set([
  'Cast',
  'Identity',
  'Unsqueeze',
  'Squeeze',
  'Reshape',
  'Flatten',
  'Transpose',
  'Expand',
  'Slice',
])

/** Operators that hand on values and shape. */
const shapeKeeping = new Set(['Cast', 'Identity'])

/** How far an input is followed. */
const mostSteps = 8

/** Follows an input through the graph and collects what the nodes that use it ask of it. */
export function graphHints(graph: Graph): (input: GraphValue) => InputHints {
  const consumers = consumersByValue(graph.nodes)
  const weights = weightsByName(graph)
  return (input) => {
    const hints: InputHints = { sizes: new Map() }
    for (const [node, slot] of reached(input.name, consumers, shapeKeeping)) {
      const size = demandedSize(node, slot, weights, input.shape.length)
      if (size !== undefined) hints.sizes.set(size.axis, size.size)
    }
    if (isInteger(input.type)) {
      const rows = reached(input.name, consumers, valueKeeping)
        .map(([node, slot]) => tableRows(node, slot, weights))
        .filter((count) => count !== undefined)
      const smallest = Math.min(...rows)
      if (Number.isFinite(smallest) && smallest > 0) hints.values = { low: 0, high: smallest - 1 }
    }
    return hints
  }
}

type Consumer = readonly [node: GraphNode, slot: number]

function consumersByValue(nodes: readonly GraphNode[]): Map<string, Consumer[]> {
  const consumers = new Map<string, Consumer[]>()
  for (const node of nodes) {
    node.inputs.forEach((name, slot) => {
      const list = consumers.get(name)
      if (list === undefined) consumers.set(name, [[node, slot]])
      else list.push([node, slot])
    })
  }
  return consumers
}

/** Tensors by the name under which nodes use them: initializers, and what Constant nodes give. */
function weightsByName(graph: Graph): Map<string, GraphTensor> {
  const weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  for (const { type, inputs, outputs, attributes } of graph.nodes) {
    const [output] = outputs
    if (output === undefined) continue
    const tensor = type === 'Constant' ? attributes[0]?.tensors[0] : undefined
    // Weights stored in another type or in a quantized form reach their user through one of these.
    const source = ['Identity', 'Cast', 'DequantizeLinear'].includes(type)
      ? weights.get(inputs[0] ?? '')
      : undefined
    const weight = tensor ?? source
    if (weight !== undefined) weights.set(output, weight)
  }
  return weights
}

/** Nodes that take a value, directly or through nodes of the given types, and at which of their inputs. */
function reached(
  name: string,
  consumers: ReadonlyMap<string, Consumer[]>,
  through: ReadonlySet<string>,
): Consumer[] {
  const found: Consumer[] = []
  const seen = new Set([name])
  let frontier = [name]
  for (let step = 0; step < mostSteps && frontier.length > 0; step += 1) {
    const next: string[] = []
    for (const consumer of frontier.flatMap((value) => consumers.get(value) ?? [])) {
      const [node, slot] = consumer
      found.push(consumer)
      if (slot !== 0 || !through.has(node.type)) continue
      for (const output of node.outputs) {
        if (seen.has(output)) continue
        seen.add(output)
        next.push(output)
      }
    }
    frontier = next
  }
  return found
}

/** Rows of the table that a node looks its input `slot` up in. */
function tableRows(
  { type, inputs, attributes }: GraphNode,
  slot: number,
  weights: ReadonlyMap<string, GraphTensor>,
): number | undefined {
  if (type === 'Gather' || type === 'GatherBlockQuantized') {
    if (slot !== 1) return undefined
    const name = type === 'Gather' ? 'axis' : 'gather_axis'
    const axis = attributes.find((attribute) => attribute.name === name)?.integer ?? 0
    const dims = weights.get(inputs[0] ?? '')?.dims
    return dims?.at(axis)
  }
  // com.microsoft: ids and segment ids, then the tables of words, positions and segments.
  if (type === 'EmbedLayerNormalization' && slot < 2) {
    return weights.get(inputs[slot === 0 ? 2 : 4] ?? '')?.dims[0]
  }
  return undefined
}

/** The size that one dimension of a node's first input must have to fit the node's weights. */
function demandedSize(
  { type, inputs, attributes }: GraphNode,
  slot: number,
  weights: ReadonlyMap<string, GraphTensor>,
  rank: number,
): { axis: number; size: number } | undefined {
  const dims = weights.get(inputs[1] ?? '')?.dims
  if (slot !== 0 || dims === undefined) return undefined
  const attribute = (name: string, otherwise: number) =>
    attributes.find((candidate) => candidate.name === name)?.integer ?? otherwise
  const demand = (axis: number, size: number | undefined) =>
    size === undefined || size < 1 || axis >= rank || axis < 0 ? undefined : { axis, size }
  switch (type) {
    case 'Conv':
      return demand(1, (dims[1] ?? 0) * attribute('group', 1))
    case 'Gemm':
      return demand(attribute('transA', 0) === 0 ? 1 : 0, dims[attribute('transB', 0) === 0 ? 0 : 1])
    case 'MatMul':
      return dims.length < 2 ? undefined : demand(rank - 1, dims.at(-2))
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return demand(2, dims[2])
    default:
      return undefined
  }
}
