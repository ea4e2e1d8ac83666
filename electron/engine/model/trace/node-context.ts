import type { GraphNode, GraphTensor } from '../reading/graph.ts'
import type { Extent, Extents } from './extents.ts'

/** What the trace knows of a value between nodes. */
export interface TracedValue {
  /** Absent where even the number of dimensions is not known. */
  shape?: readonly Extent[]
  /** The numbers in it, row-major, where they are whole and few: shapes on their way to a Reshape. */
  elements?: readonly (Extent | undefined)[]
  /** Its numbers are below this size: positions along a dimension. */
  positionsIn?: Extent
  /** Set for weights and constants. */
  tensor?: GraphTensor
}

/** More numbers than a shape can have are not followed. */
export const mostElements = 64

/** One node in the hands of its rule. */
export class NodeContext {
  readonly node: GraphNode
  readonly extents: Extents
  readonly #inputs: readonly TracedValue[]

  constructor(node: GraphNode, inputs: readonly TracedValue[], extents: Extents) {
    this.node = node
    this.extents = extents
    this.#inputs = inputs
  }

  /** Nothing is known of an input left out. */
  input(slot: number): TracedValue {
    return this.#inputs[slot] ?? {}
  }

  shape(slot: number): readonly Extent[] | undefined {
    return this.input(slot).shape
  }

  has(slot: number): boolean {
    return (this.node.inputs[slot] ?? '') !== ''
  }

  get inputCount(): number {
    return this.node.inputs.length
  }

  /** `Conv "conv1"`, or `a Conv` where the node has no name. */
  get label(): string {
    const { name, type } = this.node
    return name === ''
      ? `a node of type ${type}`
      : `${type} "${name.length > 80 ? `${name.slice(0, 79)}…` : name}"`
  }

  integer(name: string): number | undefined {
    return this.node.attributes.find((attribute) => attribute.name === name)?.integer
  }

  integers(name: string): readonly number[] | undefined {
    return this.node.attributes.find((attribute) => attribute.name === name)?.integers
  }

  text(name: string): string | undefined {
    return this.node.attributes.find((attribute) => attribute.name === name)?.text
  }

  /** Numbers given by an attribute (older operator sets) or by an input (newer ones), where they are constants. */
  numbers(name: string, slot: number): readonly number[] | undefined {
    const given = this.integers(name)
    if (given !== undefined) return given
    return this.has(slot) ? this.constants(slot) : undefined
  }

  /** The numbers of an input that is constant. */
  constants(slot: number): readonly number[] | undefined {
    const { tensor, elements } = this.input(slot)
    if (tensor?.values !== undefined) return tensor.values
    if (elements === undefined) return undefined
    const numbers = elements.map((element) =>
      element !== undefined && element.variables.length === 0 ? element.scale : Number.NaN,
    )
    return numbers.some(Number.isNaN) ? undefined : numbers
  }

  /** Whether numbers are given at all, constant or not. */
  hasNumbers(name: string, slot: number): boolean {
    return this.integers(name) !== undefined || this.has(slot)
  }
}

/** What the rule of an operator gives: one value for each output; undefined where nothing can be said. */
export type Rule = (context: NodeContext) => readonly TracedValue[] | undefined

/** An axis from 0, of one that may count from the end; undefined where it does not exist. */
export function axisOf(axis: number, rank: number): number | undefined {
  const from0 = axis < 0 ? axis + rank : axis
  return Number.isInteger(from0) && from0 >= 0 && from0 < rank ? from0 : undefined
}

/** A size of which nothing is known. */
export const unknownSize = ({ extents }: NodeContext) => extents.variable({ uncertain: 'unknown' })
