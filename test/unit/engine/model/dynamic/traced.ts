import { along, type BatchPlace } from '../../../../../electron/engine/model/dynamic/batch-place.ts'
import { factsOf } from '../../../../../electron/engine/model/dynamic/concrete-facts.ts'
import { setBatchFree, type FreedModel } from '../../../../../electron/engine/model/dynamic/set-batch-free.ts'
import { EditableModel } from '../../../../../electron/engine/model/edit/editable-model.ts'
import type { OutputValue } from '../../../../../electron/contract/host-protocol.ts'
import { BatchscopeError } from '../../../../../electron/contract/failure.ts'
import { encodeModel, GraphBuilder, type ModelOptions } from '../../../../../resources/models/onnx-writer.ts'

/** What a run would have shown of a value: its shape, and its elements where they are whole numbers. */
export interface Seen {
  shape: number[]
  numbers?: number[]
}

export interface SmallModel {
  /** Shapes of the inputs; the batch is the dimension given by `axes`, 0 by default. */
  inputs: Record<string, number[]>
  axes?: Record<string, number>
  outputs: string[]
  /** What every value in between would be seen to be. */
  seen: Record<string, Seen | number[]>
  build(graph: GraphBuilder): void
  options?: ModelOptions
  batch?: number
  /** True where inputs have open dimensions. */
  open?: boolean
}

/** Sets the batch of a small model free without running anything: what a run would show is given. */
export function freed(small: SmallModel): { model: EditableModel } & FreedModel {
  const { inputs, axes = {}, outputs, seen, build, options, batch = 1, open = false } = small
  const graph = new GraphBuilder('small')
  for (const [name, shape] of Object.entries(inputs)) graph.input(name, 'float32', shape)
  build(graph)
  const values = Object.entries(seen).map(([name, value]): OutputValue => {
    const { shape, numbers } = Array.isArray(value) ? { shape: value } : value
    return {
      name,
      shape,
      type: numbers === undefined ? 'float32' : 'int64',
      values: numbers === undefined ? new Float32Array() : BigInt64Array.from(numbers, BigInt),
    }
  })
  const shapeOf = new Map(values.map(({ name, shape }) => [name, shape]))
  for (const name of outputs) graph.output(name, 'float32', shapeOf.get(name) ?? [])
  const model = EditableModel.open(encodeModel(graph, options))
  const fed = Object.entries(inputs).map(([name, shape]) => ({ name, shape }))
  // Reals are looked at only where they are few; sizes are told by `numbers`.
  const facts = factsOf(
    model.graph,
    fed,
    values.map((value) => (value.type === 'float32' ? { ...value, type: 'float16' } : value)),
  )
  const batchAxes = new Map(
    Object.keys(inputs).flatMap((name) => {
      const axis = axes[name] ?? 0
      return axis < 0 ? [] : [[name, axis] as const]
    }),
  )
  return { model, ...setBatchFree({ model, facts, batch, batchAxes, allFixed: !open }) }
}

/** Why the batch cannot be set free. */
export function refusalOf(small: SmallModel): string {
  try {
    freed(small)
  } catch (error) {
    if (error instanceof BatchscopeError && error.failure.code === 'not-convertible') return error.message
    throw error
  }
  throw new Error('It was not refused.')
}

/** The elements of a small input of a node, by the node's type. */
export function numbersInto(model: EditableModel, type: string, index: number): number[] | undefined {
  const node = model.graph.nodes.find((each) => each.type === type)
  const name = node?.inputs[index]
  return model.graph.initializers.find((tensor) => tensor.name === name)?.integers()
}

export const pure = (axis = 0): BatchPlace => along(axis)
