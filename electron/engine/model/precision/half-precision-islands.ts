import type { EditableGraph } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { Constants } from './constants.ts'
import type { Makers } from './graph-links.ts'
import { halfRule, readsOnlyShape, typedInputs } from './half-precision-rules.ts'

/** Who hands FP32-or-FP16 values to whom. */
export interface Flows {
  /** Nodes that make what a node computes with; undefined for inputs of the graph. */
  from: ReadonlyMap<EditableNode, readonly (EditableNode | undefined)[]>
  /** Nodes that compute with what a node makes; undefined for outputs of the graph and whatever wants FP32. */
  to: ReadonlyMap<EditableNode, readonly (EditableNode | undefined)[]>
}

/** Constants flow nowhere: they have both forms at no cost. */
export function flowsOf(graph: EditableGraph, makers: Makers, constants: Constants): Flows {
  const from = new Map<EditableNode, (EditableNode | undefined)[]>()
  const to = new Map<EditableNode, (EditableNode | undefined)[]>(graph.nodes.map((node) => [node, []]))
  for (const node of graph.nodes.filter((candidate) => !readsOnlyShape(candidate))) {
    const sources: (EditableNode | undefined)[] = []
    for (const { name } of typedInputs(node)) {
      if (constants.get(name) !== undefined) continue
      const maker = makers.get(name)
      sources.push(maker)
      if (maker !== undefined) to.get(maker)?.push(node)
    }
    from.set(node, sources)
  }
  for (const { name } of graph.outputs) {
    const maker = makers.get(name)
    if (maker !== undefined) to.get(maker)?.push(undefined)
  }
  return { from, to }
}

/** From this many weights on, a node is worth a cast for what it saves in memory: embedding tables. */
const manyWeights = 1 << 14

/** True for large products, and for nodes that read many weights. */
export function isWorthwhile(node: EditableNode, constants: Constants): boolean {
  const weights = () =>
    typedInputs(node).reduce((sum, { name }) => sum + (constants.get(name)?.elements ?? 0), 0)
  return halfRule(node)?.heavy === true || weights() >= manyWeights
}

/** Nodes of islands that hold nothing worthwhile. */
export function lightIslands(
  half: ReadonlySet<EditableNode>,
  worthwhile: ReadonlySet<EditableNode>,
  { from, to }: Flows,
): EditableNode[] {
  const light: EditableNode[] = []
  const visited = new Set<EditableNode>()
  for (const start of half) {
    if (visited.has(start)) continue
    const island: EditableNode[] = []
    const open = [start]
    visited.add(start)
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      island.push(node)
      for (const next of [...(from.get(node) ?? []), ...(to.get(node) ?? [])]) {
        if (next === undefined || visited.has(next) || !half.has(next)) continue
        visited.add(next)
        open.push(next)
      }
    }
    if (!island.some((node) => worthwhile.has(node))) light.push(...island)
  }
  return light
}

/** Sweeps over the graph at most: each moves the shore by what it can, and few are ever needed. */
const mostSweeps = 8

/** Gives light nodes back to FP32 where that saves casts. */
export function settleShores(
  graph: EditableGraph,
  half: ReadonlySet<EditableNode>,
  worthwhile: ReadonlySet<EditableNode>,
  { from, to }: Flows,
  dissolve: (node: EditableNode) => void,
): void {
  const isHalf = (node: EditableNode | undefined) => node !== undefined && half.has(node)
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    let moved = false
    for (const node of graph.nodes) {
      if (!half.has(node) || worthwhile.has(node)) continue
      const [sources, targets] = [from.get(node) ?? [], to.get(node) ?? []]
      const castsAsHalf =
        sources.filter((source) => !isHalf(source)).length +
        (targets.some((target) => !isHalf(target)) ? 1 : 0)
      const castsAsFull = sources.filter(isHalf).length + (targets.some(isHalf) ? 1 : 0)
      if (castsAsFull >= castsAsHalf) continue
      dissolve(node)
      moved = true
    }
    if (!moved) return
  }
}
