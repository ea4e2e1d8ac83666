import type { EditableGraph } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { Constants } from './constants.ts'
import { makersOf, readersOf } from './graph-links.ts'
import { extremesOf, hindrance } from './half-precision-hindrances.ts'
import { flowsOf, isWorthwhile, lightIslands, settleShores } from './half-precision-islands.ts'
import { alignNorms } from './half-precision-norms.ts'
import { canBeHalf, fragileReason } from './half-precision-rules.ts'
import type { ValueTypes } from './value-types.ts'

/** What computes in FP16, and why the rest does not. */
export interface HalfPlan {
  half: ReadonlySet<EditableNode>
  /** Nodes that take part in FP32 computing, by the reason: a clause. */
  kept: ReadonlyMap<EditableNode, string>
}

/**
 * Chooses the islands of FP16. A node belongs to one if its operator has a rule, all that it computes with is float32,
 * no weight of it leaves the range of FP16, it is no part of a norm or softmax written out, and the values that it
 * reads and makes stayed well within the range (`largest`, by value name; absent where nothing was measured). Islands
 * without a large product or table are dissolved: their casts would cost more than they save. At the shores, a node goes
 * to the side where fewer casts are needed.
 */
export async function planHalfPrecision(
  graph: EditableGraph,
  types: ValueTypes,
  constants: Constants,
  largest: ReadonlyMap<string, number>,
): Promise<HalfPlan> {
  const kept = new Map<EditableNode, string>()
  const half = new Set<EditableNode>()
  const extremes = extremesOf(constants)
  const makers = makersOf(graph)
  const readers = readersOf(graph, makers)
  for (const node of graph.nodes) {
    if (canBeHalf(node, types)) {
      const reason = await hindrance(node, { makers, readers, kept, constants, extremes, largest })
      if (reason === undefined) half.add(node)
      else kept.set(node, reason)
    } else if (computesInFloat(node, types, constants)) kept.set(node, fragileReason(node))
  }
  const flows = flowsOf(graph, makers, constants)
  const worthwhile = new Set(graph.nodes.filter((node) => isWorthwhile(node, constants)))
  const dissolved = (node: EditableNode) => {
    half.delete(node)
    kept.set(node, 'casts to FP16 and back would cost more than they save')
  }
  lightIslands(half, worthwhile, flows).forEach(dissolved)
  settleShores(graph, half, worthwhile, flows, dissolved)
  lightIslands(half, worthwhile, flows).forEach(dissolved)
  alignNorms(graph, { half, kept }, makers, readers)
  return { half, kept }
}

/** True for nodes whose staying in FP32 is worth a word. */
function computesInFloat(node: EditableNode, types: ValueTypes, constants: Constants): boolean {
  if (node.type === 'Cast' || node.type === 'Constant') return false
  if (node.subgraphs.length > 0) return true
  return (
    node.inputs.some((name) => types.get(name) === 'float32' && constants.get(name) === undefined) &&
    node.outputs.some((name) => types.get(name) === 'float32')
  )
}
