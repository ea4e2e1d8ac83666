import type { EditableModel } from '../edit/editable-model.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { Constants } from './constants.ts'
import { notConvertible, type PrecisionContext } from './precision-context.ts'
import { IntegerNodes } from './integer-nodes.ts'
import { countedOperators, keptSentences } from './precision-sentences.ts'
import { findQuantisable, type Quantisable } from './quantisable.ts'
import { quantiseWeight, type QuantisedWeight } from './quantise.ts'
import { raiseOpset } from './raise-opset.ts'
import { StoredWeights } from './stored-weights.ts'
import { valueTypes } from './value-types.ts'

/** Weights that lose more than this are left alone: a few large elements then coarsen all others of their channel. */
const mostRelativeError = 0.05

/** DynamicQuantizeLinear came with this one. */
const integerOpset = 11
/** `Mul` spreads its inputs from here on. */
const storedOpset = 7

/** Holds weights in 8 bits, and with `int8` computes on them. */
export async function toQuantised(
  model: EditableModel,
  kind: 'int8' | 'int8-weights',
  constants: Constants,
  { description }: Pick<PrecisionContext, 'description'>,
): Promise<string[]> {
  const { graph } = model
  const integers = kind === 'int8'
  const { found, kept } = findQuantisable(graph, valueTypes(graph), constants, integers)
  const quantised = await quantiseAll(found, kept, constants)
  if (quantised.length === 0) {
    if (description.quantisation !== undefined) throw notConvertible('The model is quantised already.')
    throw notConvertible(
      `There is no convolution or matrix product in FP32 with a constant weight that could ${integers ? 'compute on' : 'be held in'} 8 bits.`,
      keptSentences(kept)[0],
    )
  }
  const raised = integers ? raiseOpset(model, integerOpset, constants) : undefined
  if (model.opset < storedOpset) {
    throw notConvertible(
      `The model is written in operator set ${model.opset}; 8-bit weights need ${storedOpset} or newer.`,
      'Export the model with a newer operator set.',
    )
  }
  const replacement = new Map<EditableNode, readonly EditableNode[]>()
  // In the graph's order: what is made for one node is there for those behind it.
  const integerNodes = new IntegerNodes(model, constants)
  const stored = new StoredWeights(model, constants)
  for (const each of quantised)
    replacement.set(each.node, integers ? await integerNodes.replace(each) : stored.use(each))
  graph.nodes = [...stored.nodes, ...graph.nodes.flatMap((node) => replacement.get(node) ?? [node])]
  constants.settle(new Set(quantised.flatMap(({ node, weight }) => [weight.name, ...node.inputs.slice(2)])))
  const { text, count } = countedOperators(quantised.map(({ node }) => node))
  const [hold, compute] = count === 1 ? ['holds its weights', 'computes'] : ['hold their weights', 'compute']
  return [
    integers
      ? `${text} ${compute} on 8-bit integers: weights with a scale for each channel, and inputs with one that is found as they come, so that the other items of a batch have a slight influence.`
      : `${text} ${hold} in 8 bits, with a scale for each channel, and ${compute} in FP32.`,
    ...keptSentences(kept),
    ...(raised === undefined ? [] : [raised]),
  ]
}

/** A node whose weight was rounded to 8 bits. */
export interface Quantised extends Quantisable {
  quantised: QuantisedWeight
}

/** Rounds the weights; nodes whose weights lose too much are put to `kept`. */
async function quantiseAll(
  found: readonly Quantisable[],
  kept: Map<EditableNode, string>,
  constants: Constants,
): Promise<Quantised[]> {
  const known = new Map<string, QuantisedWeight | undefined>()
  const all: Quantised[] = []
  for (const each of found) {
    const { node, weight, axis } = each
    const key = `${axis} ${weight.name}`
    if (!known.has(key)) {
      const floats = await constants.floats(weight)
      const rest = (elements: number) => constants.rest(elements)
      known.set(key, await quantiseWeight(floats, weight.dims, axis, rest))
    }
    const quantised = known.get(key)
    if (quantised !== undefined && quantised.relativeError <= mostRelativeError)
      all.push({ ...each, quantised })
    else kept.set(node, 'a few large weights would leave too few steps for the others')
  }
  return all
}
