import type { InputPlan } from '../../contract/host-protocol.ts'
import type { FreeDimension, ModelInput } from '../../contract/model.ts'
import { isInteger, isReal } from './reading/tensor-types.ts'

/** What an input is fed with, and the same in words: one clause, `token ids from 0 to 30,521`. */
export interface Feeding {
  fill: InputPlan['fill']
  about: string
}

/** What an input's neighbours say about what it should be fed with. */
export interface FeedingContext {
  /** Elements along the sequence that lengths speak of: what an input that gives lengths may say at most. */
  longest: number
  /** Height of the pictures that another input takes, in pixels; absent where none does. */
  pictureSide?: number
  /** Another input gives a sample rate: the data is sound. */
  sampled: boolean
  /** The model takes nothing else. */
  alone: boolean
}

type Shapes = ReadonlyMap<string, readonly number[]>
type Rule = (subject: Subject) => Feeding | undefined

interface Subject {
  input: ModelInput
  /** The input's name in lower case, its words parted by `_`: `useCacheBranch` is `use_cache_branch`. */
  name: string
  shape: readonly number[]
  context: FeedingContext
  integer: boolean
  real: boolean
  /** Says one thing to the whole model, or one number for each sample: no tensor of data. */
  single: boolean
}

/** Rate of speech recordings in Hz, for inputs that ask for one. */
const usualSampleRate = 16_000
/** Steps of the diffusion schedule that DDPM set and others kept (Ho et al. 2020, section 4). */
const diffusionSteps = 1_000

const constant = (value: number, about: string): Feeding => ({ fill: { kind: 'constant', value }, about })
const uniform = (low: number, high: number, about: string): Feeding => ({
  fill: { kind: 'uniform', low, high },
  about,
})
const normal = (scale: number, about: string): Feeding => ({ fill: { kind: 'normal', scale }, about })
const count = (value: number): string => value.toLocaleString('en-US')

/** What the neighbours of the inputs say, once they have shapes. */
export function feedingContext(inputs: readonly ModelInput[], shapes: Shapes): FeedingContext {
  const shapeOf = ({ name }: ModelInput) => shapes.get(name) ?? []
  const picture = inputs.find((input) => isReal(input.type) && isPicture(shapeOf(input)))
  const sides =
    picture === undefined
      ? []
      : shapeOf(picture)
          .slice(1)
          .toSorted((a, b) => a - b)
  return {
    longest: longestSequence(inputs, shapes),
    // Channels are the smallest of the three.
    ...(sides[1] === undefined ? {} : { pictureSide: sides[1] }),
    sampled: inputs.some(({ name }) => isSampleRate(spelledOut(name))),
    alone: inputs.length === 1,
  }
}

/**
 * What to feed an input with, so that the model does the work that it does on real data: token ids within the table,
 * masks that hide nothing, pictures in [0, 1], positions that count up, everything else standard normal.
 */
export function chooseFeeding(input: ModelInput, shape: readonly number[], context: FeedingContext): Feeding {
  const { type } = input
  const perSample = shape.filter((_, axis) => axis !== input.batchAxis)
  const subject: Subject = {
    input,
    name: spelledOut(input.name),
    shape,
    context,
    integer: isInteger(type),
    real: isReal(type),
    single: perSample.length <= 1 && perSample.every((size) => size === 1),
  }
  for (const rule of rules) {
    const feeding = rule(subject)
    if (feeding !== undefined) return feeding
  }
  return constant(0, 'zeros')
}

/** What each input is fed with at the suggested sizes, in words, by name; inputs that cannot be fed have none. */
export function describeFeedings(
  inputs: readonly ModelInput[],
  freeDimensions: readonly FreeDimension[],
): Map<string, string> {
  const sizes = new Map(
    freeDimensions.flatMap(({ places, suggested }) => places.map((place) => [place, suggested] as const)),
  )
  const shapes = new Map(
    inputs.map(({ name, shape }) => [
      name,
      shape.map((size, axis) => (typeof size === 'number' ? size : (sizes.get(`${name}:${axis}`) ?? 1))),
    ]),
  )
  const context = feedingContext(inputs, shapes)
  const feedable = inputs.filter(({ type }) => type !== 'unknown' && type !== 'bfloat16')
  return new Map(
    feedable.map((input) => [input.name, chooseFeeding(input, shapes.get(input.name) ?? [], context).about]),
  )
}

