import { formatCount } from '../../../contract/quantity.ts'
import type { EditableModel } from '../edit/editable-model.ts'
import { usedNames } from '../edit/editable-graph.ts'
import { EditableNode } from '../edit/editable-node.ts'
import { dataTypeNumber } from '../reading/tensor-types.ts'
import { elementsAtOnce, type Constant, type Constants } from './constants.ts'
import { notConvertible, type PrecisionContext } from './precision-context.ts'
import { encodeFloat16 } from '../../../contract/float16.ts'
import { largestHalf } from './half-precision-hindrances.ts'
import { planHalfPrecision, type HalfPlan } from './half-precision-plan.ts'
import { halfRule, readsOnlyShape, typedInputs } from './half-precision-rules.ts'
import { measureRanges } from './measure-ranges.ts'
import { keptSentences, listed, operatorCounts } from './precision-sentences.ts'
import { valueTypes, type ValueTypes } from './value-types.ts'

const float32 = dataTypeNumber('float32') ?? 1
const float16 = dataTypeNumber('float16') ?? 10

/** From here on, `Cast` takes the number of a type. */
const oldestOpset = 6

/**
 * Lets islands of a graph compute in FP16 (see `planHalfPrecision`). A value's name goes on to stand for its FP32 form,
 * so that inputs, outputs and what graphs inside nodes read stay what they were; FP16 forms get names of their own.
 */
export async function toHalfPrecision(
  model: EditableModel,
  constants: Constants,
  context: PrecisionContext,
): Promise<string[]> {
  const { graph } = model
  if (model.opset < oldestOpset) {
    throw notConvertible(
      `The model is written in operator set ${model.opset}; FP16 needs ${oldestOpset} or newer.`,
      'Export the model with a newer operator set.',
    )
  }
  const { quantisation } = context.description
  if (quantisation !== undefined && quantisation !== 'weights')
    throw notConvertible(
      'The model computes on integers of few bits already.',
      'Convert the model that it was made from.',
    )
  const types = valueTypes(graph)
  const ranges = await measureRanges(model, types, constants, context)
  const plan = await planHalfPrecision(graph, types, constants, ranges.largest)
  if (plan.half.size === 0) throw nothingToConvert(types, plan)
  const casts = await rewrite(model, plan, types, constants)
  return [
    `${islandsSentence(plan.half)}, with ${formatCount(casts)} ${casts === 1 ? 'cast' : 'casts'} in between.`,
    ...keptSentences(plan.kept),
    ranges.sentence,
  ]
}

/** `54 Conv, 1 Gemm and 60 lighter nodes around them compute in FP16`. */
function islandsSentence(half: ReadonlySet<EditableNode>): string {
  const heavy = [...half].filter((node) => halfRule(node)?.heavy === true)
  const lighter = half.size - heavy.length
  const parts = operatorCounts(heavy)
  if (lighter > 0) {
    const around = heavy.length === 0 ? '' : heavy.length === 1 ? ' around it' : ' around them'
    parts.push(
      `${formatCount(lighter)} ${heavy.length > 0 ? 'lighter ' : ''}${lighter === 1 ? 'node' : 'nodes'}${around}`,
    )
  }
  return `${listed(parts)} ${half.size === 1 ? 'computes' : 'compute'} in FP16`
}

function nothingToConvert(types: ReadonlyMap<string, string>, { kept }: HalfPlan): Error {
  if ([...types.values()].includes('float16') && kept.size === 0)
    return notConvertible('The model computes in FP16 already.')
  return notConvertible(
    'There is no convolution, matrix product or recurrent layer in FP32 that could compute in FP16.',
    keptSentences(kept)[0],
  )
}

