import type { Dimension, FreeDimension } from '../../contract/model.ts'
import { meaningOf, wordsOf, type DimensionMeaning } from './dimension-names.ts'
import type { GraphValue } from './graph.ts'
import type { InputHints } from './graph-hints.ts'
import { isInteger, isReal } from './tensor-types.ts'

/** An input as far as it is known when its free dimensions are looked for. */
export interface DescribedInput extends GraphValue {
  batchAxis?: number
  hints: InputHints
}

/** Every open dimension of the inputs besides the batch, one entry for all places of a symbolic name. */
export function findFreeDimensions(
  inputs: readonly DescribedInput[],
  batch: ReadonlySet<string>,
): FreeDimension[] {
  const dimensions = new Map<string, FreeDimension>()
  for (const input of inputs) {
    input.shape.forEach((dimension, axis) => {
      if (typeof dimension === 'number' || axis === input.batchAxis) return
      if (dimension !== null && batch.has(dimension)) return
      const place = `${input.name}:${axis}`
      const key = dimension ?? place
      const known = dimensions.get(key)
      if (known === undefined)
        dimensions.set(key, { key, places: [place], suggested: suggestedSize(input, axis) })
      else known.places.push(place)
    })
  }
  return [...dimensions.values()].map((dimension) => ({
    ...dimension,
    suggested: sumOfOthers(dimension.key, dimensions) ?? dimension.suggested,
  }))
}

/** `past_sequence_length + sequence_length`: the suggestions for both, added. */
function sumOfOthers(key: string, dimensions: ReadonlyMap<string, FreeDimension>): number | undefined {
  const terms = key.split('+').map((term) => term.trim())
  if (terms.length < 2) return undefined
  const values = terms.map((term) => (/^\d+$/.test(term) ? Number(term) : dimensions.get(term)?.suggested))
  return values.reduce<number | undefined>(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  )
}

/** Usual sizes, by what a dimension counts. */
const usual = {
  /** Side of a picture, in pixels: what classifiers are trained on. */
  side: 224,
  /** Width of a line of text in a picture, in pixels, at a height of 32 to 64. */
  lineWidth: 320,
  colours: 3,
  tokens: 128,
  /** One second at 16 kHz. */
  audio: 16_000,
  /** Frames of a video. */
  videoFrames: 16,
  /** Steps of a time series, or frames of a spectrogram. */
  steps: 128,
} as const

function suggestedSize(input: DescribedInput, axis: number): number {
  const demanded = input.hints.sizes.get(axis)
  if (demanded !== undefined) return demanded
  const symbol = input.shape[axis]
  const meaning = typeof symbol === 'string' ? meaningOf(symbol) : 'unnamed'
  const byMeaning = sizeByMeaning[meaning]
  if (byMeaning !== undefined) return byMeaning
  if (looksLikeAudio(input, axis)) return usual.audio
  const rank = input.shape.length
  if (meaning === 'height') return usual.side
  if (meaning === 'width') return sideBeside(input.shape[axis - 1])
  if (isReal(input.type) || input.type === 'uint8') {
    if (rank === 4) return sizeInPicture(input, axis)
    if (rank === 5) return axis === 1 ? usual.colours : axis === 2 ? usual.videoFrames : usual.side
    if (rank === 3) return usual.steps
  }
  if (rank === 2 && isInteger(input.type)) return usual.tokens
  return rank >= 2 ? usual.tokens : 1
}

const sizeByMeaning: Partial<Record<DimensionMeaning, number>> = {
  past: usual.tokens,
  audio: usual.audio,
  sequence: usual.tokens,
  time: usual.steps,
  channels: usual.colours,
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
function sizeInPicture({ shape, hints }: DescribedInput, axis: number): number {
  const isColours = (dimension: unknown) => dimension === 1 || dimension === 3 || dimension === 4
  const channelsLast = isColours(shape[3]) && !isColours(shape[1]) && !hints.sizes.has(1)
  const channels = channelsLast ? 3 : 1
  if (axis === channels) return usual.colours
  const [height, width] = channelsLast ? [1, 2] : [2, 3]
  return axis === width ? sideBeside(shape[height]) : sideBeside(undefined)
}

/** The width of a picture of this height. A low one that may be as wide as it likes is a line of text. */
function sideBeside(height: Dimension | undefined): number {
  if (typeof height !== 'number') return usual.side
  return height <= 64 ? usual.lineWidth : height
}
