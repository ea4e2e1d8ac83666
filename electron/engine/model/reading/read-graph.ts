import { BatchscopeError, badInput, type FailureCode } from '../../../contract/failure.ts'
import type { FileStore } from '../../ports.ts'
import { decodeFile } from './file-decoder.ts'
import { FilePieces } from './file-pieces.ts'
import { checkModel } from './check-model.ts'
import type { Graph, ModelGraph } from './graph.ts'
import { emptyModel, modelFields } from './graph-fields.ts'
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
    const model = emptyModel()
    await decodeWhole(pieces, model)
    return { ...model, graph: checkModel(model, file.bytes), bytes: file.bytes }
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    const what = error.cutOff ? error.message : `is damaged: ${error.message}`
    throw unusable('model-damaged', `"${name}" ${what}.`, 'Copy, download or export the model again.')
  } finally {
    await file.close()
  }
}

/** Rejects with a MalformedMessage that says where in the file the damage is. */
async function decodeWhole(pieces: FilePieces, model: ModelGraph): Promise<void> {
  const bounds = readingBounds(pieces.bytes)
  try {
    await decodeFile(pieces, 0, pieces.bytes, model, modelFields, bounds)
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    const place = bounds.place()
    if (error.cutOff)
      throw new MalformedMessage(`${error.message}${place === '' ? '' : `, in ${place}`}`, true)
    const at = `at byte ${bounds.position.toLocaleString('en-US')}`
    throw new MalformedMessage(`${place === '' ? at : `in ${place}, ${at}`}, ${error.message}`)
  }
}

const exportHint = 'Choose a model that was exported to ONNX (.onnx).'

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
