import type { Dimension, FreeDimension } from '../../../contract/model.ts'
import { formatCount } from '../../../contract/quantity.ts'
import { expressionSize } from './dimension-expressions.ts'
import { meaningOf, wordsOf, type DimensionMeaning } from './dimension-names.ts'
import { fittingSizes, type Kind } from './fitting-sizes.ts'
import type { GraphValue } from '../reading/graph.ts'
import { isInteger, isReal } from '../reading/tensor-types.ts'
import type { Extent } from '../trace/extents.ts'
import type { GraphTrace, TracedModel } from '../trace/trace-graph.ts'
import { usual } from './usual-sizes.ts'

/** An input as far as it is known when its free dimensions are looked for. */
export interface DescribedInput extends GraphValue {
  batchAxis?: number
}

/** What the graph has to say. */
export interface GraphSayings {
  model: TracedModel
  trace: GraphTrace
  /** What inputs of one element are fed, where that is known. */
  values: ReadonlyMap<string, number>
}

/** A size for an open dimension. */
interface Suggestion {
  size: number
  reason: string
  /** Sizes of the same kind can be exchanged for others where the graph cannot do with them. */
  kind?: Kind
  /** Set for sizes that follow from those of other dimensions. */
  isMade?: true
}

/** Every open dimension of the inputs besides the batch, one entry for all places of a symbolic name. */
export function findFreeDimensions(
  inputs: readonly DescribedInput[],
  batch: ReadonlySet<string>,
  graph: GraphSayings,
): FreeDimension[] {
  const dimensions = new Map<string, Suggestion & { key: string; places: string[] }>()
  const keys = new Map<number, string>()
  for (const input of inputs) {
    input.shape.forEach((dimension, axis) => {
      if (typeof dimension === 'number' || axis === input.batchAxis) return
      if (dimension !== null && batch.has(dimension)) return
      const place = `${input.name}:${axis}`
      // Without names, the graph says which of them are one.
      const extent = graph.trace.inputs.get(input.name)?.[axis]
      const root = extent && graph.trace.extents.variableOf(extent)
      const key = dimension ?? keys.get(root ?? -1) ?? place
      if (root !== undefined && !keys.has(root)) keys.set(root, key)
      const known = dimensions.get(key)
      if (known !== undefined) {
        known.places.push(place)
        // Whatever the graph says of one place holds for all.
        const demanded = demandedSize(graph.trace, input, axis)
        if (known.kind !== undefined && demanded !== undefined)
          Object.assign(known, { kind: undefined }, demanded)
        return
      }
      dimensions.set(key, { key, places: [place], ...suggestion(input, axis, graph.trace) })
    })
  }
  for (const { key, places } of dimensions.values()) {
    const made = expressionSize(key, (name) => (batch.has(name) ? 1 : dimensions.get(name)?.size))
    if (made !== undefined)
      dimensions.set(key, { key, places, size: made, reason: 'it is made of others', isMade: true })
  }
  fit(dimensions, graph, batch)
  return [...dimensions.values()].map(({ key, places, size, reason }) => ({
    key,
    places,
    suggested: size,
    reason,
  }))
}

type Dimensions = ReadonlyMap<string, Suggestion & { key: string; places: string[] }>

/** Exchanges sizes that cannot be, where others of their kind can. */
function fit(dimensions: Dimensions, { model, values }: GraphSayings, batch: ReadonlySet<string>): void {
  const all = [...dimensions.values()]
  const sizesWith = (chosen: (dimension: Suggestion) => number): ReadonlyMap<string, number> => {
    const sizeOf = (name: string) => {
      const dimension = dimensions.get(name)
      return batch.has(name) ? 1 : dimension && chosen(dimension)
    }
    return new Map(
      all.flatMap((dimension) => {
        const size = dimension.isMade ? (expressionSize(dimension.key, sizeOf) ?? 1) : chosen(dimension)
        return dimension.places.map((place) => [place, size] as const)
      }),
    )
  }
  const fitting = fittingSizes(model, values, all, sizesWith)
  if (fitting === undefined) return
  for (const dimension of all) {
    const size = fitting.sizes.get(dimension.places[0] ?? '')
    if (size === undefined || size === dimension.size) continue
    dimension.size = size
    if (!dimension.isMade)
      dimension.reason = `the usual ${formatCount(fitting.instead)} does not fit ${fitting.by}`
  }
}

function suggestion(input: DescribedInput, axis: number, trace: GraphTrace): Suggestion {
  const demanded = demandedSize(trace, input, axis)
  if (demanded !== undefined) return demanded
  const suggested = usualSize(input, axis, trace)
  const most = factsOf(trace, input, axis)?.most
  if (most === undefined || most.value >= suggested.size) return suggested
  return { size: most.value, reason: `${most.by} has a table of ${most.value} positions` }
}

/** The one size that the graph takes. */
function demandedSize(trace: GraphTrace, input: DescribedInput, axis: number): Suggestion | undefined {
  const facts = factsOf(trace, input, axis)
  if (facts?.pinned === undefined || facts.pinned.value < 1) return undefined
  const { value, by } = facts.pinned
  const what = facts.other?.value === 'channels' ? ` channel${value === 1 ? '' : 's'}` : ''
  return { size: value, reason: `${by} takes ${value}${what} and nothing else` }
}

