import type { NodeView } from '../node-view.ts'
import { combination, constantEntry, follows, type SizeEntry } from '../size-entry.ts'

/** Inputs that are sizes or settings rather than the data that a node works on, by operator. */
const settingInputs: Record<string, readonly number[]> = {
  Reshape: [1],
  Expand: [1],
  Tile: [1],
  ConstantOfShape: [0],
  Range: [0, 1, 2],
  Resize: [1, 2, 3],
  Upsample: [1],
  Slice: [1, 2, 3, 4],
  Pad: [1, 2, 3],
  Split: [1],
  TopK: [1],
  OneHot: [1, 2],
  Squeeze: [1],
  Unsqueeze: [1],
  AffineGrid: [1],
  CenterCropPad: [1],
}

/**
 * Follows the batch size itself through what models compute with sizes: the shape of a tensor, its elements, products
 * of them. False where the node works on something else.
 */
export function followSizes(view: NodeView): boolean {
  const { node } = view
  if (node.domain !== '') return false
  if (node.type === 'Shape' || node.type === 'Size') return followShape(view)
  const settings = settingInputs[node.type] ?? []
  const data = [...node.inputs.keys()].filter((index) => !settings.includes(index))
  if (!data.some((index) => view.hasEntries(index))) return false
  if (data.some((index) => view.operand(index)?.place !== undefined)) {
    view.refuse('computes with the batch size itself')
  }
  const result = resultOf(view)
  if (result === undefined) view.refuse('computes with the batch size in a way that cannot be followed')
  result.forEach((entries, index) => view.giveEntries(index, entries))
  return true
}

function followShape(view: NodeView): boolean {
  const { node } = view
  const { shape, place } = view.needed(0)
  if (place === undefined) {
    // The shape of a vector of sizes does not depend on the sizes.
    view.sizes(0)
    return true
  }
  const times = place.outer * place.inner
  if (node.type === 'Size') {
    const value = shape.reduce((all, size) => all * size, 1)
    view.giveEntries(0, [{ value, times: value / view.batch }])
    return true
  }
  const entries = shape.map((value, axis): SizeEntry =>
    axis === place.axis ? { value, times } : constantEntry(value),
  )
  view.giveEntries(0, entries.slice(node.integer('start') ?? 0, node.integer('end')))
  return true
}

/** The elements of each output; undefined where they cannot be told. */
function resultOf(view: NodeView): (readonly SizeEntry[])[] | undefined {
  const { node } = view
  const first = view.sizes(0)
  if (first === undefined) return undefined
  switch (node.type) {
    case 'Identity':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
    case 'Flatten':
      return [first]
    case 'Cast':
    case 'Floor':
    case 'Ceil':
    case 'Round':
      return [first.map((entry) => (isWhole(entry) ? entry : { ...entry, times: NaN }))]
    case 'Neg':
      return [first.map(({ value, times }) => sized(-value, times === undefined ? undefined : -times))]
    case 'Gather': {
      const indices = view.constants(1, '')
      return indices && [indices.map((index) => first.at(index) ?? constantEntry(NaN))]
    }
    case 'Slice':
      return sliced(view, first)
    case 'Concat': {
      const parts = [...node.inputs.keys()].map((index) => view.sizes(index))
      return parts.some((part) => part === undefined) ? undefined : [parts.flatMap((part) => part ?? [])]
    }
    case 'Split': {
      let start = 0
      return [...node.outputs.keys()].map((index) => {
        const end = start + (view.outputShape(index)[0] ?? 0)
        const part = first.slice(start, end)
        start = end
        return part
      })
    }
    case 'ReduceProd':
      return view.outputShape().reduce((all, size) => all * size, 1) === 1 ? [[productOf(first)]] : undefined
    case 'Where': {
      const [yes, no] = [view.sizes(1), view.sizes(2)]
      if (yes === undefined || no === undefined || first.some(follows)) return undefined
      const length = Math.max(first.length, yes.length, no.length)
      return [Array.from({ length }, (_, i) => at(at(first, i).value === 0 ? no : yes, i))]
    }
    default:
      return combined(view, first)
  }
}

function combined(view: NodeView, first: readonly SizeEntry[]): SizeEntry[][] | undefined {
  const combine = combination(view.node.type)
  const second = view.sizes(1)
  if (combine === undefined || second === undefined || view.node.inputs.length !== 2) return undefined
  const length = Math.max(first.length, second.length)
  const seen = view.outputNumbers()
  if (seen?.length !== length) return undefined
  return [seen.map((value, i) => sized(value, combine(at(first, i), at(second, i))))]
}

function sliced(view: NodeView, first: readonly SizeEntry[]): SizeEntry[][] | undefined {
  const starts = view.constants(1, 'starts')
  const ends = view.constants(2, 'ends')
  const [step = 1] = view.constants(4, 'steps') ?? []
  if (starts?.length !== 1 || ends?.length !== 1 || step !== 1) return undefined
  return [first.slice(starts[0], ends[0])]
}

function productOf(entries: readonly SizeEntry[]): SizeEntry {
  const multiply = combination('Mul')
  return entries.reduce((a, b) => sized(a.value * b.value, multiply?.(a, b)), constantEntry(1))
}

function sized(value: number, times: number | undefined): SizeEntry {
  return times === undefined ? { value } : { value, times }
}

function isWhole({ value, times }: SizeEntry): boolean {
  return times === undefined || (Number.isInteger(times) && Number.isInteger(value))
}

/** One element stands for all. */
function at(entries: readonly SizeEntry[], index: number): SizeEntry {
  return entries[entries.length === 1 ? 0 : index] ?? constantEntry(NaN)
}
