import type { TensorType } from '../../../contract/model.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import { isPure, samePlace, timesOf, type BatchPlace } from './batch-place.ts'
import type { ConcreteFacts } from './concrete-facts.ts'
import type { GraphEditor } from './graph-editor.ts'
import { constantEntry, follows, type SizeEntry } from './size-entry.ts'

/** Raised where the batch cannot be followed any further. */
export class Standstill extends Error {
  override readonly name = 'Standstill'
  /** Absent where it is not one node that stands in the way. */
  readonly node: EditableNode | undefined

  /** `reason` completes a sentence about the node: "drops the batch axis". */
  constructor(node: EditableNode | undefined, reason: string) {
    super(reason)
    this.node = node
  }
}

/** What is known of a value: where the batch lies in it, or, for sizes, which of its elements follow the batch. */
export interface Followed {
  place?: BatchPlace
  entries?: readonly SizeEntry[]
}

/** Something to be changed once the whole graph has been followed. */
export interface PlannedEdit {
  node: EditableNode
  /** A clause: what was changed, the same words for all nodes where the same was done. */
  what: string
  apply(editor: GraphEditor): void
}

/** What following the batch through a graph keeps. */
export interface TraceState {
  readonly facts: ConcreteFacts
  /** The fixed batch size. */
  readonly batch: number
  /** True where the model leaves no dimension open: every size but the batch may be written down. */
  readonly allFixed: boolean
  /** Version of ONNX's own operators. */
  readonly opset: number
  readonly followed: Map<string, Followed>
  readonly edits: PlannedEdit[]
  /** One of several answers; the others are tried when this one leads nowhere. */
  choose(count: number): number
}

/** An input of a node that is there. */
export interface Operand {
  readonly index: number
  readonly name: string
  readonly shape: readonly number[]
  readonly place?: BatchPlace
}

/** One node as the rules see it: what goes in, and ways to tell what comes out. */
export class NodeView {
  readonly node: EditableNode
  readonly #state: TraceState
  readonly #sizesTaken = new Set<number>()

  constructor(node: EditableNode, state: TraceState) {
    this.node = node
    this.#state = state
  }

  get batch(): number {
    return this.#state.batch
  }
  get allFixed(): boolean {
    return this.#state.allFixed
  }
  get opset(): number {
    return this.#state.opset
  }

  /** Ends this attempt. `reason` completes a sentence about the node. */
  refuse(reason: string): never {
    throw new Standstill(this.node, reason)
  }

  /** Undefined for optional inputs left out. */
  operand(index: number): Operand | undefined {
    const name = this.node.inputs[index] ?? ''
    if (name === '') return undefined
    const { place } = this.#state.followed.get(name) ?? {}
    const shape = this.#state.facts.shape(name)
    if (shape === undefined) {
      if (place !== undefined) this.refuse('takes a value that is no tensor')
      return undefined
    }
    return { index, name, shape, ...(place === undefined ? {} : { place }) }
  }

  /** An input that every node of this kind has. */
  needed(index: number): Operand {
    return this.operand(index) ?? this.refuse(`has no input ${index}`)
  }

  operands(): Operand[] {
    return this.node.inputs.flatMap((_, index) => this.operand(index) ?? [])
  }

  outputShape(index = 0): readonly number[] {
    const name = this.node.outputs[index] ?? ''
    return this.#state.facts.shape(name) ?? this.refuse('makes a value that could not be looked at')
  }

  /** Size of an output along an axis; undefined for outputs that are left out, or have no such axis. */
  sizeOf(index: number, axis: number): number | undefined {
    return this.#state.facts.shape(this.node.outputs[index] ?? '')?.[axis]
  }

  /** Elements of a small output, at the fixed batch size. */
  outputNumbers(index = 0): readonly number[] | undefined {
    return this.#state.facts.numbers(this.node.outputs[index] ?? '')
  }

  /** Says where the batch lies in an output; nothing for outputs that nobody takes. */
  give(index: number, place: BatchPlace): void {
    const name = this.node.outputs[index] ?? ''
    const shape = this.#state.facts.shape(name)
    if (name === '' || shape === undefined) return
    if (shape[place.axis] !== timesOf(place) * this.batch) {
      this.refuse('combines the batch axis with a dimension of another size')
    }
    this.#state.followed.set(name, { place })
  }

  /** The same for every output. */
  giveAll(place: BatchPlace): void {
    for (const index of this.node.outputs.keys()) this.give(index, place)
  }

  /** Says which elements of an output follow the batch. */
  giveEntries(index: number, entries: readonly SizeEntry[]): void {
    const name = this.node.outputs[index] ?? ''
    const seen = this.#state.facts.numbers(name)
    if (seen !== undefined && entries.some(({ value }, i) => value !== seen[i])) {
      this.refuse('computes with the batch size in a way that cannot be followed')
    }
    if (name !== '' && entries.some(follows)) this.#state.followed.set(name, { entries })
  }

