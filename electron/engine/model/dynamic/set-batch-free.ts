import { BatchscopeError } from '../../../contract/failure.ts'
import { usedNames } from '../edit/editable-graph.ts'
import type { EditableModel } from '../edit/editable-model.ts'
import type { EditableNode } from '../edit/editable-node.ts'
import type { EditableValue } from '../edit/editable-value.ts'
import { along, isPure, timesOf, type BatchPlace } from './batch-place.ts'
import { changeSentences } from './change-sentences.ts'
import type { ConcreteFacts } from './concrete-facts.ts'
import { GraphEditor } from './graph-editor.ts'
import { Standstill } from './node-view.ts'
import { traceBatch, type Trace } from './trace.ts'

export interface FixedModel {
  model: EditableModel
  facts: ConcreteFacts
  /** The fixed batch size. */
  batch: number
  /** The axis that counts samples, by input. */
  batchAxes: ReadonlyMap<string, number>
  /** True where no other dimension of the inputs is open. */
  allFixed: boolean
}

export interface FreedModel {
  /** One sentence each. */
  changes: string[]
  /** Where the batch lies in each output that has it. */
  outputs: Map<string, BatchPlace>
  /** Where the batch lies in every value that has it, in the order of the nodes. */
  places: ReadonlyMap<string, BatchPlace>
}

/**
 * Sets the fixed batch of a model free, in place: inputs, outputs and what the file says of values between them get a
 * symbol, and what bakes the batch size in is rewritten. Throws a BatchscopeError `not-convertible` that names the node
 * which stands in the way.
 */
export function setBatchFree({ model, facts, batch, batchAxes, allFixed }: FixedModel): FreedModel {
  const { graph } = model
  const trace = follow({ model, facts, batch, batchAxes, allFixed })
  const outputs = new Map<string, BatchPlace>()
  for (const { name } of graph.outputs) {
    const place = trace.places.get(name)
    if (place !== undefined) outputs.set(name, place)
  }
  if (outputs.size === 0)
    throw notConvertible('No output of the model depends on its inputs sample by sample.')

  const symbol = freeSymbol(model)
  // What is open already keeps its name: the batch may be fixed by nodes inside only.
  const isFixed = (value: EditableValue, axis: number) => typeof value.dims?.[axis] === 'number'
  const inputs = graph.inputs.filter((input) => {
    const axis = batchAxes.get(input.name)
    return axis !== undefined && isFixed(input, axis)
  })
  for (const input of inputs) input.setDim(batchAxes.get(input.name) ?? 0, symbol)
  const changedOutputs = new Map<string, BatchPlace>()
  for (const output of graph.outputs) {
    const place = outputs.get(output.name)
    if (place === undefined || !isFixed(output, place.axis)) continue
    output.setDim(place.axis, isPure(place) ? symbol : `${timesOf(place)}*${symbol}`)
    changedOutputs.set(output.name, place)
  }
  const kept = graph.valueInfo.filter(({ name }) => !trace.places.has(name))
  const dropped = graph.valueInfo.length - kept.length
  if (dropped > 0) graph.valueInfo = kept

  const [first] = batchAxes
  if (first === undefined) throw new Error('There is no batch axis.')
  const editor = new GraphEditor(model, { name: first[0], axis: first[1] }, batch)
  const used = usedNames(graph)
  for (const { apply } of trace.edits) apply(editor)
  editor.finish(used, (changed) => usedNames(changed.graph))
  return {
    changes: [
      ...inputs.map(({ name }) =>
        dimensionChange('Input', name, along(batchAxes.get(name) ?? 0), batch, symbol),
      ),
      ...[...changedOutputs].map(([name, place]) => dimensionChange('Output', name, place, batch, symbol)),
      ...(dropped === 0
        ? []
        : [
            `What the file says of the shapes of ${dropped === 1 ? '1 value' : `${dropped} values`} in between was taken out, because ONNX Runtime finds it by itself.`,
          ]),
      ...changeSentences(trace.edits),
    ],
    outputs,
    places: trace.places,
  }
}

function follow({ model, facts, batch, batchAxes, allFixed }: FixedModel): Trace {
  const inputs = new Map([...batchAxes].map(([name, axis]) => [name, along(axis)]))
  const { graph, opset } = model
  try {
    return traceBatch({ graph, facts, batch, inputs, allFixed, opset })
  } catch (error) {
    if (!(error instanceof Standstill)) throw error
    throw notConvertible(standstillSentence(error.node, error.message))
  }
}

/** The failure of a model whose batch cannot be set free. */
export function notConvertible(message: string, detail?: string): BatchscopeError {
  return new BatchscopeError({
    code: 'not-convertible',
    message: `The batch cannot be set free. ${message}`,
    ...(detail === undefined ? {} : { detail }),
    hint: 'Export the model again with a batch that is free.',
    owner: 'model',
  })
}

function standstillSentence(node: EditableNode | undefined, reason: string): string {
  if (node === undefined) return 'The batch cannot be followed through the graph.'
  return `${node.name === '' ? 'The node' : 'Node'} ${node.label} ${reason}.`
}

function dimensionChange(
  what: 'Input' | 'Output',
  name: string,
  place: BatchPlace,
  batch: number,
  symbol: string,
): string {
  const times = timesOf(place)
  const now = times === 1 ? `"${symbol}"` : `${times} times "${symbol}"`
  return `${what} "${name}": dimension ${place.axis}, fixed at ${times * batch}, is now ${now}.`
}

/** A symbol that no dimension of the model has yet. */
function freeSymbol({ graph }: EditableModel): string {
  const taken = new Set(
    [...graph.inputs, ...graph.outputs, ...graph.valueInfo].flatMap(
      (value: EditableValue) => value.dims ?? [],
    ),
  )
  const names = ['batch', 'batch_size', 'samples']
  return names.find((name) => !taken.has(name)) ?? 'batch_free'
}
