import { externalLocation, onnxSchema } from './onnx-schema.ts'
import type {
  ExternalLocation,
  Graph,
  GraphNode,
  GraphTensor,
  GraphValue,
  ModelGraph,
  NodeAttribute,
} from './graph.ts'
import {
  integer,
  integers,
  MalformedMessage,
  message,
  size,
  text,
  type MessageFields,
} from './message-fields.ts'
import { elementType } from './tensor-types.ts'

const {
  ModelProto,
  OperatorSetIdProto,
  StringStringEntryProto,
  GraphProto,
  FunctionProto,
  NodeProto,
  AttributeProto,
  TensorProto,
  SparseTensorProto,
  ValueInfoProto,
  TypeProto,
  TensorTypeProto,
  TensorShapeProto,
  DimensionProto,
} = onnxSchema

/** Tensors of more dimensions than this do not exist. */
const highestRank = 64

/** Takes a ModelProto into `model`. */
export function modelFields(model: ModelGraph): MessageFields {
  let producerName = ''
  let producerVersion = ''
  const name = () => {
    model.producer = [producerName, producerVersion].filter((part) => part !== '').join(' ')
  }
  return {
    [ModelProto.irVersion.id]: integer((version) => (model.irVersion = version)),
    [ModelProto.producerName.id]: text((value) => {
      producerName = value
      name()
    }),
    [ModelProto.producerVersion.id]: text((value) => {
      producerVersion = value
      name()
    }),
    // A second occurrence of a message that is not repeated is merged into the first, as protobuf has it.
    [ModelProto.graph.id]: message(() => graphFields((model.graph ??= emptyGraph()))),
    [ModelProto.opsetImport.id]: message(() => {
      const opset = { domain: '', version: 0 }
      model.opsets.push(opset)
      return {
        [OperatorSetIdProto.domain.id]: text((domain) => (opset.domain = plainDomain(domain))),
        [OperatorSetIdProto.version.id]: integer((version) => (opset.version = version)),
      }
    }),
    [ModelProto.functions.id]: message(() => {
      const nodes: GraphNode[] = []
      model.functions.push({ nodes })
      return { [FunctionProto.node.id]: message(() => nodeFields(added(nodes, emptyNode()))) }
    }),
  }
}

function graphFields(graph: Graph): MessageFields {
  return {
    [GraphProto.node.id]: message(() => nodeFields(added(graph.nodes, emptyNode()))),
    [GraphProto.name.id]: text((name) => (graph.name = name)),
    [GraphProto.initializer.id]: message(() => tensorFields(added(graph.initializers, emptyTensor()))),
    [GraphProto.sparseInitializer.id]: message(() => sparseFields(added(graph.initializers, emptyTensor()))),
    [GraphProto.input.id]: message(() => valueFields(added(graph.inputs, emptyValue()))),
    [GraphProto.output.id]: message(() => valueFields(added(graph.outputs, emptyValue()))),
  }
}

function nodeFields(node: GraphNode): MessageFields {
  return {
    [NodeProto.input.id]: text((name) => node.inputs.push(name)),
    [NodeProto.output.id]: text((name) => node.outputs.push(name)),
    [NodeProto.opType.id]: text((type) => (node.type = type)),
    [NodeProto.domain.id]: text((domain) => (node.domain = plainDomain(domain))),
    [NodeProto.attribute.id]: message(() =>
      attributeFields(added(node.attributes, { name: '', tensors: [], graphs: [] })),
    ),
  }
}

function attributeFields(attribute: NodeAttribute): MessageFields {
  const tensor = message(() => tensorFields(added(attribute.tensors, emptyTensor())))
  const sparse = message(() => sparseFields(added(attribute.tensors, emptyTensor())))
  const graph = message(() => graphFields(added(attribute.graphs, emptyGraph())))
  return {
    [AttributeProto.name.id]: text((name) => (attribute.name = name)),
    [AttributeProto.i.id]: integer((value) => (attribute.integer = value)),
    [AttributeProto.t.id]: tensor,
    [AttributeProto.tensors.id]: tensor,
    [AttributeProto.sparseTensor.id]: sparse,
    [AttributeProto.sparseTensors.id]: sparse,
    [AttributeProto.g.id]: graph,
    [AttributeProto.graphs.id]: graph,
  }
}

