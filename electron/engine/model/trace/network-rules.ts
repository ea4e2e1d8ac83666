import type { Extent } from './extents.ts'
import { broadcast } from './broadcast.ts'
import { axisOf, type NodeContext, type Rule, type TracedValue } from './node-context.ts'

/** Convolutions: the data at one slot, the weights at another; the first dimension counts samples. */
export const convolutionOf = (slotData: number, slotWeights: number): Rule => {
  return (context) => {
    const [data, weights] = [context.shape(slotData), context.shape(slotWeights)]
    const samples = takeSamples(context, data)
    const [filters, perGroup, ...window] = weights ?? []
    if (data === undefined || samples === undefined || filters === undefined || perGroup === undefined)
      return undefined
    const { extents, label } = context
    takeChannels(
      context,
      data[1],
      extents.product([perGroup, extents.constant(context.integer('group') ?? 1)]),
    )
    takeSpace(context, data)
    const kernel =
      context.integers('kernel_shape') ?? window.map((extent) => extents.size(extent) ?? Number.NaN)
    return [{ shape: [samples, filters, ...windowed(context, data.slice(2), kernel, label)] }]
  }
}

export const transposedConvolution: Rule = (context) => {
  const [data, weights] = [context.shape(0), context.shape(1)]
  const samples = takeSamples(context, data)
  const [channels, perGroup, ...window] = weights ?? []
  if (data === undefined || samples === undefined || channels === undefined || perGroup === undefined)
    return undefined
  const { extents } = context
  takeChannels(context, data[1], channels)
  takeSpace(context, data)
  const filters = extents.product([perGroup, extents.constant(context.integer('group') ?? 1)])
  const given = context.integers('output_shape')
  const space = data.slice(2).map((extent, index) => {
    if (given !== undefined)
      return extents.derived('output shape', [extent], given.at(index - data.length + 2))
    const kernel =
      context.integers('kernel_shape')?.[index] ?? extents.size(window[index] ?? extents.variable())
    return extents.derived(
      `enlarge ${context.label} ${index}`,
      [extent],
      enlarged(context, extents.size(extent), kernel, index),
    )
  })
  return [{ shape: [samples, filters, ...space] }]
}

function enlarged(
  context: NodeContext,
  size: number | undefined,
  kernel: number | undefined,
  index: number,
): number | undefined {
  const stride = context.integers('strides')?.[index] ?? 1
  const automatic = context.text('auto_pad') ?? 'NOTSET'
  if (size === undefined || kernel === undefined) return undefined
  if (automatic.startsWith('SAME')) return size * stride
  const pads = automatic === 'VALID' ? 0 : padsAt(context, index)
  const dilation = context.integers('dilations')?.[index] ?? 1
  const added = context.integers('output_padding')?.[index] ?? 0
  return stride * (size - 1) + added + (kernel - 1) * dilation + 1 - pads
}

export const pooling: Rule = (context) => {
  const data = context.shape(0)
  const samples = takeSamples(context, data)
  const channels = data?.[1]
  const kernel = context.integers('kernel_shape')
  if (data === undefined || samples === undefined || channels === undefined || kernel === undefined)
    return undefined
  takeSpace(context, data)
  const value: TracedValue = {
    shape: [samples, channels, ...windowed(context, data.slice(2), kernel, context.label)],
  }
  return [value, value]
}

export const globalPooling: Rule = (context) => {
  const data = context.shape(0)
  const samples = takeSamples(context, data)
  const channels = data?.[1]
  if (data === undefined || samples === undefined || channels === undefined) return undefined
  takeSpace(context, data)
  return [{ shape: [samples, channels, ...data.slice(2).map(() => context.extents.constant(1))] }]
}

/** Normalisation of channels: samples, then channels, as many as the scale has. */
export const channelNormalisation: Rule = (context) => {
  const data = context.shape(0)
  if (data === undefined) return undefined
  if (data.length >= 2) {
    takeSamples(context, data)
    takeChannels(context, data[1], context.shape(1)?.[0])
  }
  return [{ shape: data }]
}

