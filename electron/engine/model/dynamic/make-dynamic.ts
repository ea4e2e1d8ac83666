import { BatchscopeError } from '../../../contract/failure.ts'
import type { ModelDescription } from '../../../contract/model.ts'
import { openEvaluator } from '../../host/evaluator.ts'
import type { Ports } from '../../ports.ts'
import type { EditableModel } from '../edit/editable-model.ts'
import { planInputs } from '../plan-inputs.ts'
import { product, type BatchPlace } from './batch-place.ts'
import {
  factsOf,
  mostNumbers,
  withEveryValueShown,
  withValuesShown,
  type ConcreteFacts,
} from './concrete-facts.ts'
import { asIfFree, fixedBatch } from './fixed-batch.ts'
import { proveBatch } from './prove-batch.ts'
import { notConvertible, setBatchFree } from './set-batch-free.ts'

export interface DynamicQuestion {
  ports: Pick<Ports, 'hosts' | 'clock' | 'files'>
  /** The model as it was read, and as it is to be changed. */
  description: ModelDescription
  model: EditableModel
  /** The user's corrections by input; null says that an input has none. */
  batchAxes: Readonly<Record<string, number | null>>
  /** Where the made model is to lie; its external data lie beside it already. */
  path: string
}

/**
 * Makes a copy of a model whose batch is fixed, with the batch set free, writes it to `path`, and proves it in session
 * hosts. Gives what was changed and what was shown. Rejects with `not-convertible` where that cannot be done or shown;
 * then nothing is left at `path`.
 */
export async function makeDynamic(
  question: DynamicQuestion,
): Promise<{ changes: string[]; checks: string[] }> {
  const { ports, description, model, path } = question
  const fixed = fixedBatch(description, question.batchAxes)
  const facts = await lookAtValues(question, fixed.batch)
  const { changes, outputs, places } = setBatchFree({
    model,
    facts,
    ...fixed,
    allFixed: description.freeDimensions.length === 0,
  })
  const shownPath = besides(path, ports.files)
  await ports.files.write(path, model.chunks())
  try {
    const opened = asIfFree(description, fixed.batchAxes)
    const checks = await proveBatch({
      ports,
      originalPath: description.path,
      madePath: path,
      ...fixed,
      outputs,
      onTheWay: comparable(model, places, facts),
      showOnTheWay: async (values) => {
        await ports.files.write(shownPath, withValuesShown(model, values).chunks())
        return shownPath
      },
      plan: (batchSize) => planFor(opened, question.batchAxes, batchSize),
    })
    return { changes, checks }
  } catch (error) {
    await ports.files.remove(path)
    throw error
  } finally {
    await ports.files.remove(shownPath)
  }
}

/** Larger values are not compared, in elements at the fixed batch size. */
const mostCompared = 4_000_000

/** Values on the way from inputs to outputs that can well be compared with each other. */
function comparable(
  { graph }: EditableModel,
  places: ReadonlyMap<string, BatchPlace>,
  facts: ConcreteFacts,
): Map<string, BatchPlace> {
  const ends = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  return new Map(
    [...places].filter(
      ([name]) =>
        !ends.has(name) &&
        facts.type(name) !== 'unknown' &&
        product(facts.shape(name) ?? [Infinity]) <= mostCompared,
    ),
  )
}

/** The same symbols stay open in the session, so that one session runs every batch size. */
function planFor(
  model: ModelDescription,
  corrections: Readonly<Record<string, number | null>>,
  batchSize: number,
) {
  const config = { batchSize, executionProvider: 'cpu' as const, dims: {} }
  const { inputs, freeDimensionOverrides } = planInputs(model, config, corrections)
  const batch = new Set(
    model.inputs.flatMap(({ shape, batchAxis }) => (batchAxis === undefined ? [] : [shape[batchAxis]])),
  )
  const overrides = Object.fromEntries(
    Object.entries(freeDimensionOverrides).filter(([symbol]) => !batch.has(symbol)),
  )
  return { inputs, overrides }
}

/** A file for a moment, where the external data of the model are found. */
function besides(path: string, files: Ports['files']): string {
  return files.resolve(files.folderOf(path), '.batchscope-values.onnx')
}

/** Runs a copy of the model that shows every value, once, at the fixed batch size. */
async function lookAtValues(question: DynamicQuestion, batch: number): Promise<ConcreteFacts> {
  const { ports, description, model, path } = question
  const { inputs } = planFor(description, question.batchAxes, batch)
  const shown = withEveryValueShown(model)
  const shownPath = besides(path, ports.files)
  await ports.files.write(shownPath, shown.chunks())
  try {
    const evaluator = await openEvaluator(ports, { modelPath: shownPath, optimisation: 'disabled' })
    try {
      const { outputs } = await evaluator.evaluate(inputs, { mostElements: mostNumbers })
      return factsOf(model.graph, inputs, outputs)
    } finally {
      await evaluator.end()
    }
  } catch (error) {
    if (!(error instanceof BatchscopeError) || !['model-load', 'inference'].includes(error.failure.code))
      throw error
    const { message, detail } = error.failure
    throw notConvertible(`The model could not be run to look at its values: ${message}`, detail)
  } finally {
    await ports.files.remove(shownPath)
  }
}
