import {
  constantTensor,
  functionKey,
  type Graph,
  type GraphFunction,
  type GraphNode,
  type GraphTensor,
  type NodeAttribute,
} from '../reading/graph.ts'
import { broadcast } from './broadcast.ts'
import { Extents, type Extent } from './extents.ts'
import { mostElements, NodeContext, type TracedValue } from './node-context.ts'
import { ruleOf } from './rules.ts'

/** How the dimensions of a model's inputs move through its graph. */
export interface GraphTrace {
  extents: Extents
  /** By name; a variable for every dimension. Inputs whose shape the model does not tell are absent. */
  inputs: ReadonlyMap<string, readonly Extent[]>
  /** By name; absent where the trace lost it. */
  outputs: ReadonlyMap<string, readonly Extent[]>
  /** How many nodes were followed, those of functions and branches each time they were met. */
  nodes: number
}

/** Nodes followed in all, those of functions and branches each time they are met. */
const mostNodes = 200_000
/** Graphs within graphs, and functions within functions. */
const deepest = 16

/** What is taken for given. */
export interface Assumed {
  /** Sizes of open dimensions, by place (`INPUT:AXIS`). */
  sizes?: ReadonlyMap<string, number>
  /** Whole numbers that inputs of one element are fed, by input: settings that decide between branches. */
  values?: ReadonlyMap<string, number>
}

/** The parts of a model that the trace needs. */
export interface TracedModel {
  graph: Graph
  functions: readonly GraphFunction[]
}

/**
 * Follows every dimension of the inputs through the graph, by what its operators do with shapes, and collects what they
 * demand of them. Works on the structure alone and runs nothing. Assumed sizes that cannot be end in contradictions.
 */
export function traceGraph(
  { graph, functions }: TracedModel,
  { sizes = new Map(), values = new Map() }: Assumed = {},
): GraphTrace {
  const tracer = new Tracer(functions)
  const scope: Scope = new Map()
  tracer.addWeights(graph, scope)
  const symbols = new Map<string, Extent>()
  const inputs = new Map<string, readonly Extent[]>()
  for (const { name, shape, hasShape } of graph.inputs) {
    if (scope.has(name) || !hasShape) continue
    const dimensions = shape.map((dimension, axis) => {
      const known = typeof dimension === 'string' ? symbols.get(dimension) : undefined
      if (known !== undefined) return known
      const size = typeof dimension === 'number' ? dimension : sizes.get(`${name}:${axis}`)
      const variable = tracer.extents.variable(size === undefined ? {} : { size })
      if (typeof dimension === 'string') symbols.set(dimension, variable)
      return variable
    })
    inputs.set(name, dimensions)
    const value = values.get(name)
    const elements = value === undefined ? undefined : [tracer.extents.constant(value)]
    scope.set(name, { shape: dimensions, ...(elements && { elements }) })
  }
  tracer.follow(graph.nodes, [scope], 0)
  const outputs = new Map<string, readonly Extent[]>()
  for (const { name } of graph.outputs) {
    const shape = scope.get(name)?.shape
    if (shape !== undefined) outputs.set(name, shape)
  }
  return { extents: tracer.extents, inputs, outputs, nodes: tracer.followed }
}

/** Values by name, of one graph. */
type Scope = Map<string, TracedValue>

class Tracer {
  readonly extents = new Extents()
  readonly #functions: ReadonlyMap<string, GraphFunction>
  #left = mostNodes
  /** Functions entered and not left: in them, attributes may be given by the caller. */
  #calls = 0

  constructor(functions: readonly GraphFunction[]) {
    this.#functions = new Map(functions.map((each) => [functionKey(each), each]))
  }

