import type { Graph, GraphFunction, GraphNode, GraphValue, ModelGraph, NodeAttribute } from './graph.ts'
import {
  beginning,
  bytes,
  fewIntegers,
  fewReals,
  integer,
  message,
  real,
  size,
  text,
  type FieldReader,
  type MessageFields,
} from './message-fields.ts'
import { onnxSchema } from './onnx-schema.ts'
import {
  beginTensor,
  costOfTensor,
  entryFields,
  listed,
  shortened,
  sparseFields,
  tensorFields,
  tooManyDimensions,
} from './tensor-fields.ts'
import { elementType, highestRank } from './tensor-types.ts'

const {
  ModelProto,
  OperatorSetIdProto,
  GraphProto,
  FunctionProto,
  NodeProto,
  AttributeProto,
  ValueInfoProto,
  TypeProto,
  TensorTypeProto,
  TensorShapeProto,
  DimensionProto,
} = onnxSchema

/** Bytes of a model's documentation that are kept: enough for 4,000 characters of most scripts. */
const mostDoc = 16_000
/** Bytes of a metadata value that are kept. */
const mostMetadata = 4000
/** Longest text of an attribute, in bytes: the names of modes and directions. */
const mostAttributeText = 256

/** What the parts of a model take of memory with their empty lists, in units of 32 bytes. */
const costs = { entry: 3, node: 8, attribute: 6, graph: 12, value: 4, dimension: 2 }

/** A text that is only ever shown: characters that would break a line, or act on a terminal, are blanks. */
function label<T>(put: (target: T, text: string) => void): FieldReader<T> {
  return text((target, value) =>
    put(target, unprintable.test(value) ? value.replaceAll(everyUnprintable, ' ') : value),
  )
}

const unprintable = /\p{Cc}/u
const everyUnprintable = /\p{Cc}/gu

/** A model of which nothing was read yet. */
export const emptyModel = (): ModelGraph => ({
  ...{ irVersion: 0, producerName: '', producerVersion: '', domain: '', doc: '' },
  ...{ metadata: [], opsets: [], functions: [] },
})

/** Takes a ModelProto into a ModelGraph. */
export const modelFields: MessageFields<ModelGraph> = {
  [ModelProto.irVersion.id]: integer((model, version) => (model.irVersion = version)),
  [ModelProto.producerName.id]: label((model, name) => (model.producerName = name)),
  [ModelProto.producerVersion.id]: label((model, version) => (model.producerVersion = version)),
  [ModelProto.domain.id]: label((model, domain) => (model.domain = domain)),
  [ModelProto.modelVersion.id]: integer((model, version) => (model.modelVersion = version)),
  [ModelProto.docString.id]: beginning(mostDoc, (model, content, length) => {
    model.doc = decoded(content, length)
  }),
  // A second occurrence of a message that is not repeated is merged into the first, as protobuf has it.
  [ModelProto.graph.id]: message(
    (model) => (model.graph ??= emptyGraph()),
    () => graphFields,
  ),
  [ModelProto.opsetImport.id]: message(
    ({ opsets }) => added(opsets, { domain: '', version: 0 }),
    () => opsetFields,
    { cost: costs.entry, place: ({ opsets }) => `operator set ${opsets.length}` },
  ),
  [ModelProto.metadataProps.id]: message(
    ({ metadata }) => added(metadata, { key: '', value: '' }),
    () => metadataFields,
    { cost: costs.entry, place: ({ metadata }) => named('metadata entry', metadata) },
  ),
  [ModelProto.functions.id]: message(
    ({ functions }) => added(functions, emptyFunction()),
    () => functionFields,
    { cost: costs.node, place: ({ functions }) => named('function', functions) },
  ),
}

const opsetFields: MessageFields<ModelGraph['opsets'][number]> = {
  [OperatorSetIdProto.domain.id]: label((opset, domain) => (opset.domain = plainDomain(domain))),
  [OperatorSetIdProto.version.id]: integer((opset, version) => (opset.version = version)),
}

