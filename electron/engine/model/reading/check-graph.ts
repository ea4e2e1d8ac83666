import type { Graph, GraphNode } from './graph.ts'
import { MalformedMessage } from './message-fields.ts'
import { shortened } from './tensor-fields.ts'

/**
 * Throws a MalformedMessage where a graph is not put together as ONNX asks, and as ONNX Runtime insists on: each value
 * is given once, whatever is taken is given somewhere, and no node waits for itself. Looks into subgraphs, which may
 * take what the graphs around them give.
 */
export function checkGraph(graph: Graph, around: readonly ReadonlySet<string>[] = []): void {
  const given = givenValues(graph)
  const scopes = [new Set(given.keys()), ...around]
  const isGiven = (name: string) => scopes.some((scope) => scope.has(name))
  graph.nodes.forEach((node, index) => {
    if (node.type === '') throw new MalformedMessage(`its ${nodeTitle(node, index)} has no operator`)
    for (const name of node.inputs) {
      if (name === '' || isGiven(name)) continue
      throw new MalformedMessage(
        `its ${nodeTitle(node, index)} takes "${shortened(name)}", which nothing gives`,
      )
    }
    for (const { graphs } of node.attributes) for (const inner of graphs) checkGraph(inner, scopes)
  })
  for (const { name } of graph.outputs) {
    if (!isGiven(name)) throw new MalformedMessage(`its output "${shortened(name)}" is given by nothing`)
  }
  checkOrder(graph)
}

/** What a graph itself gives, with who gives it. */
function givenValues({ inputs, initializers, nodes }: Graph): Map<string, string> {
  const given = new Map<string, string>()
  const give = (name: string, giver: string) => {
    const known = given.get(name)
    if (known !== undefined) {
      throw new MalformedMessage(`its value "${shortened(name)}" is given twice: by ${known} and by ${giver}`)
    }
    given.set(name, giver)
  }
  inputs.forEach(({ name }, index) => give(name, `input ${index + 1}`))
  // Old models list initializers among the inputs.
  for (const { name } of initializers) if (!given.has(name)) given.set(name, 'an initializer')
  const nodeNames = new Set<string>()
  nodes.forEach((node, index) => {
    if (node.name !== '' && nodeNames.has(node.name)) {
      throw new MalformedMessage(`two of its nodes are called "${shortened(node.name)}"`)
    }
    nodeNames.add(node.name)
    for (const name of node.outputs) if (name !== '') give(name, nodeTitle(node, index))
  })
  return given
}

/** Throws a MalformedMessage when nodes wait for each other in a circle. Nodes need not be in order. */
function checkOrder({ nodes }: Graph): void {
  const makers = new Map(nodes.flatMap((node, index) => node.outputs.map((name) => [name, index] as const)))
  makers.delete('')
  const waiting = nodes.map(({ inputs }) => inputs.filter((name) => makers.has(name)).length)
  const takers = new Map<string, number[]>()
  nodes.forEach(({ inputs }, index) => {
    for (const name of inputs) {
      if (!makers.has(name)) continue
      const known = takers.get(name)
      if (known === undefined) takers.set(name, [index])
      else known.push(index)
    }
  })
  const ready = nodes.flatMap((_, index) => (waiting[index] === 0 ? [index] : []))
  let done = 0
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    done += 1
    for (const name of nodes[index]?.outputs ?? []) {
      for (const taker of takers.get(name) ?? []) {
        const left = (waiting[taker] ?? 0) - 1
        waiting[taker] = left
        if (left === 0) ready.push(taker)
      }
    }
  }
  if (done === nodes.length) return
  const stuck = waiting.findIndex((left) => left > 0)
  const node = nodes[stuck]
  if (node !== undefined) {
    throw new MalformedMessage(
      `its ${nodeTitle(node, stuck)} waits for its own result: the graph goes in a circle`,
    )
  }
}

/** `node "Conv_3" (Conv)`, or by its number in the graph. */
function nodeTitle({ name, type }: GraphNode, index: number): string {
  const title = name === '' ? `node ${index + 1}` : `node "${shortened(name)}"`
  return type === '' ? title : `${title} (${shortened(type)})`
}
