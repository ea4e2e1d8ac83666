import * as v from 'valibot'
import { BatchscopeError, FailureSchema } from '../../electron/contract/failure.ts'
import { downloadAddress } from './download.ts'
import type { UploadTarget } from './model-upload.ts'
import type { Call } from './remote-workbench.ts'
import { connectionLost } from './socket-link.ts'

/** A model that was made here. */
export interface ModelToSave {
  path: string
  /** File name, with its extension. */
  suggestedName: string
  /** Paths of the files of its external data, which belong beside it. */
  companions: readonly string[]
}

/** Saves a model; gives where it went (a path, or a file name among the downloads), or null when the person declined. */
export type SaveModel = (model: ModelToSave) => Promise<string | null>

/** Asks where to save, and has the engine write it there with its external data. */
export function saveModelWithDialog(call: Call): SaveModel {
  return async ({ path: sourcePath, suggestedName }) => {
    const path = await call('chooseSavePath', { suggestedName, extension: 'onnx' })
    if (path === null) return null
    await call('saveModelAs', { sourcePath, path })
    return path
  }
}

/** Has the browser download the model, and after it the files of its external data: streams, not through this page. */
export function saveModelAsDownload(server: UploadTarget): SaveModel {
  return async ({ path, suggestedName, companions }) => {
    for (const file of [path, ...companions]) downloadAddress(await askForAddress(file, server))
    return suggestedName
  }
}

const ReplySchema = v.union([v.object({ url: v.string() }), v.object({ failure: FailureSchema })])

/** An address that works once. */
async function askForAddress(path: string, { token, baseUrl }: UploadTarget): Promise<string> {
  const response = await fetch(new URL('downloads', baseUrl), {
    method: 'POST',
    headers: { 'x-batchscope-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ path }),
  }).catch(() => undefined)
  const reply = v.safeParse(ReplySchema, await response?.json().catch(() => undefined))
  if (!reply.success) throw connectionLost()
  if ('failure' in reply.output) throw new BatchscopeError(reply.output.failure)
  return new URL(reply.output.url, baseUrl).href
}
