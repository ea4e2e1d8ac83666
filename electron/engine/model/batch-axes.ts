import type { Dimension, ModelWarning } from '../../contract/model.ts'
import { meaningOf } from './dimension-names.ts'

/** What the search for batch axes looks at in an input or output. */
export interface ShapedValue {
  readonly name: string
  readonly shape: readonly Dimension[]
}

export interface FoundAxis {
  /** Absent when the input has no batch axis. */
  axis?: number
  /** One clause: why this axis, or why none. */
  reason: string
}

export interface FoundBatchAxes {
  /** By input, in the order of the inputs. */
  inputs: Map<string, FoundAxis>
  warnings: ModelWarning[]
}

/**
 * Finds the dimension of each input that counts samples. In this order: a symbolic name that says so; the first
 * dimension, where it is open and its name does not say otherwise; a symbolic name shared with another input's batch
 * axis; and where no input has an open batch axis, the first dimension although its size is fixed.
 */
export function findBatchAxes(inputs: readonly ShapedValue[]): FoundBatchAxes {
  const found = new Map<string, FoundAxis>()
  const warnings: ModelWarning[] = []
  const rest = () => inputs.filter(({ name }) => !found.has(name))

  for (const { name, shape } of inputs) {
    const axis = axisNamedBatch(shape)
    if (axis !== undefined) found.set(name, { axis, reason: `its name \`${symbolAt(shape, axis)}\` says so` })
  }
  const named = found.size > 0
  for (const { name, shape } of rest()) {
    if (!isOpen(shape[0])) continue
    const symbol = symbolAt(shape, 0)
    const meaning = symbol === undefined ? 'unnamed' : meaningOf(symbol)
    if (meaning !== 'unnamed' && meaning !== 'other') continue
    found.set(name, { axis: 0, reason: `its first dimension is open${said(symbol)}` })
    if ((named && meaning === 'other') || (shape.length === 1 && !named)) {
      warnings.push(uncertain(name, `only the place of its first dimension${said(symbol)} speaks for it`))
    }
  }
  const symbols = batchSymbols(inputs, found)
  for (const { name, shape } of rest()) {
    const axis = shape.findIndex((dimension) => typeof dimension === 'string' && symbols.has(dimension))
    if (axis >= 0) {
      found.set(name, {
        axis,
        reason: `it shares \`${symbolAt(shape, axis)}\` with another input's batch axis`,
      })
    }
  }
  if (found.size === 0) {
    const fixed = findFixedBatch(inputs)
    for (const [name, size] of fixed) {
      found.set(name, { axis: 0, reason: `its first dimension, fixed at ${size}, is taken for the batch` })
    }
    warnings.push(...fixedBatchWarning(fixed))
  }
  for (const { name, shape } of rest()) found.set(name, { reason: whyNone(shape) })
  if (inputs.every(({ name }) => found.get(name)?.axis === undefined)) {
    warnings.push({
      code: 'no-batch-axis',
      message: 'No input has a dimension that counts samples, so only batch size 1 can be run.',
      remedy: 'If one does, name it with --batch-axis INPUT=AXIS.',
    })
  }
  return { inputs: new Map(inputs.map(({ name }) => [name, found.get(name) ?? { reason: '' }])), warnings }
}

/**
 * The dimension of an output that counts samples: the one that bears the name of an input's batch dimension, else the
 * first, where it is open (or as large as the fixed batch) and the inputs have theirs first.
 */
export function outputBatchAxis(
  { shape }: ShapedValue,
  inputs: readonly ShapedValue[],
  found: ReadonlyMap<string, FoundAxis>,
): number | undefined {
  const symbols = batchSymbols(inputs, found)
  const named = shape.findIndex((dimension) => typeof dimension === 'string' && symbols.has(dimension))
  if (named >= 0) return named
  const saidBatch = axisNamedBatch(shape)
  if (saidBatch !== undefined) return saidBatch
  const first = inputs.filter(({ name }) => found.get(name)?.axis !== undefined)
  if (first.length === 0 || first.some(({ name }) => found.get(name)?.axis !== 0)) return undefined
  const size = shape[0]
  if (typeof size === 'number') return first.some((input) => input.shape[0] === size) ? 0 : undefined
  if (size === undefined) return undefined
  const otherSymbols = new Set(inputs.flatMap((input) => input.shape))
  return size !== null && (otherSymbols.has(size) || !['unnamed', 'other'].includes(meaningOf(size)))
    ? undefined
    : 0
}

/** The symbolic names of the inputs' batch axes. */
export function batchSymbols(
  inputs: readonly ShapedValue[],
  found: ReadonlyMap<string, { axis?: number | undefined }>,
): Set<string> {
  const symbols = inputs.map(({ name, shape }) => {
    const axis = found.get(name)?.axis
    return axis === undefined ? undefined : symbolAt(shape, axis)
  })
  return new Set(symbols.filter((symbol) => symbol !== undefined))
}

/** The first dimension whose name says batch; the first of all, where there are several. */
function axisNamedBatch(shape: readonly Dimension[]): number | undefined {
  const axis = shape.findIndex(
    (dimension) => typeof dimension === 'string' && meaningOf(dimension) === 'batch',
  )
  return axis < 0 ? undefined : axis
}

/** Inputs whose first dimension may be a fixed batch, with its size: the same size for all of them. */
function findFixedBatch(inputs: readonly ShapedValue[]): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { name, shape } of inputs) {
    const first = shape[0]
    if (shape.length < 2 || typeof first !== 'number' || isSinglePicture(shape)) continue
    const agreed = sizes.values().next().value
    if (agreed === undefined || agreed === first) sizes.set(name, first)
  }
  return sizes
}

/** `[3, 224, 224]`: channels, height and width without a batch. */
function isSinglePicture(shape: readonly Dimension[]): boolean {
  const [channels, ...sides] = shape
  return (
    shape.length === 3 &&
    (channels === 3 || channels === 4) &&
    sides.every((side) => typeof side !== 'number' || side >= 16)
  )
}

function fixedBatchWarning(fixed: ReadonlyMap<string, number>): ModelWarning[] {
  const [entry] = fixed
  if (entry === undefined) return []
  const [name, size] = entry
  return [
    {
      code: 'fixed-batch',
      message: `The batch of input "${name}" is fixed at ${size}: no other batch size can be run.`,
      remedy: `Export the model again with a dynamic first dimension, or measure batch size ${size} only.`,
    },
  ]
}

function uncertain(name: string, clause: string): ModelWarning {
  return {
    code: 'uncertain-batch-axis',
    message: `The batch axis of input "${name}" is a guess: ${clause}.`,
    remedy: `Correct it with --batch-axis ${name}=AXIS, or ${name}=none.`,
  }
}

function whyNone(shape: readonly Dimension[]): string {
  if (shape.length === 0) return 'it is a scalar'
  const open = shape.filter(isOpen)
  if (open.length === 0) return 'all its dimensions are fixed'
  const names = open.filter((dimension) => typeof dimension === 'string').map((name) => `\`${name}\``)
  return names.length === 0
    ? 'its first dimension is not open'
    : `none of its open dimensions (${names.join(', ')}) counts samples by its name`
}

const isOpen = (dimension: Dimension | undefined) => dimension === null || typeof dimension === 'string'

function symbolAt(shape: readonly Dimension[], axis: number): string | undefined {
  const dimension = shape[axis]
  return typeof dimension === 'string' ? dimension : undefined
}

const said = (symbol: string | undefined) => (symbol === undefined ? '' : ` (\`${symbol}\`)`)
