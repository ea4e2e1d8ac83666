import type { EditableModel } from '../edit/editable-model.ts'
import { EditableNode } from '../edit/editable-node.ts'
import { dataTypeNumber } from '../reading/tensor-types.ts'
import type { Constants } from './constants.ts'
import { asUnsigned, transposed, unsignedZero } from './quantise.ts'
import type { Quantised } from './quantised.ts'

const float32 = dataTypeNumber('float32') ?? 1
const uint8 = dataTypeNumber('uint8') ?? 2
const int8 = dataTypeNumber('int8') ?? 3

/** An input in 8 bits, as DynamicQuantizeLinear gives it. */
interface Steps {
  values: string
  scale: string
  zero: string
}

/**
 * Nodes that compute on 8-bit integers in place of Conv, Gemm and MatMul:
 *
 *     q, s, z = DynamicQuantizeLinear(x)
 *     y = Cast(MatMulInteger(q, w, z)) * (s * scale of each channel) [+ bias]
 *
 * which ONNX Runtime recognises and computes in one go. Its CPU provider multiplies by signed weights several times as
 * fast as by unsigned ones where the processor has instructions for it (VNNI), and convolves with unsigned ones only.
 */
export class IntegerNodes {
  readonly #model: EditableModel
  readonly #constants: Constants
  readonly #steps = new Map<string, Steps>()
  readonly #shared = new Map<string, string>()

  constructor(model: EditableModel, constants: Constants) {
    this.#model = model
    this.#constants = constants
  }

  /** The nodes to stand in the node's place; its output keeps its name. */
  async replace(each: Quantised): Promise<EditableNode[]> {
    const { node } = each
    const nodes: EditableNode[] = []
    const steps = this.#stepsOf(node.inputs[0] ?? '', nodes)
    const isConv = node.type === 'Conv'
    const sums = this.#name(node, 'sums')
    nodes.push(isConv ? this.#convolution(each, steps, sums) : this.#product(each, steps, sums))
    const real = this.#name(node, 'real')
    const cast = this.#make('Cast', [sums], real)
    cast.setInteger('to', float32)
    const scale = this.#name(node, 'scale')
    nodes.push(cast, this.#make('Mul', [steps.scale, this.#scales(each)], scale))
    const bias = await this.#bias(each)
    const [output = ''] = node.outputs
    const scaled = bias === undefined ? output : this.#name(node, 'scaled')
    nodes.push(this.#make('Mul', [real, scale], scaled))
    if (bias !== undefined) nodes.push(this.#make('Add', [scaled, bias], output))
    return nodes
  }

  /** An input that several nodes read is quantised once. */
  #stepsOf(input: string, nodes: EditableNode[]): Steps {
    const known = this.#steps.get(input)
    if (known !== undefined) return known
    const [values, scale, zero] = ['int8', 'int8_scale', 'int8_zero'].map((part) =>
      this.#model.freeName(`${input}_${part}`),
    ) as [string, string, string]
    const name = this.#model.freeName(`DynamicQuantizeLinear_${input}`)
    nodes.push(EditableNode.make('DynamicQuantizeLinear', [input], [values, scale, zero], name))
    const steps = { values, scale, zero }
    this.#steps.set(input, steps)
    return steps
  }

  #convolution(
    { node, weight, quantised: { values } }: Quantised,
    steps: Steps,
    output: string,
  ): EditableNode {
    const unsigned = this.#once(`uint8 ${weight.name}`, () =>
      this.#constants.add(`${weight.name}_uint8`, weight.dims, uint8, asUnsigned(values)),
    )
    const zero = this.#once('zero', () =>
      this.#constants.add('weight_zero_point', [], uint8, Uint8Array.of(unsignedZero)),
    )
    // The same pads, strides and dilations.
    const made = new EditableNode(node.message.clone())
    made.type = 'ConvInteger'
    made.name = this.#model.freeName(`ConvInteger_${node.outputs[0] ?? ''}`)
    made.inputs = [steps.values, unsigned, steps.zero, zero]
    made.outputs = [output]
    return made
  }

  #product(
    { node, weight, axis, quantised: { values } }: Quantised,
    steps: Steps,
    output: string,
  ): EditableNode {
    const [rows = 1, columns = 1] = weight.dims
    const turned = axis === 0
    const name = this.#once(`int8 ${axis} ${weight.name}`, () => {
      const data = turned ? transposed(values, rows, columns) : values
      const dims = turned ? [columns, rows] : [rows, columns]
      return this.#constants.add(`${weight.name}_int8`, dims, int8, new Uint8Array(data.buffer))
    })
    return this.#make('MatMulInteger', [steps.values, name, steps.zero], output, node)
  }

  /** The channels' scales, in a shape that spreads over the node's output, with Gemm's `alpha` in them. */
  #scales({ node, weight, axis, quantised: { scales } }: Quantised): string {
    const alpha = node.type === 'Gemm' ? (node.real('alpha') ?? 1) : 1
    const dims = node.type === 'Conv' ? channelShape(weight.dims) : [scales.length]
    return this.#once(`scale ${axis} ${alpha} ${weight.name}`, () =>
      this.#constants.add(
        `${weight.name}_scale`,
        dims,
        float32,
        bytesOf(scales.map((scale) => scale * alpha)),
      ),
    )
  }

  /** The name of what is added in the end, with Gemm's `beta` in it; undefined where the node has no bias. */
  async #bias({ node, weight }: Quantised): Promise<string | undefined> {
    const [, , name = ''] = node.inputs
    if (name === '') return undefined
    const beta = node.type === 'Gemm' ? (node.real('beta') ?? 1) : 1
    if (node.type !== 'Conv' && beta === 1) return name
    const bias = this.#constants.get(name)
    if (bias === undefined) throw new Error(`The bias "${name}" is not constant.`)
    const values = await this.#constants.floats(bias)
    const dims = node.type === 'Conv' ? channelShape(weight.dims) : bias.dims
    return this.#once(`bias ${beta} ${dims.join(' ')} ${name}`, () =>
      this.#constants.add(`${name}_bias`, dims, float32, bytesOf(values.map((value) => value * beta))),
    )
  }

  #once(key: string, make: () => string): string {
    const made = this.#shared.get(key) ?? make()
    this.#shared.set(key, made)
    return made
  }

  #name(node: EditableNode, part: string): string {
    return this.#model.freeName(`${node.outputs[0] ?? ''}_${part}`)
  }

  #make(type: string, inputs: readonly string[], output: string, like?: EditableNode): EditableNode {
    const name = this.#model.freeName(`${type}_${like?.outputs[0] ?? output}`)
    return EditableNode.make(type, inputs, [output], name)
  }
}

/** [1, channels, 1, 1] beside a weight of [channels, inputs, height, width]. */
function channelShape([channels = 1, ...others]: readonly number[]): number[] {
  return [1, channels, ...others.slice(1).map(() => 1)]
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
