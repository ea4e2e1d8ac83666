import type { EditableGraph } from '../edit/editable-graph.ts'
import { forEachEditableNode } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { Constant, Constants } from './constants.ts'
import type { ValueTypes } from './value-types.ts'

/** A node whose weight can be held in 8 bits. */
export interface Quantisable {
  node: EditableNode
  weight: Constant
  /** The dimension of the weight that counts output channels, or a table's rows: each has its own scale. */
  axis: number
}

/** Computing on fewer weights than this costs more for quantising the input than it gains. */
const fewestForIntegers = 1024

/** What a stored weight takes besides its elements and scales, in bytes: a node and some names. */
const bytesAround = 400

/** A picture's channels: convolutions that read no more are a network's first. */
const mostPictureChannels = 4

/**
 * The Conv, ConvTranspose, Gemm, MatMul and Gather of a graph that compute in FP32 with a constant weight; `kept` are those that
 * are left alone all the same, with the reason: a clause. `integers`: for computing on integers, which is harder on what
 * it is fed than on weights.
 */
export function findQuantisable(
  graph: EditableGraph,
  types: ValueTypes,
  constants: Constants,
  integers: boolean,
): { found: Quantisable[]; kept: Map<EditableNode, string> } {
  const candidates: Quantisable[] = []
  const kept = new Map<EditableNode, string>()
  for (const node of graph.nodes) {
    const candidate = asQuantisable(node, constants)
    if (candidate === undefined || types.get(node.inputs[0] ?? '') !== 'float32') continue
    const reason = reluctance(candidate, integers, constants)
    if (reason === undefined) candidates.push(candidate)
    else kept.set(node, reason)
  }
  const readers = readersOf(graph)
  const found = candidates.filter(({ node, weight }) => {
    const own = candidates.filter((other) => other.weight === weight).length
    if (readers.get(weight.name) === own) return true
    kept.set(node, 'something else needs the weights in FP32')
    return false
  })
  return { found, kept }
}

/** Which input is the weight: tables come first. */
function weightInput({ type }: EditableNode): number {
  return type === 'Gather' ? 0 : 1
}

function asQuantisable(node: EditableNode, constants: Constants): Quantisable | undefined {
  if (node.domain !== '') return undefined
  const weight = constants.get(node.inputs[weightInput(node)])
  if (weight?.type !== 'float32') return undefined
  const rank = weight.dims.length
  switch (node.type) {
    case 'Conv':
      return rank >= 3 ? { node, weight, axis: 0 } : undefined
    case 'ConvTranspose':
      return rank >= 3 ? { node, weight, axis: 1 } : undefined
    case 'Gemm':
      return rank === 2 ? { node, weight, axis: node.integer('transB') === 1 ? 0 : 1 } : undefined
    case 'MatMul':
      return rank === 2 ? { node, weight, axis: 1 } : undefined
    case 'Gather':
      return rank === 2 && (node.integer('axis') ?? 0) === 0 ? { node, weight, axis: 0 } : undefined
  }
  return undefined
}

/** Why a node is left alone. */
function reluctance(
  { node, weight, axis }: Quantisable,
  integers: boolean,
  constants: Constants,
): string | undefined {
  const saved = weight.elements * 3 - (weight.dims[axis] ?? 1) * 4 - bytesAround
  if (saved <= 0 || (integers && weight.elements < fewestForIntegers)) return 'too few weights to gain by it'
  if (!integers) return undefined
  switch (node.type) {
    case 'Gather':
      return 'looking up is no computing'
    case 'ConvTranspose':
      return 'ONNX has no form of it for integers'
    case 'Conv':
      if ((node.integer('group') ?? 1) > 1) return 'convolutions in groups lose more than they gain'
      if ((weight.dims[1] ?? 0) <= mostPictureChannels) return "the first convolution reads the model's input"
      return biasOf(node, constants) === 'unknown' ? 'the bias is not constant' : undefined
    case 'Gemm':
      if (node.integer('transA') === 1) return 'the input would have to be transposed first'
      return (node.real('beta') ?? 1) !== 1 && biasOf(node, constants) === 'unknown'
        ? 'the bias is not constant'
        : undefined
  }
  return undefined
}

function biasOf(node: EditableNode, constants: Constants): 'none' | 'constant' | 'unknown' {
  const name = node.inputs[2] ?? ''
  if (name === '') return 'none'
  return constants.get(name)?.type === 'float32' ? 'constant' : 'unknown'
}

/** How often each name is read, by nodes at every depth and as an output. */
function readersOf(graph: EditableGraph): Map<string, number> {
  const readers = new Map<string, number>()
  const take = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1)
  for (const { name } of graph.outputs) take(name)
  forEachEditableNode(graph, (node) => {
    node.inputs.forEach(take)
    for (const subgraph of node.subgraphs) for (const { name } of subgraph.outputs) take(name)
  })
  return readers
}