/** Gives the number of casts that remain in the graph. */
async function rewrite(
  model: EditableModel,
  { half }: HalfPlan,
  types: ValueTypes,
  constants: Constants,
): Promise<number> {
  const { graph } = model
  const wanted = wantedInFull(model, half)
  const halfNames = new Map<string, string>()
  // What the model itself makes FP32 of is cast once, not twice.
  const widened = new Map(
    graph.nodes
      .filter(
        (node) => node.type === 'Cast' && !['string', undefined].includes(types.get(node.inputs[0] ?? '')),
      )
      .map(({ inputs, outputs }) => [outputs[0] ?? '', inputs[0] ?? '']),
  )
  const replaced = new Set<string>()
  const nodes: EditableNode[] = []
  let casts = 0
  const cast = (from: string, to: string, dataType: number) => {
    const node = EditableNode.make('Cast', [from], [to], model.freeName(`Cast_${to}`))
    node.setInteger('to', dataType)
    nodes.push(node)
    casts += 1
  }
  const halfName = async (name: string) => {
    const known = halfNames.get(name)
    if (known !== undefined) return known
    const constant = constants.get(name)
    let made: string
    if (constant !== undefined) {
      made = constants.add(`${name}_fp16`, constant.dims, float16, await halfBytes(constant, constants))
      replaced.add(name)
    } else {
      made = model.freeName(`${name}_fp16`)
      cast(widened.get(name) ?? name, made, float16)
    }
    halfNames.set(name, made)
    return made
  }
  for (const node of graph.nodes) {
    if (!half.has(node)) {
      // Shapes are the same in either form, and the FP32 one might be made for this alone.
      if (readsOnlyShape(node))
        node.inputs = node.inputs.map((name) => (wanted.has(name) ? name : (halfNames.get(name) ?? name)))
      nodes.push(node)
      continue
    }
    const inputs = [...node.inputs]
    for (const { index, name } of typedInputs(node)) inputs[index] = await halfName(name)
    node.inputs = inputs
    const made = node.outputs.map((name, index) => ({ name, half: isTyped(node, index) && name !== '' }))
    node.outputs = made.map(({ name, half: isHalf }) => {
      if (!isHalf) return name
      const halved = model.freeName(`${name}_fp16`)
      halfNames.set(name, halved)
      return halved
    })
    nodes.push(node)
    for (const { name, half: isHalf } of made) {
      if (isHalf && wanted.has(name)) cast(halfNames.get(name) ?? '', name, float32)
    }
  }
  graph.nodes = nodes
  constants.settle(replaced)
  return casts
}

/** Names that someone reads in FP32: nodes outside the islands, graphs inside nodes, the graph's outputs. */
function wantedInFull({ graph }: EditableModel, half: ReadonlySet<EditableNode>): Set<string> {
  const wanted = new Set(graph.outputs.map(({ name }) => name))
  for (const node of graph.nodes) {
    const typed = new Set(half.has(node) ? typedInputs(node).map(({ index }) => index) : [])
    node.inputs.forEach((name, index) => {
      if (!typed.has(index) && !readsOnlyShape(node)) wanted.add(name)
    })
    for (const subgraph of node.subgraphs) for (const name of usedNames(subgraph)) wanted.add(name)
  }
  return wanted
}

/** True for outputs of the type that a node computes in; the others are masks and places. */
function isTyped(node: EditableNode, output: number): boolean {
  return output === 0 || !['MaxPool', 'Dropout'].includes(node.type)
}

/** Bounds beyond the range, which only Clip may have here, come to its end; infinities stay. */
async function halfBytes(constant: Constant, constants: Constants): Promise<Uint8Array> {
  const values = await constants.floats(constant)
  const [scalar = 0] = values
  if (values.length === 1 && Math.abs(scalar) > largestHalf && Number.isFinite(scalar))
    return bytesOf(encodeFloat16(Float32Array.of(Math.sign(scalar) * largestHalf)))
  const bytes = new Uint8Array(values.length * 2)
  for (let from = 0; from < values.length; from += elementsAtOnce) {
    const block = values.subarray(from, from + elementsAtOnce)
    bytes.set(bytesOf(encodeFloat16(block)), from * 2)
    await constants.rest(block.length)
  }
  return bytes
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
