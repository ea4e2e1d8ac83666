import type { FreeDimension, ModelDescription } from '../../contract/model.ts'
import { expressionSize } from '../model/axes/dimension-expressions.ts'
import { resolveDimensionKey } from '../model/axes/dimensions.ts'
import { readWholeList, refused, understood, type Reading } from './draft-reading.ts'

/** Values per dimension beyond which a sweep over it would never end. */
const mostValues = 64

/**
 * Values of every free dimension by its canonical key: those given (each `NAME=V`, `NAME=V,V` or `INPUT:AXIS=V`), and
 * the model's suggestion for the others, so that a result says what was run. A batch axis that the user took back is a
 * free dimension like any other, and one that they gave is none. A dimension that is made of others (`past + sequence`)
 * and is not given follows them, and is left out.
 */
export function readDims(
  texts: readonly string[],
  described: ModelDescription,
  batchAxes: Readonly<Record<string, number | null>>,
): Reading<Record<string, number[]>> {
  const model = withBatchAxes(described, batchAxes)
  const given = new Map<string, number[]>()
  for (const text of texts) {
    const cut = text.lastIndexOf('=')
    if (cut < 1) {
      return refused(`Dimension "${text}" cannot be read.`, 'Write NAME=VALUE or INPUT:AXIS=VALUE.')
    }
    const name = text.slice(0, cut).trim()
    const dimension = resolveDimensionKey(model, name)
    if (dimension === undefined) return refuseName(name, model)
    if (given.has(dimension.key)) {
      return refused(
        `Dimension "${name}" is given twice.`,
        `Write several values as ${dimension.key}=64,128.`,
      )
    }
    const values = readWholeList(text.slice(cut + 1), {
      what: `Dimension "${name}": value`,
      least: 1,
      most: 1_048_576,
    })
    if (!values.ok) return values
    if (values.value.length === 0) {
      return refused(`Dimension "${name}" has no value.`, `Write for example ${name}=${dimension.suggested}.`)
    }
    if (values.value.length > mostValues) {
      return refused(`Dimension "${name}" has ${values.value.length} values.`, `Give at most ${mostValues}.`)
    }
    given.set(dimension.key, values.value)
  }
  const left = model.freeDimensions.filter(({ key }) => given.has(key) || !isMadeOfOthers(key, model))
  return understood(
    Object.fromEntries(left.map(({ key, suggested }) => [key, given.get(key) ?? [suggested]])),
  )
}

/** Whether a dimension such as `past + sequence` follows from the values of others, whatever they are. */
function isMadeOfOthers(key: string, { inputs, freeDimensions }: ModelDescription): boolean {
  const batch = inputs.flatMap(({ shape, batchAxis }) => (batchAxis === undefined ? [] : [shape[batchAxis]]))
  const sizeOf = (name: string) =>
    batch.includes(name) ? 1 : freeDimensions.find((dimension) => dimension.key === name)?.suggested
  return expressionSize(key, sizeOf) !== undefined
}

/** The model as it is with the user's batch axes: its inputs, and the dimensions that stay free. */
export function withBatchAxes(
  model: ModelDescription,
  batchAxes: Readonly<Record<string, number | null>>,
): ModelDescription {
  if (Object.keys(batchAxes).length === 0) return model
  const inputs = model.inputs.map((input) => {
    const axis = batchAxes[input.name]
    return axis === undefined ? input : { ...input, batchAxis: axis ?? undefined }
  })
  const batchSymbols = new Set(
    inputs.flatMap(({ shape, batchAxis }) => (batchAxis === undefined ? [] : [shape[batchAxis]])),
  )
  const free = new Map<string, FreeDimension>()
  for (const { name, shape, batchAxis } of inputs) {
    for (const [axis, dimension] of shape.entries()) {
      if (typeof dimension === 'number' || axis === batchAxis) continue
      if (dimension !== null && batchSymbols.has(dimension)) continue
      const place = `${name}:${axis}`
      const known = resolveDimensionKey(model, place)
      const key = known?.key ?? dimension ?? place
      const places = [...(free.get(key)?.places ?? []), place]
      const { suggested, reason } = known ?? { suggested: 1, reason: 'it was taken for the batch' }
      free.set(key, { key, places, suggested, ...(reason === undefined ? {} : { reason }) })
    }
  }
  return { ...model, inputs, freeDimensions: [...free.values()] }
}

/** Why a name is none of the free dimensions: it counts samples, has one size, or does not exist. */
function refuseName(name: string, model: ModelDescription): Reading<never> {
  const place = placeOf(name, model)
  const isBatch = model.inputs.some(
    ({ name: input, shape, batchAxis }) =>
      batchAxis !== undefined &&
      (shape[batchAxis] === name || (place?.input === input && place.axis === batchAxis)),
  )
  if (isBatch) {
    return refused(
      `"${name}" is the batch axis of the model, not a free dimension.`,
      'Give its values as batch sizes.',
    )
  }
  if (place !== undefined) {
    const input = model.inputs.find((candidate) => candidate.name === place.input)
    const size = input?.shape[place.axis]
    if (typeof size === 'number') {
      return refused(`Dimension "${name}" has the fixed size ${size}.`, knownNames(model.freeDimensions))
    }
    if (input !== undefined && place.axis >= input.shape.length) {
      return refused(
        `Input "${place.input}" has no axis ${place.axis}: its axes are 0 to ${input.shape.length - 1}.`,
        knownNames(model.freeDimensions),
      )
    }
  }
  return refused(`The model has no dimension "${name}".`, knownNames(model.freeDimensions))
}

function placeOf(name: string, model: ModelDescription): { input: string; axis: number } | undefined {
  const [, input = '', axis = ''] = /^(.*):(\d+)$/.exec(name) ?? []
  return model.inputs.some((candidate) => candidate.name === input)
    ? { input, axis: Number(axis) }
    : undefined
}

function knownNames(dimensions: readonly FreeDimension[]): string {
  if (dimensions.length === 0) return 'It has no free dimensions.'
  return `Its free dimensions are ${dimensions.map(({ key }) => key).join(', ')}.`
}
