import type { ModelDescription, ModelInput, ModelOutput, ModelWarning } from '../../contract/model.ts'
import { formatBytes } from '../../contract/quantity.ts'
import { BatchscopeError } from '../../contract/failure.ts'
import type { FileStore } from '../ports.ts'
import { describeDimensions } from './axes/describe-dimensions.ts'
import { findExternalData } from './reading/external-data.ts'
import type { GraphValue } from './reading/graph.ts'
import { graphHints } from './axes/graph-hints.ts'
import { unknownOperators } from './reading/known-operators.ts'
import { aboutModel, countNodes, countWeights } from './reading/model-facts.ts'
import { findQuantisation } from './reading/quantisation.ts'
import { readGraph, type ReadModel } from './reading/read-graph.ts'
import { describeFeedings } from './input-fill.ts'
import { isFeedable } from './reading/tensor-types.ts'

/**
 * Describes the ONNX model at `path`: its structure, and the SHA-256 of its file, for which all of it is read.
 * Rejects with a BatchscopeError: `not-found`, `bad-input`, `not-a-model`, `model-damaged` or `external-data-missing`.
 */
export async function describeModel(path: string, files: FileStore): Promise<ModelDescription> {
  const structure = await describeStructure(path, files)
  return { sha256: await files.sha256(structure.path), ...structure }
}

/** All that is told of a model without reading its weights. Rejects as `describeModel` does. */
export async function describeStructure(
  path: string,
  files: FileStore,
): Promise<Omit<ModelDescription, 'sha256'>> {
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
  const { warnings, ...found } = describeInterface(model, values)
  const quantisation = findQuantisation(model)
  return {
    path: full,
    name: files.fileName(full),
    bytes: externalData.reduce((sum, { bytes }) => sum + bytes, model.bytes),
    irVersion: model.irVersion,
    opset: model.opsets.find(({ domain }) => domain === '')?.version ?? 1,
    opsets: model.opsets,
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    graphName: model.graph.name,
    ...aboutModel(model),
    ...countWeights(model),
    ...countNodes(model),
    ...(quantisation === undefined ? {} : { quantisation }),
    ...found,
    externalData,
    warnings: [...warnings, ...unknownOperators(model), ...externalDataWarning(externalData, files)],
  }
}

function describeInterface(
  model: ReadModel,
  values: readonly GraphValue[],
): Pick<ModelDescription, 'inputs' | 'outputs' | 'freeDimensions' | 'pinnedBatch' | 'warnings'> {
  const { graph } = model
  const hintsOf = graphHints(graph)
  const hinted = values.map((value) => ({ ...value, hints: hintsOf(value) }))
  const fed = new Map(
    hinted.flatMap(({ name, hints }) => (hints.usual === undefined ? [] : [[name, hints.usual] as const])),
  )
  const dimensions = describeDimensions(model, values, fed)
  const inputs = hinted.map(({ name, type, shape, container, hasShape, hints }): ModelInput => {
    const found = dimensions.inputs.get(name)
    return {
      name,
      type,
      shape,
      ...(found?.axis === undefined ? {} : { batchAxis: found.axis }),
      batchAxisReason:
        container !== undefined
          ? `it is ${container}`
          : hasShape
            ? (found?.reason ?? '')
            : 'the model does not tell its shape',
      batchAxisConfidence: hasShape || container !== undefined ? (found?.confidence ?? 'guess') : 'guess',
      ...(hints.values === undefined ? {} : { values: hints.values }),
      ...(hints.initialState === undefined ? {} : { initialState: true }),
      ...(hints.usual === undefined ? {} : { usual: hints.usual }),
    }
  })
  const outputs = graph.outputs.map(({ name, type, shape }): ModelOutput => {
    return { name, type, shape, ...dimensions.outputs.get(name) }
  })
  const free = dimensions.freeDimensions
  const fedWith = describeFeedings(inputs, free)
  return {
    inputs: inputs.map((input) => ({ ...input, fedWith: fedWith.get(input.name) })),
    outputs,
    freeDimensions: free,
    ...(dimensions.pinnedBatch === undefined ? {} : { pinnedBatch: dimensions.pinnedBatch }),
    warnings: [...dimensions.warnings, ...values.flatMap(inputWarnings)],
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
