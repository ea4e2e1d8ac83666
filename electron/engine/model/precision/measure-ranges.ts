import { BatchscopeError } from '../../../contract/failure.ts'
import { formatCount, formatNumber } from '../../../contract/quantity.ts'
import { openEvaluator } from '../../host/evaluator.ts'
import type { EditableModel } from '../edit/editable-model.ts'
import { EditableNode } from '../edit/editable-node.ts'
import { EditableValue } from '../edit/editable-value.ts'
import type { Constants } from './constants.ts'
import type { PrecisionContext } from './precision-context.ts'
import { canBeHalf, typedInputs } from './half-precision-rules.ts'
import { planOnce } from './plan-once.ts'
import type { ValueTypes } from './value-types.ts'

/** How far the values went that would be FP16 ones. */
export interface MeasuredRanges {
  /** Largest magnitude by value name; empty where nothing could be measured. */
  largest: ReadonlyMap<string, number>
  /** What was done, in one sentence. */
  sentence: string
}

/** More values than this are not watched. */
const mostWatched = 20_000

/**
 * Runs the model once as it is, with the largest magnitude of each value that could become FP16 as an output of its own.
 * That has to be known beforehand: ONNX Runtime computes FP16 operators on the CPU in FP32, so that no run of the
 * converted model there would show a value that leaves the range of FP16.
 */
export async function measureRanges(
  model: EditableModel,
  types: ValueTypes,
  constants: Constants,
  { description, ports, scratchFolder, signal }: PrecisionContext,
): Promise<MeasuredRanges> {
  const watched = watchedValues(model, types, constants)
  if (watched.length === 0) return { largest: new Map(), sentence: '' }
  const { files } = ports
  const written: string[] = []
  const path = files.resolve(scratchFolder, '.batchscope-ranges.onnx')
  try {
    const planned = planOnce(description)
    for (const { path: source } of description.externalData) {
      const beside = files.resolve(scratchFolder, relativeTo(files.folderOf(description.path), source))
      written.push(beside)
      await files.link(source, beside)
    }
    const { watching, outputs } = withWatchers(model, watched)
    written.push(path)
    await files.write(path, watching.chunks())
    const evaluator = await openEvaluator(ports, {
      modelPath: path,
      freeDimensionOverrides: planned.freeDimensionOverrides,
      optimisation: 'disabled',
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      const { outputs: values } = await evaluator.evaluate(planned.inputs, { outputs: [...outputs.keys()] })
      const largest = new Map<string, number>()
      for (const {
        name,
        values: [value],
      } of values) {
        const watchedName = outputs.get(name)
        if (watchedName !== undefined && typeof value === 'number')
          largest.set(watchedName, Number.isNaN(value) ? Infinity : value)
      }
      const most = Math.max(...[...largest.values()].filter(Number.isFinite), 0)
      const sentence = `One run with made-up inputs showed values up to ${formatNumber(most)} among the ${formatCount(largest.size)} that could be FP16, which ends at 65,504.`
      return { largest, sentence }
    } finally {
      await evaluator.end()
    }
  } catch (error) {
    if (!(error instanceof BatchscopeError) || error.failure.code === 'cancelled') throw error
    return {
      largest: new Map(),
      sentence: `How large values become could not be measured: ${error.failure.message}`,
    }
  } finally {
    for (const file of written) await files.remove(file)
  }
}

/** What the nodes that have an FP16 rule read and make. */
function watchedValues({ graph }: EditableModel, types: ValueTypes, constants: Constants): string[] {
  const names = new Set<string>()
  for (const node of graph.nodes) {
    if (!canBeHalf(node, types)) continue
    for (const { name } of typedInputs(node)) if (constants.get(name) === undefined) names.add(name)
    for (const name of node.outputs) if (name !== '' && types.get(name) === 'float32') names.add(name)
  }
  return [...names].slice(0, mostWatched)
}

/** A copy of the model with the outputs that tell largest magnitudes; those by the value that they are of. */
function withWatchers(
  model: EditableModel,
  watched: readonly string[],
): { watching: EditableModel; outputs: Map<string, string> } {
  const watching = model.clone()
  const outputs = new Map<string, string>()
  const nodes: EditableNode[] = []
  const values: EditableValue[] = []
  watched.forEach((name, index) => {
    const magnitude = watching.freeName(`watched_magnitude_${index}`)
    const output = watching.freeName(`watched_largest_${index}`)
    const largest = EditableNode.make('ReduceMax', [magnitude], [output], `${output}_node`)
    largest.setInteger('keepdims', 0)
    nodes.push(EditableNode.make('Abs', [name], [magnitude], `${magnitude}_node`), largest)
    values.push(EditableValue.named(output))
    outputs.set(output, name)
  })
  watching.graph.nodes = [...watching.graph.nodes, ...nodes]
  watching.graph.outputs = [...watching.graph.outputs, ...values]
  return { watching, outputs }
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(folder) ? path.slice(folder.length).replace(/^[\\/]+/, '') : path
}
