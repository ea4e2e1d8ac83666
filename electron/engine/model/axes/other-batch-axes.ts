import type { Dimension, ModelDescription, ModelInput } from '../../../contract/model.ts'
import { meaningOf } from './dimension-names.ts'

/** Batch axes by input, where they differ from those found; null says that an input has none. */
export type BatchAxes = Readonly<Record<string, number | null>>

/** Trying one takes about as long as loading the model. */
const mostOthers = 5

/**
 * Other batch axes that a model may have, most likely first: of inputs whose axis was guessed, or where none was found,
 * the other open dimensions that no name speaks against; one input changed, then two. Inputs in `settled` stay as they
 * are.
 */
export function otherBatchAxes(model: ModelDescription, settled: BatchAxes): BatchAxes[] {
  const choices = model.inputs
    .filter(({ name }) => !Object.hasOwn(settled, name))
    .map((input) => ({ name: input.name, axes: otherAxes(input, model.inputs) }))
    .filter(({ axes }) => axes.length > 0)
  const single = choices.flatMap(({ name, axes }) => axes.map((axis): BatchAxes => ({ [name]: axis })))
  const pairs = choices.flatMap((one, index) =>
    choices
      .slice(index + 1)
      .flatMap((other) =>
        one.axes.flatMap((axis) =>
          other.axes.map((second): BatchAxes => ({ [one.name]: axis, [other.name]: second })),
        ),
      ),
  )
  const axisOf = ({ name, batchAxis }: ModelInput, changed: BatchAxes) => {
    const change = Object.hasOwn(changed, name) ? changed[name] : (settled[name] ?? batchAxis)
    return change ?? undefined
  }
  return [...single, ...pairs]
    .filter((changed) => model.inputs.some((input) => axisOf(input, changed) !== undefined))
    .slice(0, mostOthers)
}

/** As `--batch-axis` takes them. */
export function axisTexts(axes: BatchAxes): string[] {
  return Object.entries(axes).map(([name, axis]) => `${name}=${axis ?? 'none'}`)
}

function otherAxes(input: ModelInput, all: readonly ModelInput[]): (number | null)[] {
  const { shape, batchAxis, batchAxisConfidence: confidence } = input
  if (batchAxis !== undefined && confidence !== 'guess') return []
  const open = shape.flatMap((dimension, axis) =>
    axis !== batchAxis && typeof dimension !== 'number' && canCountSamples(dimension) ? [axis] : [],
  )
  // Where other inputs have a batch axis, this one may be a setting of the model.
  const none =
    batchAxis !== undefined && all.some((other) => other !== input && other.batchAxis !== undefined)
  return none ? [...open, null] : open
}

function canCountSamples(dimension: Dimension): boolean {
  return typeof dimension !== 'string' || ['unnamed', 'other', 'batch'].includes(meaningOf(dimension))
}
