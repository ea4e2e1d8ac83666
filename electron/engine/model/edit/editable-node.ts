import { attributeTypes, onnxSchema } from '../reading/onnx-schema.ts'
import { EditableGraph } from './editable-graph.ts'
import { EditableTensor } from './editable-tensor.ts'
import { ProtoMessage } from './proto-tree.ts'

const { NodeProto, AttributeProto } = onnxSchema

/** A node of a model that is being changed. */
export class EditableNode {
  readonly message: ProtoMessage
  #inputs: readonly string[] | undefined
  #outputs: readonly string[] | undefined
  #subgraphs: readonly EditableGraph[] | undefined

  constructor(message: ProtoMessage) {
    this.message = message
  }

  /** A node of ONNX's own operators, unless `domain` says otherwise. */
  static make(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    name: string,
    domain = '',
  ): EditableNode {
    const node = new EditableNode(ProtoMessage.empty())
    node.inputs = inputs
    node.outputs = outputs
    node.name = name
    node.message.setTexts(NodeProto.opType.id, [type])
    if (domain !== '') node.message.setTexts(NodeProto.domain.id, [domain])
    return node
  }

  get type(): string {
    return this.message.text(NodeProto.opType.id)
  }
  set type(type: string) {
    this.message.setTexts(NodeProto.opType.id, [type])
  }

  /** Empty for ONNX's own operators. */
  get domain(): string {
    const domain = this.message.text(NodeProto.domain.id)
    return domain === 'ai.onnx' ? '' : domain
  }

  /** May be empty: names of nodes are optional, and not always unique. */
  get name(): string {
    return this.message.text(NodeProto.name.id)
  }
  set name(name: string) {
    this.message.setTexts(NodeProto.name.id, [name])
  }

  /** Empty strings stand for optional inputs left out. */
  get inputs(): readonly string[] {
    return (this.#inputs ??= this.message.texts(NodeProto.input.id))
  }
  set inputs(names: readonly string[]) {
    this.#inputs = names
    this.message.setTexts(NodeProto.input.id, names)
  }

  /** Replaces one input; inputs between the last one and `index` are left out. */
  setInput(index: number, name: string): void {
    const names = [...this.inputs]
    while (names.length < index) names.push('')
    names[index] = name
    this.inputs = names
  }

  get outputs(): readonly string[] {
    return (this.#outputs ??= this.message.texts(NodeProto.output.id))
  }
  set outputs(names: readonly string[]) {
    this.#outputs = names
    this.message.setTexts(NodeProto.output.id, names)
  }

  /** `Reshape "reshape_4"`, or by its output where it has no name: how a person finds it. */
  get label(): string {
    const { name, type } = this
    if (name !== '') return `"${name}" (${type})`
    return `that makes "${this.outputs.find((output) => output !== '') ?? ''}" (${type})`
  }

  has(attribute: string): boolean {
    return this.#attribute(attribute) !== undefined
  }

  get attributes(): string[] {
    return this.message
      .messages(NodeProto.attribute.id)
      .map((attribute) => attribute.text(AttributeProto.name.id))
  }

  integer(attribute: string): number | undefined {
    const value = this.#attribute(attribute)?.integer(AttributeProto.i.id)
    return value === undefined ? undefined : Number(value)
  }
  setInteger(attribute: string, value: number): void {
    this.#set(attribute, attributeTypes.int).setInteger(AttributeProto.i.id, value)
  }

  /** An empty list where the attribute is there without values. */
  integers(attribute: string): number[] | undefined {
    return this.#attribute(attribute)?.integers(AttributeProto.ints.id).map(Number)
  }
  setIntegers(attribute: string, values: readonly number[]): void {
    this.#set(attribute, attributeTypes.ints).setIntegers(AttributeProto.ints.id, values)
  }

  real(attribute: string): number | undefined {
    return this.#attribute(attribute)?.real(AttributeProto.f.id)
  }

  text(attribute: string): string | undefined {
    return this.#attribute(attribute)?.texts(AttributeProto.s.id).at(-1)
  }

  tensor(attribute: string): EditableTensor | undefined {
    const message = this.#attribute(attribute)?.messages(AttributeProto.t.id).at(-1)
    return message === undefined ? undefined : new EditableTensor(message)
  }
  setTensor(attribute: string, tensor: EditableTensor): void {
    this.#set(attribute, attributeTypes.tensor).append(AttributeProto.t.id, tensor.message)
  }

  removeAttribute(attribute: string): void {
    const all = this.message.messages(NodeProto.attribute.id)
    const kept = all.filter((message) => message.text(AttributeProto.name.id) !== attribute)
    if (kept.length < all.length) this.message.replaceMessages(NodeProto.attribute.id, kept)
  }

  /** Every graph inside this node, in the order of the file. */
  get subgraphs(): readonly EditableGraph[] {
    return (this.#subgraphs ??= this.message
      .messages(NodeProto.attribute.id)
      .flatMap((attribute) => [
        ...attribute.messages(AttributeProto.g.id),
        ...attribute.messages(AttributeProto.graphs.id),
      ])
      .map((message) => new EditableGraph(message)))
  }

  #attribute(name: string): ProtoMessage | undefined {
    return this.message
      .messages(NodeProto.attribute.id)
      .find((attribute) => attribute.text(AttributeProto.name.id) === name)
  }

  /** The attribute without a value; its former value is dropped. */
  #set(name: string, type: number): ProtoMessage {
    const attribute = ProtoMessage.empty()
    attribute.setTexts(AttributeProto.name.id, [name])
    attribute.setInteger(AttributeProto.type.id, type)
    const all = this.message.messages(NodeProto.attribute.id)
    const at = all.findIndex((message) => message.text(AttributeProto.name.id) === name)
    if (at < 0) this.message.append(NodeProto.attribute.id, attribute)
    else this.message.replaceMessages(NodeProto.attribute.id, all.with(at, attribute))
    return attribute
  }
}
