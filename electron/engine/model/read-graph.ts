import { BatchscopeError, badInput, type FailureCode } from '../../contract/failure.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { FileStore } from '../ports.ts'
import { decodeFile } from './file-decoder.ts'
import { FilePieces } from './file-pieces.ts'
import { elements, forEachTensor, type Graph, type ModelGraph } from './graph.ts'
import { modelFields } from './graph-fields.ts'
import { MalformedMessage, readingBounds } from './message-fields.ts'
import { beginsLikeModel, recogniseFile, recognisableBytes } from './recognise-file.ts'

/** The structure of an ONNX file. */
export interface ReadModel extends ModelGraph {
  graph: Graph
  /** Size of the file, without external data. */
  bytes: number
}

/**
 * Reads the structure of an ONNX file; weights are passed over, so that it takes milliseconds whatever the model's
 * size. Rejects with a BatchscopeError: `not-found`, `bad-input` (a folder), `not-a-model` or `model-damaged`.
 */
export async function readGraph(path: string, files: FileStore): Promise<ReadModel> {
  const name = files.fileName(path)
  const stat = await files.stat(path)
  if (stat === undefined) {
    const message = `There is no file "${path}".`
    throw new BatchscopeError({
      code: 'not-found',
      message,
      hint: 'Check the path of the model.',
      owner: 'user',
    })
  }
  if (stat.kind === 'folder') throw await folderChosen(path, files)
  if (stat.bytes === 0) {
    throw unusable('not-a-model', `"${name}" is empty.`, 'Copy or download the model again.')
  }
  const file = await files.openForReading(path)
  try {
    const pieces = new FilePieces(file)
    const head = (await pieces.from(0, pieces.bytes)).subarray(0, recognisableBytes)
    const other = recogniseFile(head)
    if (other !== undefined || !beginsLikeModel(head)) {
      const looks = other === undefined ? '' : ` It looks like ${other.what}.`
      throw unusable('not-a-model', `"${name}" is not an ONNX model.${looks}`, other?.hint ?? exportHint)
    }
    const model: ModelGraph = { irVersion: 0, producer: '', opsets: [], functions: [] }
    await decodeFile(pieces, 0, pieces.bytes, modelFields(model), readingBounds())
    return checked(model, file.bytes)
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    const clause = error.cutOff
      ? `is cut off after ${formatBytes(file.bytes)}`
      : `is damaged: ${error.message}`
    throw unusable('model-damaged', `"${name}" ${clause}.`, 'Copy, download or export the model again.')
  } finally {
    await file.close()
  }
}

const exportHint = 'Choose a model that was exported to ONNX (.onnx).'

/** Throws a MalformedMessage when parts that every model has are missing or cannot be. */
function checked(model: ModelGraph, bytes: number): ReadModel {
  const { graph } = model
  if (graph === undefined) throw new MalformedMessage('it has no graph')
  if (graph.nodes.length === 0) throw new MalformedMessage('its graph has no nodes')
  if (graph.outputs.length === 0) throw new MalformedMessage('its graph has no outputs')
  if (model.irVersion < 1) throw new MalformedMessage('it does not say its format version')
  // Models of IR version 1 and 2 had no operator set imports.
  if (model.irVersion >= 3 && model.opsets.length === 0) {
    throw new MalformedMessage('it does not say which operators it uses')
  }
  forEachTensor(graph, (tensor) => {
    // No element takes less than a quarter of a byte, in whatever encoding.
    if (tensor.external === undefined && elements(tensor) > bytes * 4) {
      throw new MalformedMessage(`its weight "${tensor.name}" is larger than the file`)
    }
  })
  return { ...model, graph, bytes }
}

async function folderChosen(path: string, files: FileStore): Promise<BatchscopeError> {
  const content = await files.list(path).catch(() => [])
  const inside = content.find((entry) => entry.toLowerCase().endsWith('.onnx'))
  const hint =
    inside === undefined
      ? 'Choose the ONNX file itself.'
      : `Choose the ONNX file itself, for example "${files.fileName(inside)}" in it.`
  return badInput(`"${path}" is a folder, not a model.`, hint)
}

function unusable(code: FailureCode, message: string, hint: string): BatchscopeError {
  return new BatchscopeError({ code, message, hint, owner: 'model' })
}
