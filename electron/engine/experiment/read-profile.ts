import * as v from 'valibot'
import type { ReadableFile } from '../ports.ts'

/** One node of a call, with all its turns where it ran several times (in the body of a loop). */
export interface ProfiledNode {
  /** Tells nodes of the same name in different graphs apart. */
  key: string
  name: string
  operator: string
  /** As it is called here: `cuda` for `CUDAExecutionProvider`; `unknown` where none is told. */
  provider: string
  /** Time in the node itself, without the nodes of a graph inside it, in ms. */
  ms: number
  /** How often it ran. */
  turns: number
  outputBytes: number
  /** True when all that it did was to compute shapes and indices of tensors. */
  shapesOnly: boolean
}

/** One call of `session.run` as the profile tells it. Times in ms. */
export interface ProfiledCall {
  callMs: number
  copyInMs: number
  executeMs: number
  copyOutMs: number
  nodes: ProfiledNode[]
  /** By provider: its arena after the last of its nodes, and the most that was in use of it so far. */
  arenas: ReadonlyMap<string, { heldBytes: number; peakInUseBytes: number }>
}

/** What a profile may hold, in bytes: some 20,000 nodes over 13 calls. */
export const largestProfile = 256 * 1024 ** 2

const pieceBytes = 1024 ** 2

/** A single event is around 1 KiB; a line that goes on and on is none. */
const longestLine = 4 * 1024 ** 2

/** A tensor of no more whole numbers than this is taken for sizes or indices; a choice of ours. */
const fewElements = 100

/** As many as a tensor has axes, at most. */
const fewReals = 8

/** What they give depends on the shape of their input alone. */
const shapeOperators: ReadonlySet<string> = new Set(['Shape', 'Size'])

/** Nodes that ONNX Runtime adds between nodes on the host and on the device. */
const copyOperators: ReadonlySet<string> = new Set(['MemcpyToHost', 'MemcpyFromHost'])

const kernelSuffix = '_kernel_time'

const digits = v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.finite())
const TensorShapesSchema = v.array(v.record(v.string(), v.array(v.number())))
const NodeEventSchema = v.object({
  cat: v.literal('Node'),
  name: v.pipe(v.string(), v.endsWith(kernelSuffix)),
  tid: v.optional(v.number(), 0),
  /** µs. */
  ts: v.number(),
  dur: v.number(),
  args: v.object({
    op_name: v.optional(v.string(), ''),
    provider: v.optional(v.string(), ''),
    node_index: v.optional(digits),
    output_size: v.optional(digits, 0),
    input_type_shape: v.optional(TensorShapesSchema, []),
    output_type_shape: v.optional(TensorShapesSchema, []),
    mem_arena_held: v.optional(digits),
    mem_in_use_peak: v.optional(digits),
  }),
})
const SpanEventSchema = v.object({
  cat: v.literal('Session'),
  name: v.picklist(['model_run', 'SequentialExecutor::Execute']),
  ts: v.number(),
  dur: v.number(),
})
const EventSchema = v.union([NodeEventSchema, SpanEventSchema])
type NodeEvent = v.InferOutput<typeof NodeEventSchema>
type SpanEvent = v.InferOutput<typeof SpanEventSchema>

/**
 * The last `runs` calls that a profile tells of in full, but never the first, which is slow. A profile is a JSON array
 * with an event a line; events that are something else, or damaged, are passed over. Reads piece by piece, and keeps no
 * more than those calls.
 */
export async function readProfile(file: ReadableFile, runs: number): Promise<ProfiledCall[]> {
  const calls: ProfiledCall[] = []
  let complete = 0
  let nodes: NodeEvent[] = []
  let executors: SpanEvent[] = []
  for await (const line of linesOf(file)) {
    const event = eventOf(line)
    if (event === undefined) continue
    if (event.cat === 'Node') nodes.push(event)
    else if (event.name !== 'model_run') executors.push(event)
    else {
      // Events are written when they end: what came before this one and began within it is part of the call.
      const within = ({ ts }: { ts: number }) => ts >= event.ts
      const call = callOf(event, executors.filter(within), nodes.filter(within))
      complete += 1
      if (call !== undefined && complete > 1) calls.push(call)
      if (calls.length > runs) calls.shift()
      nodes = []
      executors = []
    }
  }
  return calls
}

/** True for nodes that do nothing but copy between host and device. */
export function isCopy({ operator }: Pick<ProfiledNode, 'operator'>): boolean {
  return copyOperators.has(operator)
}

/** ONNX Runtime's name of a provider as it is called here. */
function providerName(name: string): string {
  return name.replace(/ExecutionProvider$/, '').toLowerCase() || 'unknown'
}

