import type { Dimension, ModelInput, ModelWarning } from '../../../contract/model.ts'
import { expressionSize } from './dimension-expressions.ts'
import {
  axisNamedBatch,
  mostFrequentFirst,
  isSinglePicture,
  isOpen,
  meansNothingElse,
  meansOther,
  symbolAt,
  said,
} from './dimension-signs.ts'
import type { GraphTrace } from '../trace/trace-graph.ts'

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
  confidence: NonNullable<ModelInput['batchAxisConfidence']>
}

export interface FoundBatchAxes {
  /** By input, in the order of the inputs. */
  inputs: Map<string, FoundAxis>
  /** The batch size that the graph takes and no other, where its inputs leave the batch open. */
  pinned?: number
  warnings: ModelWarning[]
}

/**
 * Finds the dimension of each input that counts samples. In this order: a symbolic name that says so; an open dimension
 * that operators of the graph count samples along; one that is the same as another input's batch axis; the first
 * dimension, where it is open and neither its name nor the graph says otherwise; a symbolic name shared with another
 * input's batch axis; and where no input has an open batch axis, a dimension of fixed size that operators count samples
 * along, or else the first.
 */
export function findBatchAxes(
  inputs: readonly ShapedValue[],
  outputs: readonly ShapedValue[],
  trace: GraphTrace,
): FoundBatchAxes {
  const search = new AxisSearch(inputs, outputs, trace)
  return search.run()
}

class AxisSearch {
  readonly #inputs: readonly ShapedValue[]
  readonly #outputs: readonly ShapedValue[]
  readonly #trace: GraphTrace
  readonly #found = new Map<string, FoundAxis & { axis: number }>()
  readonly #warnings: ModelWarning[] = []
  #pinned: number | undefined
  readonly #shapes: ReadonlyMap<string, readonly Dimension[]>
  readonly #dimensions: ReadonlySet<Dimension>
  /** Outputs by the variable that is their first dimension. */
  readonly #reached = new Map<number, string>()