const metadataFields: MessageFields<ModelGraph['metadata'][number]> = entryFields(
  text((entry, key) => (entry.key = key)),
  beginning(mostMetadata, (entry, content, length) => (entry.value = decoded(content, length))),
)

const functionFields: MessageFields<GraphFunction> = {
  [FunctionProto.name.id]: label((called, name) => (called.name = name)),
  [FunctionProto.domain.id]: label((called, domain) => (called.domain = plainDomain(domain))),
  [FunctionProto.overload.id]: text((called, overload) => (called.overload = overload)),
  [FunctionProto.input.id]: text(({ inputs }, name) => inputs.push(name)),
  [FunctionProto.output.id]: text(({ outputs }, name) => outputs.push(name)),
  [FunctionProto.node.id]: nodes(),
}

const values = (what: string, listOf: (graph: Graph) => GraphValue[]): FieldReader<Graph> =>
  message(
    (graph) => added(listOf(graph), emptyValue()),
    () => valueFields,
    { cost: costs.value, place: (graph) => named(what, listOf(graph)) },
  )

const initializer = {
  cost: costOfTensor,
  place: ({ initializers }: Graph) => named('initializer', initializers),
}

const graphFields: MessageFields<Graph> = {
  [GraphProto.node.id]: nodes(),
  [GraphProto.name.id]: label((graph, name) => (graph.name = name)),
  [GraphProto.initializer.id]: message(
    ({ initializers }) => beginTensor(initializers),
    () => tensorFields,
    initializer,
  ),
  [GraphProto.sparseInitializer.id]: message(
    ({ initializers }) => beginTensor(initializers),
    () => sparseFields,
    initializer,
  ),
  [GraphProto.input.id]: values('input', ({ inputs }) => inputs),
  [GraphProto.output.id]: values('output', ({ outputs }) => outputs),
  [GraphProto.valueInfo.id]: values('value', (graph) => graph.values),
}

function nodes(): FieldReader<{ nodes: GraphNode[] }> {
  return message(
    (holder) => added(holder.nodes, emptyNode()),
    () => nodeFields,
    {
      cost: costs.node,
      place(holder) {
        const type = holder.nodes.at(-1)?.type ?? ''
        return `${named('node', holder.nodes)}${type === '' ? '' : ` (${shortened(type)})`}`
      },
    },
  )
}

const nodeFields: MessageFields<GraphNode> = {
  [NodeProto.input.id]: text(({ inputs }, name) => inputs.push(name)),
  [NodeProto.output.id]: text(({ outputs }, name) => outputs.push(name)),
  [NodeProto.name.id]: label((node, name) => (node.name = name)),
  [NodeProto.opType.id]: label((node, type) => (node.type = type)),
  [NodeProto.domain.id]: label((node, domain) => (node.domain = plainDomain(domain))),
  [NodeProto.overload.id]: text((node, overload) => (node.overload = overload)),
  [NodeProto.attribute.id]: message(
    ({ attributes }) => added(attributes, { name: '', tensors: [], graphs: [] }),
    () => attributeFields,
    { cost: costs.attribute, place: ({ attributes }) => named('attribute', attributes) },
  ),
}

const attributeTensor: FieldReader<NodeAttribute> = message(
  ({ tensors }) => beginTensor(tensors),
  () => tensorFields,
  { cost: costOfTensor },
)
const attributeSparse: FieldReader<NodeAttribute> = message(
  ({ tensors }) => beginTensor(tensors),
  () => sparseFields,
  { cost: costOfTensor },
)
const attributeGraph: FieldReader<NodeAttribute> = message(
  ({ graphs }) => added(graphs, emptyGraph()),
  () => graphFields,
  { cost: costs.graph },
)

