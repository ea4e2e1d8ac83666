import { BatchscopeError } from '../../../contract/failure.ts'
import type { TensorType } from '../../../contract/model.ts'
import { usedNames } from '../edit/editable-graph.ts'
import { forEachEditableTensor, type EditableModel } from '../edit/editable-model.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import { EditableTensor } from '../edit/editable-tensor.ts'
import { tensorBytes } from '../reading/graph.ts'
import type { PrecisionContext } from './precision-context.ts'

/** A value of the graph that is the same in every run: a weight. */
export interface Constant {
  name: string
  type: TensorType
  dims: readonly number[]
  elements: number
  /** Where its elements are; undefined for the short forms of Constant nodes. */
  tensor?: EditableTensor
  /** Elements of the short forms (`value_float`, `value_floats`). */
  numbers?: readonly number[]
}

/** ONNX's first version of the file format in which weights need not be listed among the inputs. */
const weightsApart = 4

/** Elements that are converted before other work gets its turn, so that no window freezes. */
export const elementsAtOnce = 1 << 20

/** Every weight of a model that is being converted: initializers and Constant nodes of its main graph. */
export class Constants {
  readonly #model: EditableModel
  readonly #context: PrecisionContext
  readonly #known = new Map<string, Constant>()
  #convertedSince = 0

  constructor(model: EditableModel, context: PrecisionContext) {
    this.#model = model
    this.#context = context
    setWeightsApart(model)
    // Those among the inputs are defaults that a caller may replace.
    const replaceable = new Set(model.graph.inputs.map(({ name }) => name))
    for (const tensor of model.graph.initializers) {
      if (!replaceable.has(tensor.name)) this.#known.set(tensor.name, ofTensor(tensor.name, tensor))
    }
    for (const node of model.graph.nodes) {
      const constant = ofNode(node)
      if (constant !== undefined) this.#known.set(constant.name, constant)
    }
  }

  get(name: string | undefined): Constant | undefined {
    return name === undefined ? undefined : this.#known.get(name)
  }

  /** The elements of a float32 constant, row-major; a view where they lie aligned. Rejects where they cannot be read. */
  async floats(constant: Constant): Promise<Float32Array> {
    if (constant.tensor === undefined) return Float32Array.from(constant.numbers ?? [])
    const raw = await this.#raw(constant.tensor)
    const aligned = raw.byteOffset % 4 === 0 ? raw : raw.slice()
    await this.rest(constant.elements)
    return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4)
  }

  /** Lets other work have its turn when much was converted since the last time; throws when the user has cancelled. */
  async rest(elements: number): Promise<void> {
    const { signal, ports } = this.#context
    this.#convertedSince += elements
    if (this.#convertedSince < elementsAtOnce) return
    this.#convertedSince = 0
    if (signal?.aborted === true)
      throw new BatchscopeError({ code: 'cancelled', message: 'Cancelled.', owner: 'user' })
    await ports.clock.sleep(0)
  }

  /** Adds a weight to the main graph and gives its name: `wanted`, or with a number behind it. */
  add(wanted: string, dims: readonly number[], dataType: number, raw: Uint8Array): string {
    const name = this.#model.freeName(wanted)
    this.#added.push(EditableTensor.make(name, dims, dataType, raw))
    return name
  }
  readonly #added: EditableTensor[] = []

  /** Puts the added weights into the graph and drops those of `replaced` that nothing uses any more. */
  settle(replaced: ReadonlySet<string>): void {
    const { graph } = this.#model
    const used = usedNames(graph)
    const dropped = (name: string) => replaced.has(name) && !used.has(name)
    graph.initializers = [
      ...graph.initializers.filter(({ name }) => !dropped(name)),
      ...this.#added.splice(0),
    ]
    const idle = (node: EditableNode) =>
      node.type === 'Constant' && node.domain === '' && dropped(node.outputs[0] ?? '')
    graph.nodes = graph.nodes.filter((node) => !idle(node))
    const there = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
    graph.valueInfo = graph.valueInfo.filter(({ name }) => there.has(name))
  }

  /** Takes what still lies in other files into the model. */
  async bringInside(): Promise<void> {
    const outside: EditableTensor[] = []
    forEachEditableTensor(this.#model.graph, (tensor) => {
      if (tensor.external !== undefined) outside.push(tensor)
    })
    for (const tensor of outside) tensor.setRaw(await this.#raw(tensor))
  }

  async #raw(tensor: EditableTensor): Promise<Uint8Array> {
    const { external } = tensor
    if (external === undefined) return tensor.raw() ?? new Uint8Array(0)
    const { description, ports } = this.#context
    const path = ports.files.resolve(ports.files.folderOf(description.path), external.location)
    // Only what was found to be beside the model when it was read.
    const known = description.externalData.some((file) => file.path === path)
    const { name, dims, dataType } = tensor
    const bytes = tensorBytes({ name, dims: [...dims], dataType })
    if (!known || bytes > 2 ** 31) throw unreadable(name)
    const file = await ports.files.openForReading(path)
    try {
      const raw = await file.read(external.offset, bytes)
      if (raw.length < bytes) throw unreadable(name)
      return raw
    } finally {
      await file.close()
    }
  }
}

function unreadable(name: string): BatchscopeError {
  return new BatchscopeError({
    code: 'not-convertible',
    message: `The weight "${name}" cannot be read from its file.`,
    owner: 'model',
  })
}

/**
 * Old files, and those of exporters that kept to their ways, list all of their weights among the inputs; what is added
 * here is listed nowhere, as newer ones have it. In new files, some weights among the inputs are defaults of settings.
 */
function setWeightsApart(model: EditableModel): void {
  const { graph } = model
  const weights = new Set(graph.initializers.map(({ name }) => name))
  const listed = new Set(graph.inputs.map(({ name }) => name))
  if (model.irVersion >= weightsApart && ![...weights].every((name) => listed.has(name))) return
  if ([...weights].some((name) => listed.has(name)))
    graph.inputs = graph.inputs.filter(({ name }) => !weights.has(name))
  model.irVersion = Math.max(weightsApart, model.irVersion)
}

function ofTensor(name: string, tensor: EditableTensor): Constant {
  return { name, tensor, type: tensor.type, dims: tensor.dims, elements: tensor.elements }
}

function ofNode(node: EditableNode): Constant | undefined {
  const [name] = node.outputs
  if (node.type !== 'Constant' || node.domain !== '' || name === undefined) return undefined
  const tensor = node.tensor('value')
  if (tensor !== undefined) return ofTensor(name, tensor)
  const number = node.real('value_float')
  if (number !== undefined) return { name, type: 'float32', dims: [], elements: 1, numbers: [number] }
  return undefined
}
