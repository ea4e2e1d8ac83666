import { formatBytes, formatCount } from '../../../contract/quantity.ts'
import { checkGraph } from './check-graph.ts'
import {
  elements,
  forEachNode,
  forEachTensor,
  functionKey,
  type Graph,
  type GraphNode,
  type GraphTensor,
  type ModelGraph,
  tensorBytes,
} from './graph.ts'
import { MalformedMessage } from './message-fields.ts'
import { longList, shortened } from './tensor-fields.ts'

/** An input or output of more elements than this, where its shape is fixed, cannot be run anywhere: it is a damaged size. */
const mostElements = 2 ** 40

/**
 * Throws a MalformedMessage when parts that every model has are missing or cannot be; else gives the graph. Values of
 * tensors that are not as many as the tensor's shape asks for are dropped.
 */
export function checkModel(model: ModelGraph, bytes: number): Graph {
  const { graph } = model
  if (graph === undefined) throw new MalformedMessage('it has no graph')
  if (graph.nodes.length === 0) throw new MalformedMessage('its graph has no nodes')
  if (graph.outputs.length === 0) throw new MalformedMessage('its graph has no outputs')
  if (model.irVersion < 1) throw new MalformedMessage('it does not say its format version')
  // Models of IR version 1 and 2 had no operator set imports.
  if (model.irVersion >= 3 && model.opsets.length === 0) {
    throw new MalformedMessage('it does not say which operators it uses')
  }
  checkValues(graph)
  const check = (tensor: GraphTensor) => checkTensor(tensor, bytes)
  forEachTensor(graph, check)
  dropLongLists(graph.nodes)
  for (const { nodes } of model.functions) {
    forEachTensor({ nodes }, check)
    dropLongLists(nodes)
  }
  checkFunctions(model)
  checkGraph(graph)
  return graph
}

function checkValues({ inputs, outputs }: Graph): void {
  for (const [what, list] of [
    ['input', inputs],
    ['output', outputs],
  ] as const) {
    list.forEach(({ name, shape }, index) => {
      if (name === '') throw new MalformedMessage(`its ${what} ${index + 1} has no name`)
      if (/\p{Cc}/u.test(name)) {
        throw new MalformedMessage(`the name of its ${what} ${index + 1} has characters that cannot be shown`)
      }
      const size = shape.reduce<number>(
        (product, dimension) => (typeof dimension === 'number' ? product * dimension : product),
        1,
      )
      if (size > mostElements) {
        throw new MalformedMessage(
          `its ${what} "${shortened(name)}" has ${formatCount(size)} elements, more than any machine can hold`,
        )
      }
    })
  }
}

function checkTensor(tensor: GraphTensor, bytes: number): void {
  const count = elements(tensor)
  const name = tensor.name === '' ? 'constant without a name' : `initializer "${shortened(tensor.name)}"`
  if (!Number.isSafeInteger(count)) throw new MalformedMessage(`its ${name} has a shape beyond all sizes`)
  if (tensor.values === longList || tensor.values?.length !== count) tensor.values = undefined
  if (tensor.external === undefined) {
    // No element takes less than a quarter of a byte, in whatever encoding.
    if (count > bytes * 4) throw new MalformedMessage(`its ${name} is larger than the file`)
    return
  }
  tensor.values = undefined
  const { length, location } = tensor.external
  if (location === '')
    throw new MalformedMessage(`its ${name} is in another file, but it is not said in which`)
  const needed = tensorBytes(tensor)
  if (length !== undefined && length < needed) {
    throw new MalformedMessage(
      `its ${name} has ${formatBytes(length)} of external data, where its shape needs ${formatBytes(needed)}`,
    )
  }
}

function dropLongLists(nodes: readonly GraphNode[]): void {
  forEachNode(nodes, ({ attributes }) => {
    for (const attribute of attributes) {
      if (attribute.integers === longList) attribute.integers = undefined
      if (attribute.reals === longList) attribute.reals = undefined
    }
  })
}

/** Throws a MalformedMessage when a function of the model calls itself, directly or through others. */
function checkFunctions({ functions }: ModelGraph): void {
  const waitsFor = new Map(functions.map((called) => [functionKey(called), new Set<string>()]))
  const callers = new Map<string, string[]>()
  for (const called of functions) {
    const caller = functionKey(called)
    const callees = waitsFor.get(caller)
    forEachNode(called.nodes, (node) => {
      const callee = functionKey({ ...node, name: node.type })
      if (!waitsFor.has(callee) || callees?.has(callee) === true) return
      callees?.add(callee)
      const known = callers.get(callee)
      if (known === undefined) callers.set(callee, [caller])
      else known.push(caller)
    })
  }
  // Functions that call nothing end; then those end that call nothing else; what is left calls itself.
  const ending = [...waitsFor].filter(([, callees]) => callees.size === 0).map(([key]) => key)
  for (let key = ending.pop(); key !== undefined; key = ending.pop()) {
    waitsFor.delete(key)
    for (const caller of callers.get(key) ?? []) {
      const callees = waitsFor.get(caller)
      callees?.delete(key)
      if (callees?.size === 0) ending.push(caller)
    }
  }
  const endless = functions.find((called) => waitsFor.has(functionKey(called)))
  if (endless !== undefined) {
    const name = shortened(endless.name)
    throw new MalformedMessage(`its function "${name}" never ends: its calls lead back to themselves`)
  }
}