/** In this order: the graph's word first, then names, then types and shapes. */
const rules: readonly Rule[] = [
  initialState,
  flag,
  mask,
  tokenTypes,
  positions,
  tableRows,
  lengths,
  comparedWith,
  settings,
  pastKeys,
  namedState,
  points,
  ({ input }) => (input.type === 'string' ? uniform(0, 9, 'the digits 0 to 9 as text') : undefined),
  ({ input, single }) => {
    if (input.type !== 'bool') return undefined
    return single ? constant(0, 'false') : uniform(0, 1, 'true and false by chance')
  },
  pictures,
  sound,
  ({ integer }) =>
    integer ? uniform(0, 1, 'zeros and ones by chance, as the model does not tell its range') : undefined,
  ({ input, shape, real }) =>
    // A setting of the model, such as a scale or a temperature.
    real && input.batchAxis === undefined && shape.length <= 1 ? constant(1, 'ones') : undefined,
  ({ real }) => (real ? normal(1, 'standard normal numbers') : undefined),
]

function initialState({ input, real }: Subject): Feeding | undefined {
  return input.initialState === true && real
    ? constant(0, 'zeros: the state before the first step')
    : undefined
}

function comparedWith({ input, name, single }: Subject): Feeding | undefined {
  if (input.usual === undefined || !single) return undefined
  const what = isSampleRate(name) ? `${count(input.usual)} Hz` : count(input.usual)
  return constant(input.usual, `${what}, which the graph knows`)
}

function flag({ input, name, single }: Subject): Feeding | undefined {
  if (!single || !/^(use|has|is|return|enable|do|with)_/.test(name)) return undefined
  return constant(0, input.type === 'bool' ? 'false' : 'zero: no')
}

function mask({ input, name, shape }: Subject): Feeding | undefined {
  if (input.type === 'string' || !/mask/.test(name)) return undefined
  // Of Longformer: which tokens see all others.
  if (/global_attention/.test(name)) return constant(0, 'zeros: no token attends to all')
  // PyTorch's convention: true marks padding.
  if (input.type === 'bool' && /pad/.test(name)) return constant(0, 'false: nothing is padding')
  if (/mask_(input|logits|prompt)/.test(name) && isReal(input.type) && shape.length === 4)
    return constant(0, 'zeros: no mask to begin with')
  return constant(1, input.type === 'bool' ? 'true: nothing is masked' : 'ones: nothing is masked')
}

function tokenTypes({ name, integer }: Subject): Feeding | undefined {
  return integer && /token_?types?|segment_?ids?|type_ids/.test(name)
    ? constant(0, 'zeros: one segment')
    : undefined
}

function positions({ input, name, shape, integer }: Subject): Feeding | undefined {
  if (!integer || !/(^|_)pos(itions?)?(_?ids?)?(_|$)/.test(name) || /relative|bucket/.test(name)) {
    return undefined
  }
  const axis = shape.length - 1
  const size = shape[axis]
  if (size === undefined || axis === input.batchAxis) return constant(0, 'zeros: the first position')
  const rows = input.values === undefined ? Infinity : input.values.high + 1
  if (size > rows) return undefined
  if (size === 1) return constant(0, 'zeros: the first position')
  return { fill: { kind: 'count', axis }, about: `positions from 0 to ${count(size - 1)}` }
}

function tableRows({ input, name }: Subject): Feeding | undefined {
  if (input.values === undefined || input.type === 'bool' || input.type === 'string') return undefined
  const { low, high } = input.values
  const what = /token|input_ids|(^|_)ids?$/.test(name) ? 'token ids' : 'whole numbers'
  return uniform(low, high, `${what} from ${count(low)} to ${count(high)}: the rows of the table`)
}

function lengths({ name, shape, integer, single, context: { longest } }: Subject): Feeding | undefined {
  if (!integer || (!single && shape.length > 1)) return undefined
  // Of ONNX Runtime's GroupQueryAttention: the last index, not the length.
  if (/^seq_?lens?_k$/.test(name)) return constant(longest - 1, `${count(longest - 1)}: the last position`)
  if (/^min_|minimum/.test(name)) return undefined
  if (/^max_|maximum/.test(name)) return constant(maximumOf(name), `${count(maximumOf(name))}`)
  if (/(^|_)(seq_?)?(len|lens|length|lengths)(_|$)/.test(name)) {
    if (/cache/.test(name)) return constant(0, 'zero: nothing is cached')
    return constant(longest, `${count(longest)}: the whole length`)
  }
  return undefined
}

/** Moderate upper bounds: text to generate, boxes to keep. */
function maximumOf(name: string): number {
  return /box|detection/.test(name) ? 100 : 32
}

function isSampleRate(name: string): boolean {
  return /^sr$|sampl(e|ing)_?rate|^fs$/.test(name)
}

