import { badInput } from '../../contract/failure.ts'
import type { InputPlan } from '../../contract/host-protocol.ts'
import type { ModelDescription, ModelInput } from '../../contract/model.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { shapeText } from '../inputs/fit-array.ts'
import type { InputValues, OwnValues } from '../inputs/input-values.ts'
import { batchSymbols } from './axes/batch-axes.ts'
import { expressionSize } from './axes/dimension-expressions.ts'
import { resolveDimensionKey } from './axes/dimensions.ts'
import { chooseFeeding, feedingContext, type FeedingContext } from './input-fill.ts'
import { isFeedable } from './reading/tensor-types.ts'

/** ONNX Runtime for Node counts the elements of a tensor in 32 bits. */
const mostElements = 2 ** 31 - 1

/** Everything that a session needs to be fed one configuration. */
export interface PlannedInputs {
  inputs: InputPlan[]
  /** Sizes of the inputs' open dimensions by symbolic name, the batch's among them. */
  freeDimensionOverrides: Record<string, number>
}

/**
 * The shape and the filling of every input for one configuration. `batchAxes` corrects the model's batch axes by input;
 * null says that an input has none. `own` are the user's own values; other inputs are made. Free dimensions that
 * `config.dims` does not give take the model's suggestion.
 * Throws a BatchscopeError `bad-input` that names what cannot be: a fixed batch of another size, an unknown dimension
 * or input, an axis that does not exist, a tensor too large for any machine.
 */
export function planInputs(
  model: ModelDescription,
  config: TrialConfig,
  batchAxes: Readonly<Record<string, number | null>>,
  own: OwnValues = new Map(),
): PlannedInputs {
  const inputs = correctBatchAxes(model, batchAxes)
  const { batchSize } = config
  checkBatchSize(inputs, batchSize)
  const sizes = openSizes({ ...model, inputs }, config)
  const shapes = new Map(
    inputs.map(({ name, shape }) => [
      name,
      shape.map((dimension, axis) =>
        typeof dimension === 'number' ? dimension : (sizes.get(`${name}:${axis}`) ?? 1),
      ),
    ]),
  )
  const context = feedingContext(inputs, shapes)
  const overrides: Record<string, number> = {}
  for (const { name, shape } of inputs) {
    shape.forEach((dimension, axis) => {
      if (typeof dimension === 'string') overrides[dimension] = shapes.get(name)?.[axis] ?? 1
    })
  }
  return {
    inputs: inputs.map((input) => {
      const planned = planInput(input, shapes.get(input.name) ?? [], context, batchSize)
      const values = own.get(input.name)
      return values === undefined ? planned : { ...planned, fill: fileFill(input, planned.shape, values) }
    }),
    freeDimensionOverrides: overrides,
  }
}

function planInput(
  input: ModelInput,
  shape: number[],
  context: FeedingContext,
  batchSize: number,
): InputPlan {
  const { name, type } = input
  if (!isFeedable(type)) {
    throw badInput(
      `Input "${name}" is ${type === 'unknown' ? 'no tensor of a type that can be fed' : `of type ${type}`}.`,
      'ONNX Runtime for Node cannot run this model; export it with float32 or float16 inputs.',
    )
  }
  const elements = shape.reduce((product, size) => product * size, 1)
  if (elements > mostElements) {
    throw badInput(
      `Input "${name}" would have ${elements.toLocaleString('en-US', { maximumSignificantDigits: 3 })} elements at batch size ${batchSize.toLocaleString('en-US')}; a tensor has at most ${mostElements.toLocaleString('en-US')}.`,
      'Use smaller batch sizes or dimensions.',
    )
  }
  return { name, type, shape, fill: chooseFeeding(input, shape, context).fill }
}

/** Values of a file. Throws where they are of another type or shape than what is to be fed. */
function fileFill(
  { name, type, batchAxis: axis }: ModelInput,
  shape: readonly number[],
  { path, offset, items, ...values }: InputValues,
): InputPlan['fill'] {
  const batch = axis === undefined || items === undefined ? undefined : { axis, items }
  const wanted = batch === undefined ? shape : shape.with(batch.axis, batch.items)
  if (values.type !== type || shapeText(values.shape) !== shapeText(wanted)) {
    throw badInput(
      `The values for input "${name}" are ${values.type} ${shapeText(values.shape)}, and ${type} ${shapeText(wanted)} are to be fed.`,
      'Give values of that type and shape, or leave the dimensions to them.',
    )
  }
  return { kind: 'file', path, offset, ...(batch === undefined ? {} : { batch }) }
}