function usualSize(input: DescribedInput, axis: number, trace: GraphTrace): Suggestion {
  const symbol = input.shape[axis]
  const meaning = typeof symbol === 'string' ? meaningOf(symbol) : 'unnamed'
  const graph = byGraph(input, axis, trace)
  // People call the length of a recording a sequence, too.
  if (graph?.kind === 'audio' && ['sequence', 'time', 'unnamed', 'other'].includes(meaning)) return graph
  if (meaning === 'time' && input.shape.length === 5) {
    return { size: usual.videoFrames, reason: 'its name says frames of a video', kind: 'steps' }
  }
  const byMeaning = sizeByMeaning[meaning]
  if (byMeaning !== undefined) return { ...byMeaning, reason: `its name says ${byMeaning.reason}` }
  if (looksLikeAudio(input, axis))
    return { size: usual.audio, reason: 'one second of sound at 16 kHz', kind: 'audio' }
  if (meaning === 'height')
    return { size: usual.side, reason: 'its name says height of a picture', kind: 'side' }
  if (meaning === 'width') {
    const size = sideBeside(input.shape[axis - 1])
    return { size, reason: 'its name says width of a picture', kind: 'side' }
  }
  return graph ?? byRank(input, axis, trace)
}

const sizeByMeaning: Partial<Record<DimensionMeaning, Suggestion>> = {
  past: { size: usual.tokens, reason: 'earlier tokens', kind: 'steps' },
  audio: { size: usual.audio, reason: 'sound: one second at 16 kHz', kind: 'audio' },
  sequence: { size: usual.tokens, reason: 'tokens', kind: 'steps' },
  time: { size: usual.steps, reason: 'steps', kind: 'steps' },
  channels: { size: usual.colours, reason: 'channels: red, green and blue' },
}

/** By what operators take it for. */
function byGraph(input: DescribedInput, axis: number, trace: GraphTrace): Suggestion | undefined {
  const counts = factsOf(trace, input, axis)?.other
  if (counts?.value === 'steps')
    return { size: usual.steps, reason: `${counts.by} takes it for steps`, kind: 'steps' }
  if (counts?.value === 'signal' && isReal(input.type) && input.shape.length <= 3) {
    return {
      size: usual.audio,
      reason: `${counts.by} takes it for sound: one second at 16 kHz`,
      kind: 'audio',
    }
  }
  return undefined
}

function byRank(input: DescribedInput, axis: number, trace: GraphTrace): Suggestion {
  const { shape, type } = input
  if (isReal(type) || type === 'uint8') {
    if (shape.length === 4) return inPicture(input, axis, trace)
    if (shape.length === 5 && axis === 1) return { size: usual.colours, reason: 'channels of a video' }
    if (shape.length === 5 && axis === 2)
      return { size: usual.videoFrames, reason: 'frames of a video', kind: 'steps' }
    if (shape.length === 5) return { size: usual.side, reason: 'the side of a video', kind: 'side' }
    if (shape.length === 3) return { size: usual.steps, reason: 'steps of a series', kind: 'steps' }
  }
  if (shape.length === 2 && isInteger(type))
    return { size: usual.tokens, reason: 'a line of tokens', kind: 'steps' }
  return shape.length >= 2
    ? { size: usual.tokens, reason: 'nothing says what it counts', kind: 'steps' }
    : { size: 1, reason: 'nothing says what it counts' }
}

function looksLikeAudio({ name, type, shape }: DescribedInput, axis: number): boolean {
  if (!isReal(type) || shape.length > 3 || axis !== shape.length - 1) return false
  const symbol = shape[axis]
  const words = [...wordsOf(name), ...(typeof symbol === 'string' ? wordsOf(symbol) : [])]
  return words.some((word) =>
    ['audio', 'waveform', 'wav', 'wave', 'speech', 'pcm', 'signal', 'samples'].includes(word),
  )
}

/** A dimension of a rank 4 input: channels first (NCHW) unless only the last dimension can be the channels. */
function inPicture(input: DescribedInput, axis: number, trace: GraphTrace): Suggestion {
  const { shape } = input
  const isColours = (dimension: unknown) => dimension === 1 || dimension === 3 || dimension === 4
  const channelsFirst = factsOf(trace, input, 1)?.other?.value === 'channels'
  const channelsLast =
    !channelsFirst &&
    (factsOf(trace, input, 3)?.other?.value === 'channels' || (isColours(shape[3]) && !isColours(shape[1])))
  const channels = channelsLast ? 3 : 1
  if (axis === channels) return { size: usual.colours, reason: 'channels of a picture: red, green and blue' }
  const [height, width] = channelsLast ? [1, 2] : [2, 3]
  return axis === width
    ? { size: sideBeside(shape[height]), reason: 'the width of a picture', kind: 'side' }
    : { size: sideBeside(undefined), reason: 'the height of a picture', kind: 'side' }
}

/** The width of a picture of this height. A low one that may be as wide as it likes is a line of text. */
function sideBeside(height: Dimension | undefined): number {
  if (typeof height !== 'number') return usual.side
  return height <= 64 ? usual.lineWidth : height
}

function factsOf({ inputs, extents }: GraphTrace, { name }: DescribedInput, axis: number) {
  const extent: Extent | undefined = inputs.get(name)?.[axis]
  return extent && extents.facts(extent)
}