/** One number for the whole model, or one for each sample. */
function settings(subject: Subject): Feeding | undefined {
  const { name, shape, integer, real, single, context } = subject
  const few = shape.length <= 2 && shape.every((size, axis) => axis === subject.input.batchAxis || size <= 4)
  const { pictureSide } = context
  if ((real || integer) && few) {
    if (/(^|_)(orig_?)?(im|image|img|target|input)_?(size|shape)s?/.test(name) && pictureSide !== undefined)
      return constant(pictureSide, `${count(pictureSide)}: the side of the pictures`)
    if (/scale_?factors?|scales?$/.test(name)) return constant(1, 'ones: the scale as it is')
  }
  if (!single) return undefined
  if (isSampleRate(name) && (integer || real))
    return constant(usualSampleRate, `${count(usualSampleRate)} Hz, the rate of speech`)
  if (/(^|_)time_?steps?$|^t$/.test(name) && (integer || real) && !context.alone)
    return uniform(0, diffusionSteps - 1, `diffusion steps from 0 to ${count(diffusionSteps - 1)}`)
  if (integer && /(^|_)(s?id|speaker|lang(uage)?|style|seed)(_?ids?)?$/.test(name))
    return constant(0, 'zero: the first')
  if (real && /threshold/.test(name)) return constant(0.5, '0.5')
  if (integer && subject.input.batchAxis === undefined) return constant(1, 'one')
  return undefined
}

function pastKeys({ name, real }: Subject): Feeding | undefined {
  return real &&
    /(^|_)past(_|$)|key_?values?|(^|_)kv(_|$)|(^|_)(k|v|key|value)_?cache|cache_?(k|v|key|value)/.test(name)
    ? normal(0.1, 'small normal numbers: keys and values of earlier tokens')
    : undefined
}

/** Single letters and words for what a recurrence carries on, alone or with `_in`, `_prev`, a number. */
const stateNames =
  /^(.*_)?((h|c|hx|cx|hn|cn)_?\d*|states?|carry|hidden|hidden_state|cache|buffers?)(_?\d+)?(_(in|input|prev|init))?$|^(init|initial|prev|previous|cache)_/
/** What a transformer calls its features. */
const featureNames = /hidden_states|last_hidden|encoder/

/** A state by its name alone; a model that takes nothing else takes it as its data. */
function namedState({ name, shape, real, context }: Subject): Feeding | undefined {
  if (!real || context.alone || shape.length < 2) return undefined
  return stateNames.test(name) && !featureNames.test(name)
    ? constant(0, 'zeros: the state before the first step')
    : undefined
}

/** What a person would point at in a picture. */
function points({ name, shape, real, integer }: Subject): Feeding | undefined {
  if (/point_?labels?|input_labels/.test(name) && (real || integer)) return constant(1, 'ones: points inside')
  if (real && /box/.test(name) && shape.at(-1) === 4) return uniform(0, 1, 'numbers from 0 to 1')
  return undefined
}

function pictures({ input: { type }, name, shape, real }: Subject): Feeding | undefined {
  if (type === 'uint8' && shape.length >= 3) return uniform(0, 255, 'bytes from 0 to 255, as in pictures')
  if (type === 'int8' && shape.length >= 3) return uniform(-128, 127, 'numbers from -128 to 127')
  if (!real) return undefined
  const named = /imag|(^|_)img|pixel|picture|photo|frame|video/.test(name) && shape.length >= 3
  if (!named && !isPicture(shape)) return undefined
  return uniform(0, 1, 'numbers from 0 to 1, as in pictures')
}

function sound({ input, name, shape, real, single, context }: Subject): Feeding | undefined {
  // Three dimensions may be features of a recording: they are no amplitudes.
  if (!real || single || shape.length > 3 || (shape.length === 3 && shape[1] !== 1)) return undefined
  const named =
    /audio|wave(form)?|speech|input_values|sound|pcm|(^|_)wav(_|$)/.test(name) ||
    (shape.length === 2 && input.shape.some((size) => /samples|audio|wave/i.test(String(size))))
  return named || context.sampled ? uniform(-1, 1, 'numbers from -1 to 1, as in sound') : undefined
}

/** NCHW or NHWC with the channels of a picture. */
function isPicture(shape: readonly number[]): boolean {
  return shape.length === 4 && [shape[1], shape[3]].some((channels) => [1, 3, 4].includes(channels ?? 0))
}

/**
 * The largest open dimension besides the batch. Where none is open, the smallest of a neighbour's dimensions that can
 * be a length: too short a length is valid, too long a one is not.
 */
function longestSequence(inputs: readonly ModelInput[], shapes: Shapes): number {
  const sizes = (wanted: (size: unknown) => boolean) =>
    inputs.flatMap(({ name, shape, batchAxis }) =>
      (shapes.get(name) ?? []).filter((_, axis) => axis !== batchAxis && wanted(shape[axis])),
    )
  const open = sizes((size) => typeof size !== 'number')
  if (open.length > 0) return Math.max(1, ...open)
  const fixed = sizes((size) => typeof size === 'number' && size > 1)
  return fixed.length === 0 ? 1 : Math.min(...fixed)
}

function spelledOut(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '_')
    .replace(/^_+|_+$/g, '')
}
