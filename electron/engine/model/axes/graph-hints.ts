import { isInteger } from '../reading/tensor-types.ts'
import {
  constantTensor,
  forEachNode,
  type Graph,
  type GraphNode,
  type GraphTensor,
  type GraphValue,
} from '../reading/graph.ts'

/** What the nodes that take an input say about it. */
export interface InputHints {
  /** Range of values that the graph accepts: the rows of the smallest table that the input is looked up in. */
  values?: { low: number; high: number }
  /** A recurrence begins with it. */
  initialState?: true
  /** A positive whole number that it is compared with; the one of several that is a usual sample rate, else the first. */
  usual?: number
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

/** Operators through which a state, or a part of it, reaches its recurrence. */
const stateKeeping = new Set([...valueKeeping, 'Split', 'Gather'])

/** Of speech and of telephony, in Hz. */
const usualRates = [16_000, 8_000]

/** How far an input is followed. */
const mostSteps = 8

/** Follows an input through the graph and collects what the nodes that use it ask of it. */
export function graphHints(graph: Graph): (input: GraphValue) => InputHints {
  // Subgraphs use the values of the graph around them by name: decoders of both kinds have all of it in branches.
  const nodes: GraphNode[] = []
  forEachNode(graph.nodes, (node) => nodes.push(node))
  const consumers = consumersByValue(nodes)
  const weights = weightsByName(graph, nodes)
  return (input) => {
    const hints: InputHints = {}
    const users = reached(input.name, consumers, valueKeeping)
    // Real numbers too: some exporters take ids as such and cast them.
    const rows = users
      .map(([node, slot]) => tableRows(node, slot, weights))
      .filter((count) => count !== undefined)
    const smallest = rows.reduce((least, count) => Math.min(least, count), Infinity)
    if (Number.isFinite(smallest) && smallest > 0) hints.values = { low: 0, high: smallest - 1 }
    const usual = isInteger(input.type) ? usualValue(users, weights) : undefined
    if (usual !== undefined) hints.usual = usual
    if (reached(input.name, consumers, stateKeeping).some(takesInitialState)) hints.initialState = true
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
function weightsByName(graph: Graph, nodes: readonly GraphNode[]): Map<string, GraphTensor> {
  const inside = nodes.flatMap(({ attributes }) => attributes.flatMap(({ graphs }) => graphs))
  const weights = new Map(
    [graph, ...inside].flatMap(({ initializers }) => initializers.map((tensor) => [tensor.name, tensor])),
  )
  for (const node of nodes) {
    const { type, inputs, outputs } = node
    const [output] = outputs
    if (output === undefined) continue
    const tensor = constantTensor(node)
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

/** Whether a node takes its input `slot` as initial_h or initial_c. */
function takesInitialState([node, slot]: Consumer): boolean {
  return ['LSTM', 'GRU', 'RNN'].includes(node.type) && (slot === 5 || slot === 6)
}

/** The positive whole number that an input is compared with. */
function usualValue(
  consumers: readonly Consumer[],
  weights: ReadonlyMap<string, GraphTensor>,
): number | undefined {
  const compared = consumers.flatMap(([{ type, inputs }, slot]) => {
    const values = type === 'Equal' ? weights.get(inputs[1 - slot] ?? '')?.values : undefined
    const [value] = values ?? []
    return values?.length === 1 && value !== undefined && Number.isInteger(value) && value > 0 ? [value] : []
  })
  return usualRates.find((rate) => compared.includes(rate)) ?? compared[0]
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
