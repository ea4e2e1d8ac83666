import { formatBytes } from '../../../contract/quantity.ts'
import { forEachEditableTensor, largestModelBytes, type EditableModel } from '../edit/editable-model.ts'
import { tensorBytes } from '../reading/graph.ts'
import { Constants } from './constants.ts'
import { toHalfPrecision } from './half-precision.ts'
import { notConvertible, type PrecisionContext, type PrecisionKind } from './precision-context.ts'
import { toQuantised } from './quantised.ts'

/**
 * Gives a model other weights and another way to compute, in place:
 * - `fp16`: weights and computing in half precision; inputs and outputs keep their types, fragile operators stay in FP32;
 * - `int8-weights`: weights of Conv, Gemm and MatMul stored in 8 bits, computing in FP32;
 * - `int8`: Conv, Gemm and MatMul compute on 8-bit integers, their inputs quantised as they come.
 *
 * The made model holds all of its weights itself. Gives what was changed, a sentence each. Rejects with a BatchscopeError:
 * `not-convertible` where there is nothing to convert or it cannot be done, `cancelled`, and what reading weights from
 * external files gives. The model is of no use after that.
 */
export async function convertPrecision(
  model: EditableModel,
  kind: PrecisionKind,
  context: PrecisionContext,
): Promise<{ changes: string[] }> {
  checkTrains(model)
  const before = weightBytes(model)
  const constants = new Constants(model, context)
  const changes =
    kind === 'fp16'
      ? await toHalfPrecision(model, constants, context)
      : await toQuantised(model, kind, constants, context)
  await constants.bringInside()
  const after = weightBytes(model)
  changes.push(`Weights: ${formatBytes(before)} → ${formatBytes(after)}.`)
  if (model.byteLength() > largestModelBytes) {
    throw notConvertible(
      `The converted model would be a file of ${formatBytes(model.byteLength())}; ONNX files end at 2 GiB.`,
    )
  }
  return { changes }
}

/** Statistics of batches change while a model is trained: it must not be run in few bits. */
function checkTrains(model: EditableModel): void {
  const trains = model.graph.nodes.find(
    (node) =>
      node.domain.startsWith('ai.onnx.preview.training') ||
      (node.type === 'BatchNormalization' && (node.integer('training_mode') ?? 0) !== 0),
  )
  if (trains === undefined) return
  throw notConvertible(
    `Node ${trains.label} trains the model as it runs.`,
    'Export the model for inference, and convert that.',
  )
}

function weightBytes(model: EditableModel): number {
  let bytes = 0
  forEachEditableTensor(model.graph, ({ name, dims, dataType }) => {
    bytes += tensorBytes({ name, dims: [...dims], dataType })
  })
  return bytes
}
