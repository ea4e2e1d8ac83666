import type { ModelDescription, ModelInput, ModelOutput, ModelWarning } from '../../contract/model.ts'
import { formatBytes } from '../../contract/quantity.ts'
import { BatchscopeError } from '../../contract/failure.ts'
import type { FileStore } from '../ports.ts'
import { batchSymbols, findBatchAxes, outputBatchAxis } from './batch-axes.ts'
import { findExternalData, tensorBytes } from './external-data.ts'
import { findFreeDimensions } from './free-dimensions.ts'
import { elements, forEachNode, forEachTensor, type GraphTensor, type GraphValue } from './graph.ts'
import { graphHints } from './graph-hints.ts'
import { readGraph, type ReadModel } from './read-graph.ts'
import { isFeedable } from './tensor-types.ts'

/**
 * Describes the ONNX model at `path` from its structure; only the SHA-256 reads the weights.
 * Rejects with a BatchscopeError: `not-found`, `bad-input`, `not-a-model`, `model-damaged` or `external-data-missing`.
 */
export async function describeModel(path: string, files: FileStore): Promise<ModelDescription> {
  const full = files.resolve(path)
  const model = await readGraph(full, files)
  const initialized = new Set(model.graph.initializers.map(({ name }) => name))
  const values = model.graph.inputs.filter(({ name }) => !initialized.has(name))
  if (values.length === 0) {
    throw new BatchscopeError({
      code: 'not-a-model',
      message: `"${files.fileName(full)}" has no inputs: there is nothing to feed a batch to.`,
      hint: 'Choose a model that takes an input.',
      owner: 'model',
    })
  }
  const externalData = await findExternalData(model, full, files)
  const { inputs, outputs, freeDimensions, warnings } = describeInterface(model, values)
  return {
    sha256: await files.sha256(full),
    path: full,
    name: files.fileName(full),
    bytes: externalData.reduce((sum, { bytes }) => sum + bytes, model.bytes),
    irVersion: model.irVersion,
    opset: model.opsets.find(({ domain }) => domain === '')?.version ?? 1,
    opsets: model.opsets,
    producer: model.producer,
    graphName: model.graph.name,
    ...countWeights(model),
    ...countNodes(model),
    inputs,
    outputs,
    freeDimensions,
    externalData,
    warnings: [...warnings, ...externalDataWarning(externalData, files)],
  }
}

function describeInterface(
  { graph }: ReadModel,
  values: readonly GraphValue[],
): Pick<ModelDescription, 'inputs' | 'outputs' | 'freeDimensions' | 'warnings'> {
  const axes = findBatchAxes(values)
  const hintsOf = graphHints(graph)
  const described = values.map((value) => ({
    ...value,
    hints: hintsOf(value),
    found: axes.inputs.get(value.name) ?? { reason: '' },
  }))
  const inputs = described.map(({ name, type, shape, container, hasShape, hints, found }): ModelInput => ({
    name,
    type,
    shape,
    ...(found.axis === undefined ? {} : { batchAxis: found.axis }),
    batchAxisReason:
      container !== undefined
        ? `it is ${container}`
        : hasShape
          ? found.reason
          : 'the model does not tell its shape',
    ...(hints.values === undefined ? {} : { values: hints.values }),
  }))
  const outputs = graph.outputs.map((output): ModelOutput => {
    const batchAxis = outputBatchAxis(output, values, axes.inputs)
    const { name, type, shape } = output
    return { name, type, shape, ...(batchAxis === undefined ? {} : { batchAxis }) }
  })
  const free = findFreeDimensions(
    described.map(({ found, ...input }) => ({ ...input, batchAxis: found.axis })),
    batchSymbols(values, axes.inputs),
  )
  return {
    inputs,
    outputs,
    freeDimensions: free,
    warnings: [...axes.warnings, ...values.flatMap(inputWarnings)],
  }
}

function inputWarnings({ name, type, container, hasShape }: GraphValue): ModelWarning[] {
  const warn = (message: string, remedy: string): ModelWarning[] => [
    { code: 'unsupported-input', message, remedy },
  ]
  if (container !== undefined || !isFeedable(type)) {
    const what = container ?? (type === 'unknown' ? 'of an unknown type' : `of type ${type}`)
    return warn(
      `Input "${name}" is ${what}, which ONNX Runtime for Node cannot be fed.`,
      'Export the model with float32 or float16 tensors as inputs.',
    )
  }
  if (hasShape) return []
  return warn(
    `The model does not tell the shape of input "${name}"; a scalar is fed.`,
    'Export the model with the shapes of its inputs.',
  )
}

function externalDataWarning(data: ModelDescription['externalData'], files: FileStore): ModelWarning[] {
  const [first] = data
  if (first === undefined) return []
  const name = data.length === 1 ? `"${files.fileName(first.path)}"` : `${data.length} files`
  const bytes = data.reduce((sum, file) => sum + file.bytes, 0)
  return [
    {
      code: 'external-data',
      message: `Weights of ${formatBytes(bytes)} are beside the model, in ${name}.`,
      remedy: 'Move or copy them together with it.',
    },
  ]
}

function countWeights(model: ReadModel): Pick<ModelDescription, 'parameters' | 'parameterBytes'> {
  let parameters = 0
  let parameterBytes = 0
  const count = (tensor: GraphTensor) => {
    parameters += elements(tensor)
    parameterBytes += tensorBytes(tensor)
  }
  forEachTensor(model.graph, count)
  for (const { nodes } of model.functions) forEachTensor({ nodes }, count)
  return { parameters, parameterBytes }
}

function countNodes(model: ReadModel): Pick<ModelDescription, 'nodes' | 'operators'> {
  const operators = new Map<string, ModelDescription['operators'][number]>()
  let nodes = 0
  for (const list of [model.graph.nodes, ...model.functions.map((each) => each.nodes)]) {
    forEachNode(list, ({ type, domain }) => {
      nodes += 1
      const key = `${domain}\n${type}`
      const known = operators.get(key)
      if (known === undefined) operators.set(key, { type, domain, count: 1 })
      else known.count += 1
    })
  }
  const mostFirst = [...operators.values()].sort(
    (a, b) => b.count - a.count || a.type.localeCompare(b.type, 'en'),
  )
  return { nodes, operators: mostFirst }
}
