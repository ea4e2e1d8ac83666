import type { OutputValue } from '../../../contract/host-protocol.ts'
import type { TensorType } from '../../../contract/model.ts'
import { usedNames, type EditableGraph } from '../edit/editable-graph.ts'
import type { EditableModel } from '../edit/editable-model.ts'
import { EditableValue } from '../edit/editable-value.ts'
import type { EditableTensor } from '../edit/editable-tensor.ts'

/** What running the model at its fixed batch size showed, and what its weights say. */
export interface ConcreteFacts {
  shape(value: string): readonly number[] | undefined
  /** Elements of a small numeric tensor, row-major. */
  numbers(value: string): readonly number[] | undefined
  weight(value: string): EditableTensor | undefined
  /** Element type, of weights and of values that were looked at. */
  type(value: string): TensorType | undefined
}

/** Tensors of up to this many elements can be sizes that the model computes with. */
export const mostNumbers = 64

/** Operators whose results are no tensors, or lists of them: they cannot be looked at. */
const withoutTensors = new Set([
  ...['SequenceEmpty', 'SequenceConstruct', 'SequenceInsert', 'SequenceErase', 'SequenceMap'],
  ...['SplitToSequence', 'Optional', 'OptionalGetElement', 'ZipMap', 'DictVectorizer'],
])

/** A copy of a model that gives every value that any node takes as an output of its own. */
export function withEveryValueShown(model: EditableModel): EditableModel {
  const shown = model.clone()
  const { graph } = shown
  const used = usedNames(graph)
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const added = graph.nodes.flatMap((node) =>
    withoutTensors.has(node.type)
      ? []
      : node.outputs
          .filter((name) => used.has(name) && !outputs.has(name))
          .map((name) => EditableValue.named(name)),
  )
  graph.outputs = [...graph.outputs, ...added]
  return shown
}

/** A copy of a model that gives these values instead of its outputs. */
export function withValuesShown(model: EditableModel, names: readonly string[]): EditableModel {
  const shown = model.clone()
  shown.graph.outputs = names.map((name) => EditableValue.named(name))
  return shown
}

/** Puts together what the run showed (`values`, up to `mostNumbers` elements each), what was fed, and the weights. */
export function factsOf(
  graph: EditableGraph,
  fed: readonly { name: string; shape: readonly number[] }[],
  values: readonly OutputValue[],
): ConcreteFacts {
  const run = new Map(values.map((value) => [value.name, value]))
  const inputs = new Map(fed.map(({ name, shape }) => [name, shape]))
  const weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const read = new Map<string, readonly number[] | undefined>()
  const numbersOf = (name: string) => {
    const weight = weights.get(name)
    if (weight !== undefined) return weight.elements <= mostNumbers ? weight.numbers() : undefined
    const value = run.get(name)
    if (value === undefined || value.shape.reduce((all, size) => all * size, 1) > mostNumbers)
      return undefined
    return plainNumbers(value)
  }
  return {
    shape: (name) => weights.get(name)?.dims ?? run.get(name)?.shape ?? inputs.get(name),
    numbers(name) {
      if (!read.has(name)) read.set(name, numbersOf(name))
      return read.get(name)
    },
    weight: (name) => weights.get(name),
    type: (name) => weights.get(name)?.type ?? run.get(name)?.type,
  }
}

function plainNumbers({ type, values }: OutputValue): number[] | undefined {
  // Half precision comes as bits.
  if (['float16', 'bfloat16', 'string', 'int4', 'uint4', 'unknown'].includes(type)) return undefined
  return Array.from(values as ArrayLike<number | bigint>, Number)
}