  /** Elements of an input that holds sizes. Undefined where they are not known. */
  sizes(index: number): readonly SizeEntry[] | undefined {
    const name = this.node.inputs[index] ?? ''
    if (name === '') return undefined
    const { entries, place } = this.#state.followed.get(name) ?? {}
    if (place !== undefined) this.refuse('takes sizes that differ from sample to sample')
    this.#sizesTaken.add(index)
    return entries ?? this.#state.facts.numbers(name)?.map(constantEntry)
  }

  hasEntries(index: number): boolean {
    return this.#state.followed.get(this.node.inputs[index] ?? '')?.entries !== undefined
  }

  /** Element type of an input; undefined where it is not known. */
  typeOf(index: number): TensorType | undefined {
    return this.#state.facts.type(this.node.inputs[index] ?? '')
  }

  /** True for sizes that stand in the file, rather than being computed. */
  isWeight(index: number): boolean {
    return this.#state.facts.weight(this.node.inputs[index] ?? '') !== undefined
  }

  /** Numbers of an input, or of the attribute that older versions have for it; they must not follow the batch. */
  constants(index: number, attribute: string): readonly number[] | undefined {
    if ((this.node.inputs[index] ?? '') === '') return this.node.integers(attribute)
    const sizes = this.sizes(index)
    if (sizes === undefined || sizes.some(follows))
      this.refuse('takes settings that are not known beforehand')
    return sizes.map(({ value }) => value)
  }

  /** Refuses where sizes that follow the batch went into the node and no rule took them for sizes. */
  checkSizesTaken(): void {
    for (const index of this.node.inputs.keys()) {
      if (this.hasEntries(index) && !this.#sizesTaken.has(index)) {
        this.refuse('computes with the batch size itself')
      }
    }
  }

  /** The first of several answers that does not lead to a standstill. */
  choose<T>(options: readonly T[], reasonForNone: string): T {
    if (options.length === 0) this.refuse(reasonForNone)
    const chosen = options.length === 1 ? 0 : this.#state.choose(options.length)
    return options[chosen] ?? this.refuse(reasonForNone)
  }

  /** Plans a change of this node. */
  edit(what: string, apply: PlannedEdit['apply']): void {
    this.#state.edits.push({ node: this.node, what, apply })
  }

  /** Refuses an operand that has the batch where it must not. */
  mustNotFollow(index: number, reason = 'takes settings that differ from sample to sample'): void {
    if (this.operand(index)?.place !== undefined) this.refuse(reason)
  }

  /**
   * An operand that lies beside one with the batch at `place`: it has the batch there too, or is made to have it, by
   * repeating what it has for every sample.
   */
  mustFollow(operand: Operand, place: BatchPlace): void {
    if (operand.place !== undefined) {
      if (!samePlace(operand.place, place)) this.refuse('pairs samples of the batch with other samples')
      return
    }
    this.#repeat(operand, place)
  }

  /** The same where a dimension of size 1 stands for all samples. `place` is of this operand's own axes; negative ones it does not have. */
  mustFit(operand: Operand, place: BatchPlace): void {
    if (operand.place === undefined && (place.axis < 0 || operand.shape[place.axis] === 1)) return
    this.mustFollow(operand, place)
  }

  #repeat({ name, shape, index }: Operand, place: BatchPlace): void {
    const { batch, facts } = this.#state
    if (shape[place.axis] !== timesOf(place) * batch) {
      this.refuse(`combines the batch with "${name}", which has another size there`)
    }
    if (place.outer !== 1)
      this.refuse(`combines a batch that was merged with other dimensions with "${name}"`)
    if (this.#state.opset < (isPure(place) ? 8 : 6)) {
      this.refuse(`needs "${name}" for every sample, which operators of version ${this.opset} cannot make`)
    }
    const weight = facts.weight(name)
    if (batch > 1 && weight !== undefined && !hasEqualSamples(weight.raw(), shape, place, batch)) {
      this.refuse(`takes "${name}", whose values differ for each of the ${batch} samples`)
    }
    this.edit('a value that was made for the fixed batch is repeated for every sample', (editor) => {
      this.node.setInput(index, editor.repeated(this.node, name, shape, place))
    })
  }
}

/** Whether a weight holds the same for each sample of the fixed batch. Weights in other files are taken to. */
function hasEqualSamples(
  raw: Uint8Array | undefined,
  shape: readonly number[],
  { axis, inner }: BatchPlace,
  batch: number,
): boolean {
  if (raw === undefined) return true
  const outer = shape.slice(0, axis).reduce((all, size) => all * size, 1)
  const sample =
    (raw.length /
      Math.max(
        1,
        shape.reduce((all, size) => all * size, 1),
      )) *
    inner *
    shape.slice(axis + 1).reduce((all, size) => all * size, 1)
  for (let o = 0; o < outer; o += 1) {
    const start = o * batch * sample
    for (let i = sample; i < batch * sample; i += 1) {
      if (raw[start + i] !== raw[start + (i % sample)]) return false
    }
  }
  return true
}
