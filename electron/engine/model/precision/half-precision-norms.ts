import type { EditableGraph } from '../edit/editable-graph.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { Makers, Readers } from './graph-links.ts'
import { inNorm } from './half-precision-hindrances.ts'
import { readsOnlyShape } from './half-precision-rules.ts'

/**
 * Gives the scale and shift at the end of a written-out layer norm the type that ONNX Runtime sees at its beginning. Its
 * fusion takes a cast in front that only the norm reads for a part of the norm, and then wants scale and shift in the
 * type before the cast; a model where they differ is refused when it is loaded.
 */
export function alignNorms(
  graph: EditableGraph,
  { half, kept }: { half: Set<EditableNode>; kept: Map<EditableNode, string> },
  makers: Makers,
  readers: Readers,
): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  for (const divide of graph.nodes) {
    if (divide.type !== 'Div' || kept.get(divide) !== inNorm) continue
    const [scale] = readers.get(divide) ?? []
    const [shift] = scale === undefined ? [] : (readers.get(scale) ?? [])
    const centre = makers.get(divide.inputs[0] ?? '')
    const [input = ''] = centre?.inputs ?? []
    const source = makers.get(input)
    if (scale === undefined || shift === undefined || centre?.type !== 'Sub' || source === undefined) continue
    if (kept.get(scale) !== inNorm || kept.get(shift) !== inNorm) continue
    const others = (readers.get(source) ?? []).filter(
      (reader) =>
        !half.has(reader) && !readsOnlyShape(reader) && !['Sub', 'ReduceMean'].includes(reader.type),
    )
    if (!half.has(source) || others.length > 0 || outputs.has(input)) continue
    for (const node of [scale, shift]) {
      half.add(node)
      kept.delete(node)
    }
  }
}
