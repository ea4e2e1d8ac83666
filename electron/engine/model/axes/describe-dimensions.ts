import type { FreeDimension, ModelWarning } from '../../../contract/model.ts'
import { batchSymbols, findBatchAxes, type FoundAxis, type FoundBatchAxes } from './batch-axes.ts'
import { findFreeDimensions } from './free-dimensions.ts'
import type { GraphValue } from '../reading/graph.ts'
import { findOutputBatchAxes, type OutputAxis } from './output-batch-axes.ts'
import { traceGraph, type GraphTrace, type TracedModel } from '../trace/trace-graph.ts'

/** What the dimensions of a model's inputs and outputs count. */
export interface DescribedDimensions {
  /** By input. */
  inputs: ReadonlyMap<string, FoundAxis>
  /** By output. */
  outputs: ReadonlyMap<string, OutputAxis>
  freeDimensions: FreeDimension[]
  pinnedBatch?: number
  warnings: ModelWarning[]
}

/**
 * Batch axes and free dimensions of a model with these inputs; `values` are the whole numbers that settings among them
 * are fed, by input. Where branches of the graph hang on the sizes of dimensions, it is followed a second time with the
 * sizes that were found to be sensible.
 */
export function describeDimensions(
  model: TracedModel,
  inputs: readonly GraphValue[],
  values: ReadonlyMap<string, number>,
): DescribedDimensions {
  const { outputs } = model.graph
  const trace = traceGraph(model, { values })
  const first = describe(trace)
  if (isSettled(first)) return first
  const sizes = new Map(
    first.freeDimensions.flatMap(({ places, suggested }) =>
      places.map((place) => [place, suggested] as const),
    ),
  )
  const second = describe(traceGraph(model, { values, sizes }))
  return sureAxes(second) > sureAxes(first) ? second : first

  function describe(followed: GraphTrace): DescribedDimensions {
    const axes: FoundBatchAxes = findBatchAxes(inputs, outputs, followed)
    return {
      inputs: axes.inputs,
      outputs: findOutputBatchAxes(outputs, inputs, axes.inputs, followed),
      freeDimensions: findFreeDimensions(
        inputs.map((input) => ({ ...input, batchAxis: axes.inputs.get(input.name)?.axis })),
        batchSymbols(inputs, axes.inputs),
        // Only where no sizes are assumed does the graph say which it asks for.
        { model, trace, values },
      ),
      ...(axes.pinned === undefined ? {} : { pinnedBatch: axes.pinned }),
      warnings: axes.warnings,
    }
  }
}

function isSettled({ inputs, outputs }: DescribedDimensions): boolean {
  return [...inputs.values()].every(isSure) && [...outputs.values()].every(isSureOutput)
}

function sureAxes({ inputs, outputs }: DescribedDimensions): number {
  return [...inputs.values()].filter(isSure).length + [...outputs.values()].filter(isSureOutput).length
}

const isSure = ({ confidence }: FoundAxis) => confidence !== 'guess'
const isSureOutput = ({ batchAxisConfidence }: OutputAxis) => batchAxisConfidence !== 'guess'
