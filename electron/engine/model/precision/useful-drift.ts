import type { OutputDrift } from '../../../contract/output-drift.ts'
import type { Graph, GraphNode } from '../reading/graph.ts'

/**
 * Outputs of real numbers may drift this far before a converted model is refused: the error's norm over that of the
 * output, and the angle between both. These are where a model is of no use at all, not where it is good: how much drift
 * is too much for a purpose is for its users to say, who are shown it.
 */
export const mostRelativeDrift = 0.3
export const leastCosine = 0.9

/**
 * What a sigmoid has made lies between 0 and 1. Where made-up inputs bring nothing to light, it is near 0 all over, and a
 * relative error of that says nothing: up to this difference it is the same answer.
 */
export const sameProbability = 0.05

/** True for a drift that leaves an output of use. */
export function isUseful(
  { relative, cosine, maxAbsolute }: Pick<OutputDrift, 'relative' | 'cosine' | 'maxAbsolute'>,
  isProbability: boolean,
): boolean {
  if (isProbability && maxAbsolute <= sameProbability) return true
  return (relative ?? 0) <= mostRelativeDrift && (cosine ?? 1) >= leastCosine
}

/** Operators that leave values what they are. */
const carriers = new Set(['Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Flatten'])

/** The outputs of a graph that a sigmoid makes. */
export function probabilities({ nodes, outputs }: Graph): Set<string> {
  const makers = new Map<string, GraphNode>()
  for (const node of nodes) for (const name of node.outputs) makers.set(name, node)
  const isProbability = (name: string): boolean => {
    const passed = new Set<GraphNode>()
    let maker = makers.get(name)
    while (maker !== undefined && carriers.has(maker.type) && !passed.has(maker)) {
      passed.add(maker)
      maker = makers.get(maker.inputs[0] ?? '')
    }
    return maker?.type === 'Sigmoid' || maker?.type === 'HardSigmoid'
  }
  return new Set(outputs.map(({ name }) => name).filter(isProbability))
}