const attributeFields: MessageFields<NodeAttribute> = {
  [AttributeProto.name.id]: text((attribute, name) => (attribute.name = name)),
  [AttributeProto.f.id]: real((attribute, value) => (attribute.real = value)),
  [AttributeProto.i.id]: integer((attribute, value) => (attribute.integer = value)),
  [AttributeProto.s.id]: bytes(mostAttributeText, (attribute, content) => {
    attribute.text = decoded(content)
  }),
  [AttributeProto.floats.id]: fewReals((attribute, value) => {
    attribute.reals = listed(attribute.reals, value)
  }),
  [AttributeProto.ints.id]: fewIntegers((attribute, value) => {
    attribute.integers = listed(attribute.integers, value)
  }),
  [AttributeProto.t.id]: attributeTensor,
  [AttributeProto.tensors.id]: attributeTensor,
  [AttributeProto.sparseTensor.id]: attributeSparse,
  [AttributeProto.sparseTensors.id]: attributeSparse,
  [AttributeProto.g.id]: attributeGraph,
  [AttributeProto.graphs.id]: attributeGraph,
}

const sameValue = (value: GraphValue) => value

const valueFields: MessageFields<GraphValue> = {
  [ValueInfoProto.name.id]: text((value, name) => (value.name = name)),
  [ValueInfoProto.type.id]: message(sameValue, () => typeFields),
}

const container = (name: string): FieldReader<GraphValue> => size((value) => (value.container = name))

const typeFields: MessageFields<GraphValue> = {
  [TypeProto.tensorType.id]: message(sameValue, () => tensorTypeFields),
  [TypeProto.sequenceType.id]: container('a sequence'),
  [TypeProto.mapType.id]: container('a map'),
  [TypeProto.sparseTensorType.id]: container('a sparse tensor'),
  [TypeProto.optionalType.id]: container('an optional value'),
}

const tensorTypeFields: MessageFields<GraphValue> = {
  [TensorTypeProto.elemType.id]: integer((value, type) => (value.type = elementType(type).type)),
  [TensorTypeProto.shape.id]: message(
    (value) => {
      value.hasShape = true
      return value
    },
    () => shapeFields,
  ),
}

const shapeFields: MessageFields<GraphValue> = {
  [TensorShapeProto.dim.id]: message(
    (value) => {
      if (value.shape.length === highestRank) throw tooManyDimensions()
      value.shape.push(null)
      return value
    },
    () => dimensionFields,
    { cost: costs.dimension },
  ),
}

/** Names that exporters give to every dimension that they leave open: they do not make two dimensions one. */
const placeholders = new Set(['', '?', '-1', '*', 'None', 'none', 'unk', 'unknown', 'dynamic'])

/** Takes into the dimension that was begun last. */
const dimensionFields: MessageFields<GraphValue> = {
  // ONNX Runtime takes a negative size for an open one.
  [DimensionProto.dimValue.id]: integer(({ shape }, dimension) => {
    if (dimension >= 0) shape[shape.length - 1] = dimension
  }),
  [DimensionProto.dimParam.id]: label(({ shape }, name) => {
    if (!placeholders.has(name.trim())) shape[shape.length - 1] = name
  }),
}

/** The item of a list that was begun last, by its name, else by its number. */
function named(what: string, list: readonly { name?: string; key?: string }[]): string {
  const last = list.at(-1)
  const name = last?.name ?? last?.key ?? ''
  return `${what} ${name === '' ? list.length : `"${shortened(name)}"`}`
}

/** A text of which `content` is all or the beginning. A character that was cut through is left out. */
function decoded(content: Uint8Array, length = content.length): string {
  return new TextDecoder().decode(content, { stream: content.length < length })
}

/** ONNX's own operator set has two spellings. */
function plainDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

function added<T>(list: T[], item: T): T {
  list.push(item)
  return item
}

const emptyGraph = (): Graph => ({
  name: '',
  nodes: [],
  initializers: [],
  inputs: [],
  outputs: [],
  values: [],
})
const emptyFunction = (): GraphFunction => ({ name: '', domain: '', inputs: [], outputs: [], nodes: [] })
const emptyNode = (): GraphNode => ({
  name: '',
  type: '',
  domain: '',
  inputs: [],
  outputs: [],
  attributes: [],
})
const emptyValue = (): GraphValue => ({ name: '', type: 'unknown', shape: [], hasShape: false })