async function* linesOf(file: ReadableFile): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for (let offset = 0; offset < file.bytes; offset += pieceBytes) {
    const lines = (rest + decoder.decode(await file.read(offset, pieceBytes), { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) return
    yield* lines
  }
  yield rest
}

function eventOf(line: string): NodeEvent | SpanEvent | undefined {
  const text = line.trim().replace(/,$/, '')
  if (!text.startsWith('{')) return undefined
  try {
    const parsed = v.safeParse(EventSchema, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

/** `undefined` where the executor's time is missing. */
function callOf(
  call: SpanEvent,
  executors: readonly SpanEvent[],
  events: readonly NodeEvent[],
): ProfiledCall | undefined {
  // A graph inside a node has an executor of its own; that of the whole graph begins first.
  const executor = executors.reduce<SpanEvent | undefined>(
    (first, each) => (first === undefined || each.ts < first.ts ? each : first),
    undefined,
  )
  if (executor === undefined) return undefined
  const arenas = new Map<string, { heldBytes: number; peakInUseBytes: number }>()
  for (const { args } of events) {
    const { mem_arena_held: heldBytes, mem_in_use_peak: peakInUseBytes } = args
    if (heldBytes !== undefined && peakInUseBytes !== undefined)
      arenas.set(providerName(args.provider), { heldBytes, peakInUseBytes })
  }
  return {
    callMs: call.dur / 1000,
    copyInMs: (executor.ts - call.ts) / 1000,
    executeMs: executor.dur / 1000,
    // Whole µs, each rounded by itself: the end may seem to lie before the beginning.
    copyOutMs: Math.max(0, call.ts + call.dur - executor.ts - executor.dur) / 1000,
    nodes: nodesOf(events),
    arenas,
  }
}

function nodesOf(events: readonly NodeEvent[]): ProfiledNode[] {
  const nodes = new Map<string, ProfiledNode>()
  for (const [event, ownMicroseconds] of ownTimes(events)) {
    const { op_name: operator, node_index: index, output_size: outputBytes } = event.args
    const name = event.name.slice(0, -kernelSuffix.length)
    const key = `${index ?? ''} ${operator} ${name}`
    const known = nodes.get(key)
    if (known === undefined) {
      const shapesOnly = isShapeWork(event)
      const provider = providerName(event.args.provider)
      const ms = ownMicroseconds / 1000
      nodes.set(key, { key, name, operator, provider, ms, turns: 1, outputBytes, shapesOnly })
    } else {
      known.ms += ownMicroseconds / 1000
      known.turns += 1
      known.outputBytes += outputBytes
      known.shapesOnly &&= isShapeWork(event)
    }
  }
  return [...nodes.values()]
}

/** Every event with its time less that of the events inside it (the nodes of a loop's body are inside the loop's), in µs. */
function ownTimes(events: readonly NodeEvent[]): Map<NodeEvent, number> {
  const own = new Map<NodeEvent, number>()
  const around = new Map<number, NodeEvent[]>()
  const inOrder = events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)
  for (const event of inOrder) {
    const open = around.get(event.tid) ?? []
    while (open.length > 0 && !contains(open.at(-1), event)) open.pop()
    const outer = open.at(-1)
    if (outer !== undefined) own.set(outer, Math.max(0, (own.get(outer) ?? 0) - event.dur))
    own.set(event, event.dur)
    around.set(event.tid, [...open, event])
  }
  return own
}

function contains(outer: NodeEvent | undefined, inner: NodeEvent): boolean {
  return (
    outer !== undefined && inner.ts < outer.ts + outer.dur && inner.ts + inner.dur <= outer.ts + outer.dur + 1
  )
}

/**
 * True for nodes that take and give a few whole numbers, or still fewer of any kind (sizes pass through reals when they are
 * scaled), or only look at a shape. Where a shape is not told, it is not taken to be small.
 */
function isShapeWork({ args }: NodeEvent): boolean {
  const { op_name: operator, input_type_shape: inputs, output_type_shape: outputs } = args
  return areShapes(outputs) && (shapeOperators.has(operator) || areShapes(inputs))
}

function areShapes(tensors: NodeEvent['args']['output_type_shape']): boolean {
  return (
    tensors.length > 0 &&
    tensors.every((tensor) =>
      Object.entries(tensor).every(([type, shape]) => {
        const elements = shape.reduce((size, side) => size * side, 1)
        return elements <= (/^(u?int\d+|bool)$/.test(type) ? fewElements : fewReals)
      }),
    )
  )
}
