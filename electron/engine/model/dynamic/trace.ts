import { usedNames, type EditableGraph } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { ConcreteFacts } from './concrete-facts.ts'
import type { BatchPlace } from './batch-place.ts'
import { NodeView, Standstill, type Followed, type PlannedEdit, type TraceState } from './node-view.ts'
import { ruleFor } from './rules/rule-table.ts'
import { followSizes } from './rules/size-arithmetic.ts'

/** Where the batch goes in a graph, and what has to be changed so that it can have any size. */
export interface Trace {
  /** By value; values that it does not reach are absent. */
  places: ReadonlyMap<string, BatchPlace>
  /** In the order of the nodes. */
  edits: readonly PlannedEdit[]
}

export interface TraceQuestion {
  graph: EditableGraph
  facts: ConcreteFacts
  /** The fixed batch size. */
  batch: number
  /** Where the batch lies in each input that has it. */
  inputs: ReadonlyMap<string, BatchPlace>
  allFixed: boolean
  opset: number
}

/** A dimension of size 1 may be read in several ways; this many combinations are tried. */
const mostAttempts = 200

/**
 * Follows the batch from the inputs to the outputs, node by node. Where there are several readings of a reshaped tensor,
 * they are tried in turn. Throws the Standstill that came last in the graph, where none leads to the end.
 */
export function traceBatch(question: TraceQuestion): Trace {
  /** For each choice on the way, how many answers there were and which is tried. */
  const choices: { count: number; chosen: number }[] = []
  let furthest: { standstill: Standstill; nodes: number } | undefined
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    let asked = 0
    const choose = (count: number) => {
      const known = choices[asked]
      asked += 1
      if (known !== undefined) return known.chosen
      choices.push({ count, chosen: 0 })
      return 0
    }
    const progress = { nodes: 0 }
    try {
      return attemptTrace(question, choose, progress)
    } catch (error) {
      if (!(error instanceof Standstill)) throw error
      if (furthest === undefined || progress.nodes > furthest.nodes) {
        furthest = { standstill: error, nodes: progress.nodes }
      }
    }
    if (!advance(choices)) break
  }
  throw furthest?.standstill ?? new Standstill(undefined, 'cannot be followed')
}

/** Turns to the next answer of the last choice that has one left. */
function advance(choices: { count: number; chosen: number }[]): boolean {
  for (let last = choices.pop(); last !== undefined; last = choices.pop()) {
    if (last.chosen + 1 >= last.count) continue
    choices.push({ count: last.count, chosen: last.chosen + 1 })
    return true
  }
  return false
}

function attemptTrace(
  { graph, facts, batch, inputs, allFixed, opset }: TraceQuestion,
  choose: TraceState['choose'],
  progress: { nodes: number },
): Trace {
  const followed = new Map<string, Followed>([...inputs].map(([name, place]) => [name, { place }]))
  const state: TraceState = { facts, batch, allFixed, opset, followed, edits: [], choose }
  for (const node of graph.nodes) {
    if (takenNames(node).some((name) => followed.has(name))) followNode(node, state)
    progress.nodes += 1
  }
  const places = new Map<string, BatchPlace>()
  for (const [name, { place }] of followed) if (place !== undefined) places.set(name, place)
  return { places, edits: state.edits }
}

function takenNames(node: EditableNode): readonly string[] {
  if (node.subgraphs.length === 0) return node.inputs
  return [...node.inputs, ...node.subgraphs.flatMap((subgraph) => [...usedNames(subgraph)])]
}

function followNode(node: EditableNode, state: TraceState): void {
  const view = new NodeView(node, state)
  if (node.subgraphs.length > 0) {
    if (node.type === 'If' && followed(node.inputs[0], state)) {
      view.refuse('takes one way or the other for the whole batch at once')
    }
    view.refuse('holds graphs of its own, into which the batch cannot be followed')
  }
  if (followSizes(view)) return
  ruleFor(node)(view)
  view.checkSizesTaken()
}

function followed(name: string | undefined, state: TraceState): boolean {
  return name !== undefined && state.followed.has(name)
}
