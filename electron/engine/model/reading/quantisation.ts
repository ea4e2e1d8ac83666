import type { ModelDescription } from '../../../contract/model.ts'
import { constantTensor, forEachNode, type GraphNode } from './graph.ts'
import type { ReadModel } from './read-graph.ts'

/** Operators that take activations as integers with scales known beforehand, besides those named `QLinear...`. */
const integerOperators = new Set(['QGemm', 'QAttention', 'QEmbedLayerNormalization', 'QMoE'])

/** Operators that quantise activations as they run, or that compute on what was so quantised. */
const dynamicOperators = new Set([
  'DynamicQuantizeLinear',
  'DynamicQuantizeMatMul',
  'DynamicQuantizeLSTM',
  'MatMulInteger',
  'MatMulInteger16',
  'MatMulIntegerToFloat',
  'ConvInteger',
])

/** Operators that keep their weights in few bits and compute on reals. */
const weightOperators = new Set(['MatMulNBits', 'MatMulBnb4', 'MatMulFpQ4', 'GatherBlockQuantized'])

/**
 * How a model computes in few bits, judged by its operators alone; undefined where it does not. Where ways are mixed,
 * the one that says most about how it runs: integer operators before dynamic ones, those before quantise and dequantise
 * around ordinary operators, and weights that are merely stored in few bits last.
 */
export function findQuantisation(model: ReadModel): ModelDescription['quantisation'] {
  const types = new Set<string>()
  const stored = new Set(model.graph.initializers.map(({ name }) => name))
  const dequantised: GraphNode[] = []
  for (const nodes of [model.graph.nodes, ...model.functions.map((each) => each.nodes)]) {
    forEachNode(nodes, (node) => {
      types.add(node.type)
      if (node.type === 'DequantizeLinear') dequantised.push(node)
      for (const { graphs } of node.attributes) {
        for (const { initializers } of graphs) for (const { name } of initializers) stored.add(name)
      }
      if (constantTensor(node) !== undefined) for (const name of node.outputs) stored.add(name)
    })
  }
  const has = (set: ReadonlySet<string>) => [...types].some((type) => set.has(type))
  if ([...types].some((type) => type.startsWith('QLinear')) || has(integerOperators)) return 'qoperator'
  if (has(dynamicOperators)) return 'dynamic'
  if (types.has('QuantizeLinear') && dequantised.length > 0) return 'qdq'
  const weightsOnly = dequantised.some(({ inputs }) => stored.has(inputs[0] ?? ''))
  return weightsOnly || has(weightOperators) ? 'weights' : undefined
}