/** The model's inputs with the user's batch axes in place of those that were found. */
function correctBatchAxes(
  model: ModelDescription,
  batchAxes: Readonly<Record<string, number | null>>,
): ModelInput[] {
  const known = model.inputs.map(({ name }) => name)
  for (const name of Object.keys(batchAxes)) {
    if (known.includes(name)) continue
    throw badInput(`The model has no input "${name}".`, `Its inputs are ${known.join(', ')}.`)
  }
  return model.inputs.map((input) => {
    const correction = Object.hasOwn(batchAxes, input.name) ? batchAxes[input.name] : undefined
    if (correction === undefined) return input
    if (correction === null) return { ...input, batchAxis: undefined }
    if (!Number.isInteger(correction) || correction < 0 || correction >= input.shape.length) {
      throw badInput(
        `Input "${input.name}" has no axis ${correction}.`,
        input.shape.length === 0 ? 'It is a scalar.' : `Its axes are 0 to ${input.shape.length - 1}.`,
      )
    }
    return { ...input, batchAxis: correction }
  })
}

function checkBatchSize(inputs: readonly ModelInput[], batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw badInput(`${batchSize} is no batch size.`, 'Batch sizes are whole numbers from 1.')
  }
  let any = false
  for (const { name, shape, batchAxis } of inputs) {
    if (batchAxis === undefined) continue
    any = true
    const fixed = shape[batchAxis]
    if (typeof fixed !== 'number' || fixed === batchSize) continue
    throw badInput(
      `Input "${name}" has a fixed batch of ${fixed}: batch size ${batchSize} cannot be run.`,
      `Use batch size ${fixed} only, or make the batch dynamic (--make-dynamic on the command line).`,
    )
  }
  if (!any && batchSize !== 1) {
    throw badInput(
      `The model has no batch axis: batch size ${batchSize} cannot be run.`,
      'Use batch size 1 only, or name the batch axis with --batch-axis INPUT=AXIS.',
    )
  }
}

/** The size of every open dimension, by place. */
function openSizes(model: ModelDescription, { batchSize, dims }: TrialConfig): Map<string, number> {
  const given = givenSizes(model, dims)
  const batch = batchSymbols(
    model.inputs,
    new Map(model.inputs.map((input) => [input.name, { axis: input.batchAxis }])),
  )
  const sizeOf = (symbol: string) => {
    if (batch.has(symbol)) return batchSize
    const free = resolveDimensionKey(model, symbol)
    return free && (given.get(free.places[0] ?? '') ?? free.suggested)
  }
  const sizes = new Map<string, number>()
  for (const { name, shape, batchAxis } of model.inputs) {
    shape.forEach((dimension, axis) => {
      if (typeof dimension === 'number') return
      const place = `${name}:${axis}`
      const isBatch = axis === batchAxis || (dimension !== null && batch.has(dimension))
      const free = resolveDimensionKey(model, place)
      const made = typeof dimension === 'string' ? expressionSize(dimension, sizeOf) : undefined
      sizes.set(place, isBatch ? batchSize : (given.get(place) ?? made ?? free?.suggested ?? 1))
    })
  }
  return sizes
}

/** The sizes given in a configuration, by every place that they hold for. */
function givenSizes(model: ModelDescription, dims: Readonly<Record<string, number>>): Map<string, number> {
  const given = new Map<string, number>()
  for (const [key, size] of Object.entries(dims)) {
    const places = resolveDimensionKey(model, key)?.places ?? openPlaces(model.inputs, key)
    if (places.length === 0) {
      const names = model.freeDimensions.map((dimension) => dimension.key)
      throw badInput(
        `The model has no free dimension "${key}".`,
        names.length === 0 ? 'It has none at all.' : `Its free dimensions are ${names.join(', ')}.`,
      )
    }
    if (!Number.isInteger(size) || size < 1) {
      throw badInput(`Dimension "${key}" cannot be ${size}.`, 'Sizes are whole numbers from 1.')
    }
    for (const place of places) {
      if ((given.get(place) ?? size) !== size)
        throw badInput(`Dimension "${key}" is given twice, with two sizes.`)
      given.set(place, size)
    }
  }
  return given
}

/** Where a key stands that was a batch dimension before it was corrected. */
function openPlaces(inputs: readonly ModelInput[], key: string): string[] {
  return inputs.flatMap(({ name, shape }) =>
    shape.flatMap((dimension, axis) => {
      const place = `${name}:${axis}`
      return typeof dimension !== 'number' && (dimension === key || place === key) ? [place] : []
    }),
  )
}
