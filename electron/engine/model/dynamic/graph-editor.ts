import type { EditableModel } from '../edit/editable-model.ts'
import { EditableNode } from '../edit/editable-node.ts'
import { EditableTensor } from '../edit/editable-tensor.ts'
import { isPure, type BatchPlace } from './batch-place.ts'

/** Larger than any dimension: where a slice shall go to the end. */
export const endOfAxis = 2_147_483_647

/** Applies planned changes to a graph. Nodes that are added are put in place by `finish`. */
export class GraphEditor {
  readonly model: EditableModel
  readonly #batchInput: { name: string; axis: number }
  readonly #batch: number
  readonly #front: EditableNode[] = []
  readonly #before = new Map<EditableNode, EditableNode[]>()
  readonly #made = new Map<string, string>()

  /** `batchInput` is an input of the graph whose `axis` is the batch and nothing else; `batch` the fixed size. */
  constructor(model: EditableModel, batchInput: { name: string; axis: number }, batch: number) {
    this.model = model
    this.#batchInput = batchInput
    this.#batch = batch
  }

  /** The name of a vector of whole numbers. */
  vector(values: readonly number[], type: 'int32' | 'int64' = 'int64'): string {
    return this.#once(`${type} ${values.join()}`, () => {
      const name = this.model.freeName('batchscope_sizes')
      const tensor = EditableTensor.integers(name, values, type)
      const { graph } = this.model
      // Before version 4 every initializer had to be an input, too.
      if (this.model.irVersion >= 4) graph.initializers = [...graph.initializers, tensor]
      else {
        const node = EditableNode.make('Constant', [], [name], name)
        tensor.name = ''
        node.setTensor('value', tensor)
        this.#front.push(node)
      }
      return name
    })
  }

  /** The name of a vector of one element: the batch size, `times` over. */
  batchSize(times = 1): string {
    return this.#once(`batch ${times}`, () => {
      const { name, axis } = this.#batchInput
      if (times !== 1) return this.#inFront('Mul', [this.batchSize(), this.vector([times])])
      const shape = this.#inFront('Shape', [name])
      return this.#inFront('Gather', [shape, this.vector([axis])])
    })
  }

  /**
   * Sizes like those that `name` holds, but with `replacement` (a vector of one element) at `index`. `known` are its
   * elements where they may be written down.
   */
  withSize(node: EditableNode, name: string, { length, index, replacement, known }: SizeReplacement): string {
    const part = (from: number, to: number) => {
      if (from >= to) return []
      if (known !== undefined) return [this.vector(known.slice(from, to))]
      return [this.#sliced(node, name, from, to, 0)]
    }
    const parts = [...part(0, index), replacement, ...part(index + 1, length)]
    if (parts.length === 1) return replacement
    return this.#beforeNode(node, 'Concat', parts, (concat) => concat.setInteger('axis', 0))
  }

  /** A value that has the batch at `place`, every sample of it being what `name` holds for the fixed batch. */
  repeated(node: EditableNode, name: string, shape: readonly number[], place: BatchPlace): string {
    const { axis, inner } = place
    return this.#once(`repeated ${name} ${axis} ${inner}`, () => {
      const one = this.#batch === 1 ? name : this.#sliced(node, name, 0, inner, axis)
      const parts = [
        ...(axis > 0 ? [this.vector(Array<number>(axis).fill(1))] : []),
        this.batchSize(),
        ...(axis + 1 < shape.length ? [this.vector(Array<number>(shape.length - axis - 1).fill(1))] : []),
      ]
      const counts =
        parts.length === 1
          ? this.batchSize()
          : this.#beforeNode(node, 'Concat', parts, (concat) => concat.setInteger('axis', 0))
      return this.#beforeNode(node, isPure(place) ? 'Expand' : 'Tile', [one, counts])
    })
  }

  /** Puts the added nodes into the graph, and takes out weights that nobody needs any more. */
  finish(wereUsed: ReadonlySet<string>, areUsed: (model: EditableModel) => ReadonlySet<string>): void {
    const { graph } = this.model
    graph.nodes = [
      ...this.#front,
      ...graph.nodes.flatMap((node) => [...(this.#before.get(node) ?? []), node]),
    ]
    const used = areUsed(this.model)
    const fed = new Set(graph.inputs.map(({ name }) => name))
    const kept = graph.initializers.filter(
      ({ name }) => !wereUsed.has(name) || used.has(name) || fed.has(name),
    )
    if (kept.length < graph.initializers.length) graph.initializers = kept
  }

  #sliced(node: EditableNode, name: string, from: number, to: number, axis: number): string {
    if (this.model.opset >= 10) {
      return this.#beforeNode(node, 'Slice', [
        name,
        ...[[from], [to], [axis]].map((values) => this.vector(values)),
      ])
    }
    return this.#beforeNode(node, 'Slice', [name], (slice) => {
      slice.setIntegers('starts', [from])
      slice.setIntegers('ends', [to])
      slice.setIntegers('axes', [axis])
    })
  }

  #once(key: string, make: () => string): string {
    const made = this.#made.get(key) ?? make()
    this.#made.set(key, made)
    return made
  }

  #inFront(type: string, inputs: readonly string[]): string {
    const node = this.#node(type, inputs)
    this.#front.push(node)
    return node.outputs[0] ?? ''
  }

  #beforeNode(
    node: EditableNode,
    type: string,
    inputs: readonly string[],
    set: (made: EditableNode) => void = () => {},
  ): string {
    const made = this.#node(type, inputs)
    set(made)
    this.#before.set(node, [...(this.#before.get(node) ?? []), made])
    return made.outputs[0] ?? ''
  }

  #node(type: string, inputs: readonly string[]): EditableNode {
    const name = this.model.freeName(`batchscope_${type.toLowerCase()}`)
    return EditableNode.make(type, inputs, [name], name)
  }
}

export interface SizeReplacement {
  length: number
  index: number
  replacement: string
  known?: readonly number[] | undefined
}
