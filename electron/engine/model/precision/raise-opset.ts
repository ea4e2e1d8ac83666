import { forEachEditableNode } from '../edit/editable-graph.ts'
import type { EditableModel } from '../edit/editable-model.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import { dataTypeNumber } from '../reading/tensor-types.ts'
import type { Constants } from './constants.ts'
import { notConvertible } from './precision-context.ts'

const float32 = dataTypeNumber('float32') ?? 1
const int64 = dataTypeNumber('int64') ?? 7

/** From here on up to 11, all other operators only learnt: what they did before, they do still. */
const oldestRaised = 7

type Rewrite = (node: EditableNode, constants: Constants) => void

/**
 * Operators whose nodes mean something else from operator set `since` on (ONNX's changelog of operators), and how a node
 * is rewritten so that it means what it did; those without are not rewritten here.
 */
const changed: Readonly<Record<string, { since: number; rewrite?: Rewrite }>> = {
  BatchNormalization: { since: 9, rewrite: (node) => node.removeAttribute('spatial') },
  Upsample: { since: 10 },
  Scan: { since: 9 },
  Scatter: { since: 11, rewrite: (node) => (node.type = 'ScatterElements') },
  Resize: { since: 11 },
  Slice: { since: 10, rewrite: rewriteSlice },
  TopK: { since: 10, rewrite: rewriteTopK },
  Clip: { since: 11, rewrite: rewriteClip },
  Pad: { since: 11, rewrite: rewritePad },
}

/**
 * Writes a model of an operator set from 7 on in set `target`, 11 at most, with the same meaning; settings that became
 * inputs become weights. Gives a sentence that says so; undefined where the model is that new already. Throws
 * `not-convertible` with the operator that stands in the way, and leaves the model as it was then.
 */
export function raiseOpset(model: EditableModel, target: number, constants: Constants): string | undefined {
  const { opset } = model
  if (opset >= target) return undefined
  const rewrites: (() => void)[] = []
  const inTheWay = new Set<string>()
  forEachEditableNode(model.graph, (node) => {
    const change = node.domain === '' && Object.hasOwn(changed, node.type) ? changed[node.type] : undefined
    if (change === undefined || opset >= change.since || target < change.since) return
    const { rewrite } = change
    const special = node.type === 'BatchNormalization' && node.integer('spatial') === 0
    if (rewrite === undefined || special) inTheWay.add(node.type)
    else rewrites.push(() => rewrite(node, constants))
  })
  if (opset < oldestRaised || inTheWay.size > 0) {
    const because = inTheWay.size > 0 ? ` and ${[...inTheWay].join(', ')} changed since` : ''
    throw notConvertible(
      `The model is written in operator set ${opset}; computing on integers needs ${target}${because}.`,
      'Export the model with a newer operator set.',
    )
  }
  for (const rewrite of rewrites) rewrite()
  model.setOpset('', target)
  return `Operator set: ${opset} → ${target}.`
}

function rewriteClip(node: EditableNode, constants: Constants): void {
  ;['min', 'max'].forEach((bound, index) => {
    const value = node.real(bound)
    if (value === undefined) return
    node.setInput(index + 1, scalar(constants, `${node.outputs[0] ?? ''}_${bound}`, value))
    node.removeAttribute(bound)
  })
}

function rewritePad(node: EditableNode, constants: Constants): void {
  node.setInput(1, integers(constants, `${node.outputs[0] ?? ''}_pads`, node.integers('pads') ?? []))
  const value = node.real('value')
  if (value !== undefined) node.setInput(2, scalar(constants, `${node.outputs[0] ?? ''}_padding`, value))
  for (const attribute of ['pads', 'value']) node.removeAttribute(attribute)
}

function rewriteSlice(node: EditableNode, constants: Constants): void {
  ;['starts', 'ends', 'axes'].forEach((part, index) => {
    const values = node.integers(part)
    if (values === undefined) return
    node.setInput(index + 1, integers(constants, `${node.outputs[0] ?? ''}_${part}`, values))
    node.removeAttribute(part)
  })
}

function rewriteTopK(node: EditableNode, constants: Constants): void {
  node.setInput(1, integers(constants, `${node.outputs[0] ?? ''}_k`, [node.integer('k') ?? 1]))
  node.removeAttribute('k')
}

function scalar(constants: Constants, name: string, value: number): string {
  return constants.add(name, [], float32, new Uint8Array(Float32Array.of(value).buffer))
}

function integers(constants: Constants, name: string, values: readonly number[]): string {
  return constants.add(
    name,
    [values.length],
    int64,
    new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  )
}