/** Operators on samples of any kind whose shape they keep. */
export const samplesKept: Rule = (context) => {
  const data = context.shape(0)
  takeSamples(context, data)
  return data && [{ shape: data }]
}

/** Layer normalisation over the dimensions from `axis` on. */
export const layerNormalisation: Rule = (context) => {
  const shape = context.shape(0)
  if (shape === undefined) return undefined
  const first = axisOf(context.integer('axis') ?? -1, shape.length) ?? shape.length
  for (const extent of shape.slice(first)) context.extents.demandOther(extent, 'features', context.label)
  const scale = context.shape(1)
  if (scale !== undefined) broadcast([shape.slice(first), scale], context.extents, context.label)
  return [{ shape }]
}

/** com.microsoft: the sum of two inputs, normalised. */
export const skipNormalisation: Rule = (context) => {
  const [shape, skip] = [context.shape(0), context.shape(1)]
  if (shape === undefined) return undefined
  const both = skip === undefined ? shape : broadcast([shape, skip], context.extents, context.label)
  const last = both.at(-1)
  if (last !== undefined) context.extents.demandOther(last, 'features', context.label)
  return [{ shape: both }, {}, {}, { shape: both }]
}

/** LSTM, GRU and RNN: steps, samples, features; samples come first with `layout` 1. */
export const recurrence: Rule = (context) => {
  const { extents, label } = context
  const data = context.shape(0)
  const samplesFirst = context.integer('layout') === 1
  const sampleAxis = samplesFirst ? 0 : 1
  const hidden = context.shape(2)?.[2]
  const directions = context.shape(1)?.[0]
  const samples = data?.[sampleAxis]
  const steps = data?.[1 - sampleAxis]
  const states = [5, 6].map((slot) => context.shape(slot))
  for (const shape of [...states]) {
    if (shape?.length !== 3) continue
    const own = shape[sampleAxis]
    if (own !== undefined) extents.demandSamples(own, label)
    if (own !== undefined && samples !== undefined) extents.unify(samples, own)
    demandSize(context, shape[2], hidden)
    demandSize(context, shape[1 - sampleAxis], directions)
  }
  if (data !== undefined && data.length !== 3) extents.contradict(label)
  const lengths = context.shape(4)?.[0]
  if (lengths !== undefined) extents.demandSamples(lengths, label)
  if (lengths !== undefined && samples !== undefined) extents.unify(samples, lengths)
  if (data?.length !== 3 || samples === undefined || steps === undefined) return undefined
  extents.demandSamples(samples, label)
  extents.demandOther(steps, 'steps', label)
  demandSize(context, data[2], context.shape(1)?.[2])
  if (hidden === undefined || directions === undefined) return undefined
  const state: TracedValue = {
    shape: samplesFirst ? [samples, directions, hidden] : [directions, samples, hidden],
  }
  const all = samplesFirst ? [samples, steps, directions, hidden] : [steps, directions, samples, hidden]
  return [{ shape: all }, state, state]
}

function demandSize(context: NodeContext, extent: Extent | undefined, size: Extent | undefined): void {
  if (extent === undefined || size === undefined) return
  const { extents, label } = context
  extents.demandOther(extent, 'features', label)
  const number = extents.size(size)
  if (size.variables.length === 0 && number !== undefined) extents.pin(extent, number, label)
}

/** Attention over samples, steps and features (com.microsoft and ONNX's own): the shape of the query. */
export const attention: Rule = (context) => {
  const { extents, label } = context
  const query = context.shape(0)
  takeSamples(context, query)
  const [samples, steps, ...more] = query ?? []
  const last = more.at(-1)
  if (last !== undefined) extents.demandOther(last, 'features', label)
  if (query?.length === 3 && steps !== undefined) extents.demandOther(steps, 'steps', label)
  for (const slot of [1, 2]) {
    const [own] = context.shape(slot) ?? []
    if (own !== undefined && samples !== undefined && context.node.type !== 'Attention')
      extents.unify(samples, own)
  }
  return query && [{ shape: query }]
}

