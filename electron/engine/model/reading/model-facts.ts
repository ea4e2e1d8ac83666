import type { ModelDescription } from '../../../contract/model.ts'
import { elements, forEachNode, forEachTensor, tensorBytes, type GraphTensor } from './graph.ts'
import type { ReadModel } from './read-graph.ts'
import { elementType } from './tensor-types.ts'

/** Characters of a model's documentation that are shown. */
const mostText = 4000
/** Characters of a metadata value, and entries of metadata, that are shown. */
const mostValue = 1000
const mostEntries = 100
/** Functions that are listed. */
const mostFunctions = 1000

/** What the model says of itself; empty where it says nothing. */
export function aboutModel({
  domain,
  modelVersion = 0,
  doc,
  metadata,
}: ReadModel): Pick<ModelDescription, 'about'> {
  const entries = metadata.filter(({ key, value }) => key !== '' || value !== '')
  if (domain === '' && modelVersion === 0 && doc.trim() === '' && entries.length === 0) return {}
  return {
    about: {
      ...(domain === '' ? {} : { domain }),
      // Writers put 0 where nobody gave it a version.
      ...(modelVersion === 0 ? {} : { version: modelVersion }),
      ...(doc.trim() === '' ? {} : { text: cut(doc.trim(), mostText) }),
      metadata: entries
        .slice(0, mostEntries)
        .map(({ key, value }) => ({ key: cut(key, mostValue), value: cut(value, mostValue) })),
    },
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** Parameters and bytes of all weights, in all and by element type. */
export function countWeights(
  model: ReadModel,
): Pick<ModelDescription, 'parameters' | 'parameterBytes' | 'weights'> {
  const byType = new Map<string, NonNullable<ModelDescription['weights']>[number]>()
  const count = (tensor: GraphTensor) => {
    const { type } = elementType(tensor.dataType)
    const known = byType.get(type) ?? { type, parameters: 0, bytes: 0 }
    known.parameters += elements(tensor)
    known.bytes += tensorBytes(tensor)
    byType.set(type, known)
  }
  forEachTensor(model.graph, count)
  for (const { nodes } of model.functions) forEachTensor({ nodes }, count)
  const weights = [...byType.values()].sort((a, b) => b.bytes - a.bytes || b.parameters - a.parameters)
  return {
    parameters: weights.reduce((sum, { parameters }) => sum + parameters, 0),
    parameterBytes: weights.reduce((sum, { bytes }) => sum + bytes, 0),
    weights,
  }
}

/** Nodes and operators of the graph, its subgraphs and functions, each function counted once. */
export function countNodes(
  model: ReadModel,
): Pick<ModelDescription, 'nodes' | 'operators' | 'subgraphs' | 'functions'> {
  const operators = new Map<string, ModelDescription['operators'][number]>()
  let nodes = 0
  let subgraphs = 0
  for (const list of [model.graph.nodes, ...model.functions.map((each) => each.nodes)]) {
    forEachNode(list, ({ type, domain, attributes }) => {
      nodes += 1
      for (const { graphs } of attributes) subgraphs += graphs.length
      const key = `${domain}\n${type}`
      const known = operators.get(key)
      if (known === undefined) operators.set(key, { type, domain, count: 1 })
      else known.count += 1
    })
  }
  const mostFirst = [...operators.values()].sort(
    (a, b) => b.count - a.count || a.type.localeCompare(b.type, 'en'),
  )
  const functions = model.functions
    .slice(0, mostFunctions)
    .map(({ name, domain, nodes: own }) => ({ name, domain, nodes: own.length }))
  return {
    nodes,
    operators: mostFirst,
    ...(subgraphs === 0 ? {} : { subgraphs }),
    ...(functions.length === 0 ? {} : { functions }),
  }
}