  get followed(): number {
    return mostNodes - Math.max(0, this.#left)
  }

  addWeights({ initializers }: Graph, scope: Scope): void {
    for (const tensor of initializers) scope.set(tensor.name, this.#constant(tensor))
  }

  /** Follows nodes in their order; `scopes` are the graph's own and those around it, own first. */
  follow(nodes: readonly GraphNode[], scopes: readonly Scope[], depth: number): void {
    const [own] = scopes
    if (own === undefined) return
    for (const node of nodes) {
      this.#left -= 1
      if (this.#left < 0) return
      const inputs = node.inputs.map((name) => (name === '' ? {} : valueOf(name, scopes)))
      const values = this.#outputsOf(node, inputs, scopes, depth)
      node.outputs.forEach((name, slot) => {
        if (name !== '') own.set(name, bounded(values?.[slot]))
      })
    }
  }

  #outputsOf(
    node: GraphNode,
    inputs: readonly TracedValue[],
    scopes: readonly Scope[],
    depth: number,
  ): readonly TracedValue[] | undefined {
    const constant = constantTensor(node)
    if (constant !== undefined) return [this.#constant(constant)]
    const own = this.#functions.get(functionKey({ ...node, name: node.type }))
    if (own !== undefined) return depth < deepest ? this.#call(own, inputs, depth) : undefined
    const graphs = node.attributes.flatMap((attribute) => attribute.graphs)
    if (graphs.length > 0)
      return depth < deepest ? this.#inside(node, graphs, inputs, scopes, depth) : undefined
    if (this.#calls > 0 && node.attributes.some(isGivenByCaller)) return undefined
    const rule = ruleOf(node)
    return rule?.(new NodeContext(node, inputs, this.extents))
  }

  #call(called: GraphFunction, inputs: readonly TracedValue[], depth: number): TracedValue[] {
    const scope: Scope = new Map(called.inputs.map((name, slot) => [name, inputs[slot] ?? {}]))
    this.#calls += 1
    this.follow(called.nodes, [scope], depth + 1)
    this.#calls -= 1
    return called.outputs.map((name) => scope.get(name) ?? {})
  }

  #inside(
    node: GraphNode,
    graphs: readonly Graph[],
    inputs: readonly TracedValue[],
    scopes: readonly Scope[],
    depth: number,
  ): readonly TracedValue[] | undefined {
    const run = (graph: Graph, given: readonly TracedValue[]) => {
      const scope: Scope = new Map()
      this.addWeights(graph, scope)
      graph.inputs.forEach(({ name }, slot) => scope.set(name, given[slot] ?? {}))
      this.follow(graph.nodes, [scope, ...scopes], depth + 1)
      return graph.outputs.map(({ name }) => valueOf(name, [scope, ...scopes]))
    }
    if (node.type === 'Scan') return this.#scan(node, graphs, inputs, run)
    if (node.type === 'If') {
      const branch = (name: string) => node.attributes.find((attribute) => attribute.name === name)?.graphs[0]
      const [yes, no] = [branch('then_branch'), branch('else_branch')]
      if (yes === undefined || no === undefined) return undefined
      const [element] = inputs[0]?.elements ?? []
      const condition = element && this.extents.size(element)
      if (condition !== undefined) return run(condition === 0 ? no : yes, [])
      const others = this.extents.suppose(() => run(no, []))
      return this.extents
        .suppose(() => run(yes, []))
        .map((value, slot) => this.#either(value, others[slot] ?? {}))
    }
    // What a Loop carries may change its shape from turn to turn.
    for (const graph of graphs) this.extents.suppose(() => run(graph, []))
    return undefined
  }

  /** What both branches of an If give; where they differ, only that there is a dimension. */
  #either(one: TracedValue, other: TracedValue): TracedValue {
    const [a, b] = [one.shape, other.shape]
    if (a === undefined || b === undefined || a.length !== b.length) return {}
    return {
      shape: a.map((extent, axis) => {
        const second = b[axis]
        if (second === undefined || this.extents.same(extent, second)) return extent
        return this.extents.variable({ uncertain: 'unknown' })
      }),
    }
  }

  /** States keep their shape; the inputs that are scanned lose an axis, and what is collected gains it. */
  #scan(
    node: GraphNode,
    [body]: readonly Graph[],
    inputs: readonly TracedValue[],
    run: (graph: Graph, given: readonly TracedValue[]) => TracedValue[],
  ): TracedValue[] | undefined {
    const context = new NodeContext(node, inputs, this.extents)
    const scanned = context.integer('num_scan_inputs') ?? 0
    const states = inputs.length - scanned
    const otherAxes = ['scan_input_axes', 'scan_output_axes'].some((name) =>
      context.integers(name)?.some((axis) => axis !== 0),
    )
    if (body === undefined || otherAxes || states < 0) return undefined
    let steps: Extent | undefined
    const given = inputs.map((value, slot): TracedValue => {
      if (slot < states || value.shape === undefined) return slot < states ? { ...shapeOnly(value) } : {}
      const [first, ...rest] = value.shape
      steps ??= first
      if (first !== undefined) this.extents.demandOther(first, 'steps', context.label)
      return { shape: rest }
    })
    return run(body, given).map(({ shape }, slot): TracedValue => {
      const before = inputs[slot]?.shape
      if (slot < states) {
        if (before !== undefined && shape !== undefined && before.length === shape.length) {
          return { shape: broadcast([before, shape], this.extents, context.label) }
        }
        return {}
      }
      return shape === undefined || steps === undefined ? {} : { shape: [steps, ...shape] }
    })
  }

  #constant(tensor: GraphTensor): TracedValue {
    const { dims, values } = tensor
    const few = values !== undefined && values.length <= mostElements
    return {
      tensor,
      shape: dims.map((size) => this.extents.constant(size)),
      ...(few && values.every(Number.isInteger)
        ? { elements: values.map((value) => this.extents.constant(value)) }
        : {}),
    }
  }
}

function valueOf(name: string, scopes: readonly Scope[]): TracedValue {
  for (const scope of scopes) {
    const value = scope.get(name)
    if (value !== undefined) return value
  }
  return {}
}

/** Hostile graphs could let values grow with every node. */
function bounded(value: TracedValue = {}): TracedValue {
  const { shape = [], elements = [] } = value
  return shape.length > mostElements || elements.length > mostElements ? {} : value
}

/** An attribute of a function's node without a value of its own. */
function isGivenByCaller({ integer, real, text, integers, reals, tensors, graphs }: NodeAttribute): boolean {
  const values = [integer, real, text, integers, reals, tensors[0], graphs[0]]
  return values.every((value) => value === undefined)
}

const shapeOnly = ({ shape }: TracedValue): TracedValue => (shape === undefined ? {} : { shape })