/** com.microsoft: ids to vectors. */
export const embedding: Rule = (context) => {
  const { extents, label } = context
  const [ids, segments] = [context.shape(0), context.shape(1)]
  const width = context.shape(2)?.[1]
  const positions = context.shape(3)?.[0]
  const [samples, steps] = ids ?? []
  if (ids?.length !== 2 || samples === undefined || steps === undefined || width === undefined)
    return undefined
  extents.demandSamples(samples, label)
  extents.demandOther(steps, 'steps', label)
  const most = positions && extents.size(positions)
  if (most !== undefined) extents.bound(steps, most, label)
  if (segments?.length === 2) broadcast([ids, segments], extents, label)
  return [{ shape: [samples, steps, width] }, { shape: [samples] }]
}

/** Pictures made larger or smaller by factors or to sizes. */
export const resize: Rule = (context) => {
  const data = context.shape(0)
  if (data === undefined) return undefined
  const { extents, label } = context
  const factors =
    numbersAt(context, 2) ?? (context.node.type === 'Upsample' ? numbersAt(context, 1) : undefined)
  const sizes = context.has(3) ? context.input(3).elements : undefined
  const axes = context.integers('axes')
  const placeOf = (axis: number) =>
    axes === undefined ? axis : axes.findIndex((each) => axisOf(each, data.length) === axis)
  return [
    {
      shape: data.map((extent, axis) => {
        const place = placeOf(axis)
        if (place < 0) return extent
        const factor = factors?.[place]
        if (factor === 1) return extent
        const size = sizes?.[place]
        if (size !== undefined && (extents.same(size, extent) || extents.size(size) === extents.size(extent)))
          return extent
        if (size !== undefined && axis < 2) return size.variables.length === 0 ? extent : size
        const now = extents.size(extent)
        const made =
          factor === undefined
            ? size && extents.size(size)
            : now === undefined
              ? undefined
              : Math.floor(now * factor)
        return extents.derived(
          `resize ${label} ${axis}`,
          [extent, ...(size === undefined ? [] : [size])],
          made,
        )
      }),
    },
  ]
}

function numbersAt(context: NodeContext, slot: number): readonly number[] | undefined {
  const numbers = context.has(slot) ? context.constants(slot) : undefined
  return numbers?.length === 0 ? undefined : numbers
}

/** Moves blocks of a picture into channels (`down`), or channels into blocks. */
export const blocks = (down: boolean): Rule => {
  return (context) => {
    const data = context.shape(0)
    const samples = takeSamples(context, data)
    const [, channels, height, width] = data ?? []
    const block = context.integer('blocksize')
    if (data?.length !== 4 || samples === undefined || channels === undefined || block === undefined)
      return undefined
    if (height === undefined || width === undefined) return undefined
    const { extents } = context
    const times = (extent: Extent, factor: number) => extents.product([extent, extents.constant(factor)])
    const parts = (extent: Extent, factor: number) =>
      extents.quotient(extent, extents.constant(factor)) ??
      extents.derived(`a ${factor}th`, [extent], fraction(extents.size(extent), factor))
    const shape = down
      ? [samples, times(channels, block * block), parts(height, block), parts(width, block)]
      : [samples, parts(channels, block * block), times(height, block), times(width, block)]
    return [{ shape }]
  }
}

function fraction(size: number | undefined, parts: number): number | undefined {
  return size === undefined || size % parts !== 0 ? undefined : size / parts
}

