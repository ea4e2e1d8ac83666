import { badInput } from '../../contract/failure.ts'
import type { Dimension, ModelInput, TensorType } from '../../contract/model.ts'
import type { ArrayHeader } from './npy-header.ts'

/** How an array becomes an input's values. */
export interface FittedArray {
  /** With as many dimensions as the input: a single sample without a batch dimension has been given one. */
  shape: number[]
  /** Samples along the input's batch axis; absent where the input has none. */
  items?: number
}

/**
 * Checks an array against the input that it is to be fed to: its dtype, the number of its dimensions, and every size
 * that the model fixes. `what` is the array in messages. Throws a BatchscopeError `bad-input` that says what the array
 * is, what the input takes, and how to convert it.
 */
export function fitArray(input: ModelInput, { dtype, shape }: ArrayHeader, what: string): FittedArray {
  const { name, type, batchAxis } = input
  const refusal = (hint: string) =>
    badInput(
      `${what} holds ${dtype.name} ${shapeText(shape)}, and input "${name}" takes ${type} ${shapeText(input.shape)}.`,
      hint,
    )
  if (!storageTypes(type).includes(dtype.type)) throw refusal(`Convert it: ${conversion(type)}.`)
  const full = withBatch(input, shape)
  if (full.length !== input.shape.length) throw refusal(dimensionsHint(input, shape))
  for (const [axis, size] of full.entries()) {
    const wanted = input.shape[axis]
    if (axis === batchAxis || typeof wanted !== 'number' || wanted === size) continue
    // Said of the array as it is.
    const own = full.length === shape.length || axis < (batchAxis ?? 0) ? axis : axis - 1
    throw refusal(`Its axis ${own} must have size ${wanted}; it has ${size}.`)
  }
  if (full.includes(0)) throw badInput(`${what} has no elements: its shape is ${shapeText(shape)}.`)
  return { shape: full, ...(batchAxis === undefined ? {} : { items: full[batchAxis] }) }
}

/** `[batch, 3, ?]`. */
export function shapeText(shape: readonly Dimension[]): string {
  return `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`
}

/** Types whose values a file may hold for an input: its own; four-bit numbers come one to a byte. */
function storageTypes(type: ModelInput['type']): readonly TensorType[] {
  if (type === 'int4') return ['int8']
  if (type === 'uint4') return ['uint8']
  return [type]
}

/** What NumPy calls the types whose name differs. */
const numpyNames: Partial<Record<ModelInput['type'], string>> = {
  ...{ string: 'str', bool: 'bool', int4: 'np.int8', uint4: 'np.uint8' },
}

function conversion(type: ModelInput['type']): string {
  return `x.astype(${numpyNames[type] ?? `np.${type}`})`
}

/** One sample, all of whose dimensions are the input's but for the batch, is a batch of one. */
function withBatch({ shape: wanted, batchAxis }: ModelInput, shape: readonly number[]): number[] {
  return batchAxis !== undefined && shape.length === wanted.length - 1
    ? shape.toSpliced(batchAxis, 0, 1)
    : [...shape]
}

function dimensionsHint({ shape, batchAxis }: ModelInput, own: readonly number[]): string {
  const dimensions = `${shape.length} ${shape.length === 1 ? 'dimension' : 'dimensions'}`
  const single = batchAxis === undefined ? '' : `, or ${shape.length - 1} for a single sample`
  return `It needs ${dimensions}${single}; it has ${own.length}.`
}
