import type { Dimension, ModelOutput } from '../../../contract/model.ts'
import { batchRoots, batchSymbols, type FoundAxis, type ShapedValue } from './batch-axes.ts'
import { axisNamedBatch } from './dimension-signs.ts'
import { meaningOf } from './dimension-names.ts'
import type { Extent } from '../trace/extents.ts'
import type { GraphTrace } from '../trace/trace-graph.ts'

/** What is known of an output's batch axis. */
export type OutputAxis = Pick<ModelOutput, 'batchAxis' | 'sizedByValues'> & {
  batchAxisReason: string
  batchAxisConfidence: FoundAxis['confidence']
}

type Output = ShapedValue & { hasShape: boolean }

/**
 * Finds the dimension of each output that counts samples: the one that bears the name of an input's batch axis, or a
 * name that says so; the one that the graph makes of an input's batch axis; and where the graph cannot be followed, the
 * first, where it is open (or as large as the fixed batch) and the inputs have theirs first.
 */
export function findOutputBatchAxes(
  outputs: readonly Output[],
  inputs: readonly ShapedValue[],
  found: ReadonlyMap<string, FoundAxis>,
  trace: GraphTrace,
): Map<string, OutputAxis> {
  const symbols = batchSymbols(inputs, found)
  const roots = new Set(batchRoots(trace, found).keys())
  const places = placesOfSymbols(inputs, trace)
  const withAxis = inputs.filter(({ name }) => found.get(name)?.axis !== undefined)
  const beside = {
    axes: new Set(withAxis.map(({ name }) => found.get(name)?.axis)),
    firsts: new Set(withAxis.map(({ shape }) => shape[0])),
    all: new Set(inputs.flatMap(({ shape }) => shape)),
  }
  const find = (output: Output): OutputAxis => {
    const { name, shape, hasShape } = output
    const shared = shape.findIndex((dimension) => typeof dimension === 'string' && symbols.has(dimension))
    const named = axisNamedBatch(shape)
    if (shared >= 0 && (named === undefined || shared === named)) {
      return known(shared, `it shares \`${String(shape[shared])}\` with an input's batch axis`, 'certain')
    }
    if (named !== undefined) return known(named, `its name \`${String(shape[named])}\` says so`, 'certain')
    const traced = trace.outputs.get(name)
    // An output without a declared shape has whatever shape the graph gives it.
    const isFollowed = traced !== undefined && (!hasShape || agrees(traced, shape, places, trace))
    return (isFollowed ? followOutput(traced, roots, trace) : undefined) ?? byPlace(output, beside)
  }
  return new Map(outputs.map((output) => [output.name, find(output)]))
}

/** Where the trace of the inputs' batch axes ends in an output; undefined where that cannot be told. */
function followOutput(
  traced: readonly Extent[],
  roots: ReadonlySet<number>,
  trace: GraphTrace,
): OutputAxis | undefined {
  if (roots.size === 0) return undefined
  const ways = traced.map((extent) => trace.extents.dependence(extent, roots))
  const axis = ways.indexOf('is')
  if (axis >= 0) return known(axis, 'the graph leads the batch there', 'likely')
  if (ways.includes('multiple')) {
    return none(`the batch is a factor of its dimension ${ways.indexOf('multiple')}`, 'likely')
  }
  if (ways.includes('computed')) {
    return none(`its dimension ${ways.indexOf('computed')} is computed from the batch`, 'guess')
  }
  if (ways.includes('unknown')) return undefined
  if (ways.includes('values')) {
    return { ...none('its size depends on the values that are fed', 'likely'), sizedByValues: true }
  }
  return none('the batch does not reach it', 'likely')
}

/** What the trace calls the symbolic dimensions of the inputs. */
function placesOfSymbols(inputs: readonly ShapedValue[], trace: GraphTrace): ReadonlyMap<string, Extent> {
  const places = new Map<string, Extent>()
  for (const { name, shape } of inputs) {
    shape.forEach((dimension, axis) => {
      const extent = trace.inputs.get(name)?.[axis]
      if (typeof dimension === 'string' && extent !== undefined) places.set(dimension, extent)
    })
  }
  return places
}

/** Whether the shape that was traced can be the one that the model declares. */
function agrees(
  traced: readonly Extent[],
  declared: readonly Dimension[],
  places: ReadonlyMap<string, Extent>,
  { extents }: GraphTrace,
): boolean {
  if (traced.length !== declared.length) return false
  return traced.every((extent, axis) => {
    const dimension = declared[axis]
    if (typeof dimension === 'number') {
      const size = extents.size(extent)
      return size === undefined || size === dimension
    }
    const place = typeof dimension === 'string' ? places.get(dimension) : undefined
    const only = extents.variableOf(extent)
    return place === undefined || only === undefined || extents.variableOf(place) === only
  })
}

/** What is known of the inputs where an output is judged beside them. */
interface Beside {
  /** Their batch axes. */
  axes: ReadonlySet<number | undefined>
  /** First dimensions of those that have one. */
  firsts: ReadonlySet<Dimension | undefined>
  /** All their dimensions. */
  all: ReadonlySet<Dimension>
}

function byPlace({ shape, hasShape }: Output, { axes, firsts, all }: Beside): OutputAxis {
  if (axes.size === 0) return none('no input has one', 'likely')
  if (!hasShape) return none('the model does not tell its shape', 'guess')
  const [first] = shape
  if (first === undefined) return none('it is a scalar', 'likely')
  if (axes.size > 1 || !axes.has(0)) {
    return none('the inputs do not have theirs first, and the graph cannot be followed to it', 'guess')
  }
  if (typeof first === 'number') {
    return firsts.has(first)
      ? known(0, `its first dimension is ${first}, as the inputs' batch is`, 'guess')
      : none(`its first dimension is fixed at ${first}`, 'guess')
  }
  const countsOther =
    typeof first === 'string' && (all.has(first) || !['unnamed', 'other'].includes(meaningOf(first)))
  return countsOther
    ? none(`its first dimension \`${first}\` counts something else`, 'guess')
    : known(0, "its first dimension is open, as the inputs' batch is", 'guess')
}

function known(
  batchAxis: number,
  batchAxisReason: string,
  batchAxisConfidence: FoundAxis['confidence'],
): OutputAxis {
  return { batchAxis, batchAxisReason, batchAxisConfidence }
}

function none(batchAxisReason: string, batchAxisConfidence: FoundAxis['confidence']): OutputAxis {
  return { batchAxisReason, batchAxisConfidence }
}