/** Boxes [samples, boxes, 4] and scores [samples, classes, boxes] to as many as are left over. */
export const nonMaxSuppression: Rule = (context) => {
  const [boxes, scores] = [context.shape(0), context.shape(1)]
  takeSamples(context, boxes)
  takeSamples(context, scores)
  if (boxes?.[0] !== undefined && scores?.[0] !== undefined) context.extents.unify(boxes[0], scores[0])
  return [{ shape: [context.extents.variable({ uncertain: 'values' }), context.extents.constant(3)] }]
}

/** Regions of pictures: as many as there are regions, whatever pictures they are of. */
export const regions: Rule = (context) => {
  const [data, boxes] = [context.shape(0), context.shape(1)]
  takeSamples(context, data)
  const [count, channels] = [boxes?.[0], data?.[1]]
  if (count === undefined || channels === undefined) return undefined
  const { extents } = context
  return [
    {
      shape: [
        count,
        channels,
        extents.constant(context.integer('output_height') ?? 1),
        extents.constant(context.integer('output_width') ?? 1),
      ],
    },
  ]
}

/** Pictures sampled at the places that a grid [samples, height, width, 2] says. */
export const gridSample: Rule = (context) => {
  const [data, grid] = [context.shape(0), context.shape(1)]
  const samples = takeSamples(context, data)
  const channels = data?.[1]
  takeSamples(context, grid)
  if (samples === undefined || channels === undefined || grid === undefined || grid[0] === undefined)
    return undefined
  context.extents.unify(samples, grid[0])
  return [{ shape: [samples, channels, ...grid.slice(1, -1)] }]
}

/** The first dimension, noted as what counts samples. */
function takeSamples(
  { extents, label }: NodeContext,
  shape: readonly Extent[] | undefined,
): Extent | undefined {
  const samples = shape?.[0]
  if (samples !== undefined) extents.demandSamples(samples, label)
  return samples
}

function takeChannels(context: NodeContext, channels: Extent | undefined, wanted: Extent | undefined): void {
  if (channels === undefined) return
  const { extents, label } = context
  extents.demandOther(channels, 'channels', label)
  if (wanted !== undefined && wanted.variables.length === 0) extents.pin(channels, wanted.scale, label)
}

/** Height and width, or what runs along a signal of one channel. */
function takeSpace({ extents, label }: NodeContext, data: readonly Extent[]): void {
  const [channels] = data.slice(1)
  const isSignal = data.length === 3 && channels !== undefined && extents.size(channels) === 1
  for (const extent of data.slice(2)) extents.demandOther(extent, isSignal ? 'signal' : 'space', label)
}

/** What a window that moves over each of these dimensions leaves of it. */
function windowed(
  context: NodeContext,
  space: readonly Extent[],
  kernel: readonly number[],
  label: string,
): Extent[] {
  const { extents } = context
  return space.map((extent, index) => {
    const window = kernel[index] ?? Number.NaN
    const stride = context.integers('strides')?.[index] ?? 1
    const dilation = context.integers('dilations')?.[index] ?? 1
    const automatic = context.text('auto_pad') ?? 'NOTSET'
    const reach = dilation * (window - 1)
    const same = automatic.startsWith('SAME')
    const pads = same ? reach : automatic === 'VALID' ? 0 : padsAt(context, index)
    if (stride === 1 && pads === reach) return extent
    const size = extents.size(extent)
    const round = context.integer('ceil_mode') === 1 ? Math.ceil : Math.floor
    const left =
      size === undefined
        ? undefined
        : same
          ? Math.ceil(size / stride)
          : round((size + pads - reach - 1) / stride) + 1
    if (left !== undefined && left < 1) extents.contradict(label)
    return extents.derived(
      same ? `window same ${stride}` : `window ${reach} ${stride} ${pads} ${round.name}`,
      [extent],
      left !== undefined && Number.isSafeInteger(left) && left > 0 ? left : undefined,
    )
  })
}

function padsAt(context: NodeContext, index: number): number {
  const pads = context.integers('pads')
  return pads === undefined ? 0 : (pads[index] ?? 0) + (pads[index + pads.length / 2] ?? 0)
}
