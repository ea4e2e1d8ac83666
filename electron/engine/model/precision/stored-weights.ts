import type { EditableModel } from '../edit/editable-model.ts'
import { EditableNode } from '../edit/editable-node.ts'
import { dataTypeNumber } from '../reading/tensor-types.ts'
import type { Constant, Constants } from './constants.ts'
import type { QuantisedWeight } from './quantise.ts'
import type { Quantised } from './quantised.ts'

const float32 = dataTypeNumber('float32') ?? 1
const int8 = dataTypeNumber('int8') ?? 3

/** DequantizeLinear came with this operator set, and learnt of channels with that one. */
const dequantising = 10
const dequantisingByChannel = 13

/** Weights that are stored in 8 bits and made float32 again in front of whoever needs them. */
export class StoredWeights {
  /** They read weights only, so that they can stand in front of all others. */
  readonly nodes: EditableNode[] = []
  readonly #model: EditableModel
  readonly #constants: Constants
  readonly #made = new Map<string, string>()

  constructor(model: EditableModel, constants: Constants) {
    this.#model = model
    this.#constants = constants
  }

  /** Lets a node read its weight from 8 bits; gives the nodes to stand in its place. */
  use(each: Quantised): EditableNode[] {
    if (each.node.type === 'Gather') return this.#lookUp(each)
    const key = `${each.axis} ${each.weight.name}`
    const made = this.#made.get(key) ?? this.#store(each)
    this.#made.set(key, made)
    each.node.setInput(1, made)
    return [each.node]
  }

  /** Rows are looked up in 8 bits, and their scales beside them. */
  #lookUp({ node, weight, quantised }: Quantised): EditableNode[] {
    const [, index = ''] = node.inputs
    const [output = ''] = node.outputs
    const table = this.#made.get(`table ${weight.name}`) ?? this.#steps(weight, quantised)
    const scale =
      this.#made.get(`scales ${weight.name}`) ?? this.#scales(weight, [weight.dims[0] ?? 1, 1], quantised)
    this.#made.set(`table ${weight.name}`, table).set(`scales ${weight.name}`, scale)
    const make = (type: string, inputs: string[], made: string) =>
      EditableNode.make(type, inputs, [made], this.#model.freeName(`${type}_${made}`))
    const name = (part: string) => this.#model.freeName(`${output}_${part}`)
    const [rows, real, scales] = [name('rows'), name('real'), name('scales')]
    const cast = make('Cast', [rows], real)
    cast.setInteger('to', float32)
    return [
      ...[make('Gather', [table, index], rows), cast],
      ...[make('Gather', [scale, index], scales), make('Mul', [real, scales], output)],
    ]
  }

  #steps({ name, dims }: Constant, { values }: QuantisedWeight): string {
    return this.#constants.add(`${name}_int8`, dims, int8, new Uint8Array(values.buffer))
  }

  #scales({ name }: Constant, dims: readonly number[], { scales }: QuantisedWeight): string {
    return this.#constants.add(`${name}_scale`, dims, float32, new Uint8Array(scales.buffer))
  }

  #store({ weight, axis, quantised }: Quantised): string {
    const { name, dims } = weight
    const { opset } = this.#model
    const steps = this.#steps(weight, quantised)
    if (opset >= dequantisingByChannel) {
      const scale = this.#scales(weight, [quantised.scales.length], quantised)
      return this.#node('DequantizeLinear', [steps, scale], name, (node) => node.setInteger('axis', axis))
    }
    // Older operator sets have one scale a tensor: the channels' own are multiplied in behind.
    const spread = dims.map((size, dimension) => (dimension === axis ? size : 1))
    const scale = this.#scales(weight, spread, quantised)
    const whole =
      opset >= dequantising
        ? this.#node('DequantizeLinear', [steps, this.#one()], `${name}_steps`)
        : this.#node('Cast', [steps], `${name}_steps`, (node) => node.setInteger('to', float32))
    return this.#node('Mul', [whole, scale], name)
  }

  #one(): string {
    this.#ones ??= this.#constants.add('scale_one', [], float32, new Uint8Array(Float32Array.of(1).buffer))
    return this.#ones
  }
  #ones: string | undefined

  #node(type: string, inputs: readonly string[], wanted: string, set?: (node: EditableNode) => void): string {
    const output = this.#model.freeName(`${wanted}_fp32`)
    const node = EditableNode.make(type, inputs, [output], this.#model.freeName(`${type}_${wanted}`))
    set?.(node)
    this.nodes.push(node)
    return output
  }
}
