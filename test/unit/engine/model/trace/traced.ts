import type { Dimension, ModelDescription } from '../../../../../electron/contract/model.ts'
import { GraphBuilder, type AttributeValue } from '../../../../../resources/models/onnx-writer.ts'
import { describeGraph } from '../described.ts'

/** Adds nodes that read `x`, and gives the name of the result. */
export type Build = (graph: GraphBuilder) => string

/** Weights of that shape. */
export const zeros = (graph: GraphBuilder, name: string, dims: readonly number[]) =>
  graph.initializer(name, dims, new Float32Array(dims.reduce((product, size) => product * size, 1)))

/** A model of one input `x` without names, whose output has the given number of open dimensions. */
export async function traced(
  shape: readonly Dimension[],
  rank: number,
  build: Build,
): Promise<ModelDescription> {
  const graph = new GraphBuilder('traced')
  graph.input('x', 'float32', shape)
  graph.node('Identity', [build(graph)], {}, 'y')
  graph.output(
    'y',
    'float32',
    Array.from({ length: rank }, () => null),
  )
  return describeGraph(graph, { opset: 17 })
}

/** One node on `x`, with further inputs. */
export const node =
  (
    type: string,
    attributes: Record<string, AttributeValue> = {},
    more: (graph: GraphBuilder) => string[] = () => [],
  ): Build =>
  (graph) =>
    graph.node(type, ['x', ...more(graph)], attributes)

/** An input of integers for `node`. */
export const integers = (name: string, value: number | readonly number[]) => (graph: GraphBuilder) => [
  graph.integers(name, value),
]

/** The sizes of x at some axes, as exporters read them: Shape, Gather, Unsqueeze. */
export function sizesOf(graph: GraphBuilder, value: string, axes: readonly (number | 'rest')[]): string {
  const shape = graph.node('Shape', [value])
  const parts = axes.map((axis, index) => {
    if (axis === 'rest') return graph.integers(`rest_${index}`, [-1])
    const size = graph.node('Gather', [shape, graph.integers(`at_${index}`, axis)], { axis: 0 })
    return graph.node('Unsqueeze', [size, graph.integers(`front_${index}`, [0])])
  })
  return graph.node('Concat', parts, { axis: 0 })
}