  constructor(inputs: readonly ShapedValue[], outputs: readonly ShapedValue[], trace: GraphTrace) {
    this.#inputs = inputs
    this.#outputs = outputs
    this.#trace = trace
    this.#shapes = new Map(inputs.map(({ name, shape }) => [name, shape]))
    this.#dimensions = new Set(inputs.flatMap(({ shape }) => shape))
    for (const { name } of outputs) {
      const [first] = trace.outputs.get(name) ?? []
      const only = first && trace.extents.variableOf(first)
      if (only !== undefined && !this.#reached.has(only)) this.#reached.set(only, name)
    }
  }

  run(): FoundBatchAxes {
    this.#takeNamed()
    const named = this.#found.size > 0
    this.#takeDemanded(
      (dimension) => isOpen(dimension) && meansNothingElse(dimension) && !this.#isMadeOfOthers(dimension),
    )
    this.#takeSame()
    this.#takeFirst(named)
    this.#takeShared()
    this.#takeSame()
    if (this.#found.size === 0) this.#takeFixed()
    this.#warnFixed()
    if (this.#found.size === 0) {
      this.#warnings.push({
        code: 'no-batch-axis',
        message: 'No input has a dimension that counts samples, so only batch size 1 can be run.',
        remedy: 'If one does, name it with --batch-axis INPUT=AXIS.',
      })
    }
    const inputs = new Map(
      this.#inputs.map((input): [string, FoundAxis] => [
        input.name,
        this.#found.get(input.name) ?? this.#none(input),
      ]),
    )
    return {
      inputs,
      warnings: this.#warnings,
      ...(this.#pinned === undefined ? {} : { pinned: this.#pinned }),
    }
  }

  #rest(): ShapedValue[] {
    return this.#inputs.filter(({ name }) => !this.#found.has(name))
  }

  #takeNamed(): void {
    for (const { name, shape } of this.#rest()) {
      const axis = axisNamedBatch(shape)
      if (axis === undefined) continue
      const reason = `its name \`${symbolAt(shape, axis)}\` says so`
      const rival = shape.findIndex((_, at) => at !== axis && this.#facts(name, at)?.samples !== undefined)
      const steps = this.#facts(name, axis)?.other
      if (rival >= 0 && steps?.value === 'steps') {
        const by = this.#facts(name, rival)?.samples ?? ''
        this.#found.set(name, { axis, reason, confidence: 'guess' })
        this.#warnings.push(
          uncertain(
            name,
            `its name \`${symbolAt(shape, axis)}\` says so, but ${by} counts samples along axis ${rival}`,
          ),
        )
      } else this.#found.set(name, { axis, reason, confidence: 'certain' })
    }
  }

  /** Dimensions along which operators count samples. */
  #takeDemanded(allowed: (dimension: Dimension) => boolean): void {
    for (const { name, shape } of this.#rest()) {
      const axis = shape.findIndex(
        (dimension, at) => allowed(dimension) && this.#facts(name, at)?.samples !== undefined,
      )
      if (axis < 0) continue
      const by = this.#facts(name, axis)?.samples ?? ''
      const dimension = shape[axis]
      const fixed = typeof dimension === 'number' ? `, fixed at ${dimension}` : ''
      this.#found.set(name, { axis, reason: `${by} counts samples along it${fixed}`, confidence: 'likely' })
    }
  }

  /** Dimensions that the graph takes for the same as a batch axis: states beside the inputs that they belong to. */
  #takeSame(): void {
    const roots = batchRoots(this.#trace, this.#found)
    const symbols = this.#symbols()
    for (const { name, shape } of this.#rest()) {
      const traced = this.#trace.inputs.get(name) ?? []
      const axis = shape.findIndex((dimension, at) => {
        const extent = traced[at]
        const root = extent && this.#trace.extents.variableOf(extent)
        return root !== undefined && roots.has(root) && meansNothingElse(dimension)
      })
      if (axis < 0) continue
      const extent = traced[axis]
      const other = extent && roots.get(this.#trace.extents.variableOf(extent) ?? -1)
      const symbol = symbolAt(shape, axis)
      const isShared = symbol !== undefined && symbols.has(symbol)
      const reason = isShared
        ? `it shares \`${symbol}\` with another input's batch axis`
        : `the graph takes it for the same as the batch axis of "${other}"`
      this.#found.set(name, {
        axis,
        reason,
        confidence: this.#found.get(other ?? '')?.confidence === 'guess' ? 'guess' : 'likely',
      })
    }
  }

  /** First dimensions that are open, where nothing speaks against them. */
  #takeFirst(named: boolean): void {
    for (const { name, shape } of this.#rest()) {
      const [first] = shape
      if (!isOpen(first) || !meansNothingElse(first) || this.#isMadeOfOthers(first)) continue
      const facts = this.#facts(name, 0)
      const against = facts?.samples === undefined ? facts?.other : undefined
      if (against !== undefined && against.value !== 'items') continue
      const symbol = symbolAt(shape, 0)
      const place = `its first dimension is open${said(symbol)}`
      const support = against === undefined ? this.#supportFor(name) : undefined
      const reason = support === undefined ? place : `${place} and ${support}`
      this.#found.set(name, { axis: 0, reason, confidence: support === undefined ? 'guess' : 'likely' })
      if (support !== undefined) continue
      if (against !== undefined) {
        this.#warnings.push(
          uncertain(name, `its first dimension${said(symbol)} is open, but ${against.by} works along it`),
        )
      } else if ((named && meansOther(first)) || (shape.length === 1 && !named)) {
        this.#warnings.push(
          uncertain(name, `only the place of its first dimension${said(symbol)} speaks for it`),
        )
      }
    }
  }

  /** What the graph has to say for an input's first dimension. */
  #supportFor(name: string): string | undefined {
    const extent = this.#trace.inputs.get(name)?.[0]
    const only = extent && this.#trace.extents.variableOf(extent)
    if (extent === undefined || only === undefined) return undefined
    const facts = this.#trace.extents.facts(extent)
    if (facts?.partOfSamples !== undefined) return `${facts.partOfSamples} counts it among the samples`
    const reached = this.#reached.get(only)
    if (reached === undefined) return undefined
    return reached.length > 80 ? 'an output has it first too' : `output "${reached}" has it first too`
  }

  #takeShared(): void {
    const symbols = this.#symbols()
    for (const { name, shape } of this.#rest()) {
      const axis = shape.findIndex((dimension) => typeof dimension === 'string' && symbols.has(dimension))
      if (axis < 0) continue
      const reason = `it shares \`${symbolAt(shape, axis)}\` with another input's batch axis`
      this.#found.set(name, { axis, reason, confidence: 'likely' })
    }
  }

  /** Dimensions of fixed size, of the same size for all inputs. */
  #takeFixed(): void {
    const isFixed = (dimension: Dimension) => typeof dimension === 'number'
    this.#takeDemanded(isFixed)
    const [demanded] = this.#found
    let size = demanded === undefined ? undefined : this.#sizeAt(demanded[0], demanded[1].axis)
    for (const [name, { axis }] of this.#found) {
      // A batch of two sizes is none.
      if (this.#sizeAt(name, axis) !== size) this.#found.delete(name)
    }
    this.#takeSame()
    const candidates = this.#rest().filter(({ name, shape }) => {
      const against = this.#facts(name, 0)?.other
      return (
        shape.length >= 2 &&
        isFixed(shape[0] ?? null) &&
        !isSinglePicture(shape) &&
        (against === undefined || against.value === 'items')
      )
    })
    size ??= mostFrequentFirst(candidates, this.#outputs)
    for (const { name, shape } of candidates) {
      if (shape[0] !== size || this.#found.has(name)) continue
      const support = this.#supportFor(name)
      const place = `its first dimension, fixed at ${size}, is taken for the batch`
      const reason = support === undefined ? place : `${place}: ${support}`
      this.#found.set(name, { axis: 0, reason, confidence: support === undefined ? 'guess' : 'likely' })
    }
  }

  #warnFixed(): void {
    const fixed = this.#inputs.flatMap(({ name, shape }) => {
      const axis = this.#found.get(name)?.axis
      const size = axis === undefined ? undefined : shape[axis]
      return typeof size === 'number' ? [{ name, size }] : []
    })
    const remedy = (size: number) =>
      `Make the batch dynamic (--make-dynamic on the command line), or measure batch size ${size} only.`
    const [first] = fixed
    if (first !== undefined) {
      const { name, size } = first
      const message = `The batch of input "${name}" is fixed at ${size}: no other batch size can be run.`
      this.#warnings.push({ code: 'fixed-batch', message, remedy: remedy(size) })
      return
    }
    const baked = [...this.#found].flatMap(([name, { axis }]) => {
      const pinned = this.#facts(name, axis)?.pinned
      return pinned === undefined ? [] : [{ name, ...pinned }]
    })[0]
    if (baked === undefined) return
    const { name, by, value } = baked
    this.#pinned = value
    const message = `The batch of input "${name}" is open, but ${by} inside the graph takes ${value} and nothing else.`
    this.#warnings.push({ code: 'fixed-batch', message, remedy: remedy(value) })
  }

  #none({ name, shape }: ShapedValue): FoundAxis {
    if (shape.length === 0) return { reason: 'it is a scalar', confidence: 'certain' }
    const open = shape.flatMap((dimension, axis) => (isOpen(dimension) ? [axis] : []))
    if (open.length === 0) {
      return {
        reason: 'all its dimensions are fixed',
        confidence: this.#found.size > 0 ? 'likely' : 'guess',
      }
    }
    const against = open.map((axis) => this.#facts(name, axis)?.other)
    const confidence = against.every((demand) => demand !== undefined) ? 'likely' : 'guess'
    const [first] = against
    const names = open.flatMap((axis) => symbolAt(shape, axis) ?? []).map((symbol) => `\`${symbol}\``)
    if (isOpen(shape[0]) && meansNothingElse(shape[0]) && first !== undefined) {
      return {
        reason: `its first dimension${said(symbolAt(shape, 0))} counts ${first.value} for ${first.by}`,
        confidence,
      }
    }
    const reason =
      names.length === 0
        ? 'its first dimension is not open'
        : `none of its open dimensions (${names.join(', ')}) counts samples by its name`
    return { reason, confidence }
  }

  #symbols(): Set<string> {
    return batchSymbols(this.#inputs, this.#found)
  }

  /** `batch * heads` is not the batch, where there is one. */
  #isMadeOfOthers(dimension: Dimension | undefined): boolean {
    if (typeof dimension !== 'string') return false
    let isOfOthers = false
    const note = (name: string) => {
      isOfOthers ||= this.#dimensions.has(name)
      return 8
    }
    return expressionSize(dimension, note) !== undefined && isOfOthers
  }

  #sizeAt(name: string, axis: number): Dimension | undefined {
    return this.#shapes.get(name)?.[axis]
  }

  #facts(name: string, axis: number) {
    const extent = this.#trace.inputs.get(name)?.[axis]
    return extent && this.#trace.extents.facts(extent)
  }
}

/** The variables of the trace that are batch axes, and an input that each is of. */
export function batchRoots(
  { extents, inputs }: GraphTrace,
  found: ReadonlyMap<string, { axis?: number | undefined }>,
): Map<number, string> {
  const roots = new Map<number, string>()
  for (const [name, { axis }] of found) {
    const extent = axis === undefined ? undefined : inputs.get(name)?.[axis]
    const root = extent && extents.variableOf(extent)
    if (root !== undefined && !roots.has(root)) roots.set(root, name)
  }
  return roots
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

function uncertain(name: string, clause: string): ModelWarning {
  return {
    code: 'uncertain-batch-axis',
    message: `The batch axis of input "${name}" is a guess: ${clause}.`,
    remedy: `Correct it with --batch-axis ${name}=AXIS, or ${name}=none.`,
  }
}