function tensorFields(tensor: GraphTensor): MessageFields {
  const external: ExternalLocation = { location: '', offset: 0 }
  return {
    [TensorProto.dims.id]: integers((value) => {
      if (value < 0 || !Number.isSafeInteger(value) || tensor.dims.length === highestRank) {
        throw new MalformedMessage('one of its weights has an impossible shape')
      }
      tensor.dims.push(value)
    }),
    [TensorProto.dataType.id]: integer((dataType) => (tensor.dataType = dataType)),
    [TensorProto.name.id]: text((name) => (tensor.name = name)),
    [TensorProto.externalData.id]: message(() => externalFields(external)),
    [TensorProto.dataLocation.id]: integer((location) => {
      if (location === externalLocation) tensor.external = external
    }),
  }
}

/** One entry of a tensor's external data: `location`, `offset`, `length` or `checksum`, as text. */
function externalFields(external: ExternalLocation): MessageFields {
  let key = ''
  let value = ''
  const take = () => {
    if (key === 'location') external.location = value
    else if (key === 'offset') external.offset = byteCount(value)
    else if (key === 'length') external.length = byteCount(value)
  }
  return {
    [StringStringEntryProto.key.id]: text((name) => {
      key = name
      if (value !== '') take()
    }),
    [StringStringEntryProto.value.id]: text((content) => {
      value = content
      take()
    }),
  }
}

function byteCount(value: string): number {
  const count = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(count)) {
    throw new MalformedMessage('one of its weights has an impossible place in another file')
  }
  return count
}

/** A sparse tensor counts by the values that it stores. */
function sparseFields(tensor: GraphTensor): MessageFields {
  return { [SparseTensorProto.values.id]: message(() => tensorFields(tensor)) }
}

function valueFields(value: GraphValue): MessageFields {
  const container = (name: string) => size(() => (value.container = name))
  return {
    [ValueInfoProto.name.id]: text((name) => (value.name = name)),
    [ValueInfoProto.type.id]: message(() => ({
      [TypeProto.tensorType.id]: message(() => ({
        [TensorTypeProto.elemType.id]: integer((type) => (value.type = elementType(type).type)),
        [TensorTypeProto.shape.id]: message(() => {
          value.hasShape = true
          return { [TensorShapeProto.dim.id]: message(() => dimensionFields(value)) }
        }),
      })),
      [TypeProto.sequenceType.id]: container('a sequence'),
      [TypeProto.mapType.id]: container('a map'),
      [TypeProto.sparseTensorType.id]: container('a sparse tensor'),
      [TypeProto.optionalType.id]: container('an optional value'),
    })),
  }
}

/** Names that exporters give to every dimension that they leave open: they do not make two dimensions one. */
const placeholders = new Set(['', '?', '-1', '*', 'None', 'none', 'unk', 'unknown', 'dynamic'])

function dimensionFields(value: GraphValue): MessageFields {
  if (value.shape.length === highestRank)
    throw new MalformedMessage('one of its inputs has an impossible shape')
  const axis = value.shape.push(null) - 1
  return {
    // ONNX Runtime takes a negative size for an open one.
    [DimensionProto.dimValue.id]: integer((dimension) => {
      if (dimension >= 0) value.shape[axis] = dimension
    }),
    [DimensionProto.dimParam.id]: text((name) => {
      if (!placeholders.has(name.trim())) value.shape[axis] = name
    }),
  }
}

/** ONNX's own operator set has two spellings. */
function plainDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

function added<T>(list: T[], item: T): T {
  list.push(item)
  return item
}

const emptyGraph = (): Graph => ({ name: '', nodes: [], initializers: [], inputs: [], outputs: [] })
const emptyNode = (): GraphNode => ({ type: '', domain: '', inputs: [], outputs: [], attributes: [] })
const emptyTensor = (): GraphTensor => ({ name: '', dims: [], dataType: 0 })
const emptyValue = (): GraphValue => ({ name: '', type: 'unknown', shape: [], hasShape: false })
