import * as v from 'valibot'
import { BatchscopeError, FailureSchema } from '../../electron/contract/failure.ts'
import { connectionLost } from './socket-link.ts'

/** The server's answer to an upload. */
const UploadReplySchema = v.union([
  v.object({ path: v.string(), folder: v.string() }),
  v.object({ failure: FailureSchema }),
])

export interface UploadTarget {
  /** The launch's token. */
  token: string
  /** Where the page was served from, with its last slash. */
  baseUrl: string
}

/**
 * Streams a file to the server and gives its path there. XMLHttpRequest, because fetch cannot tell how much has left.
 * `folder` (of an earlier answer) puts it beside files that belong together, such as a model and its external data.
 * Progress is a fraction, 0 to 1.
 */
export function uploadFile(
  file: File,
  target: UploadTarget,
  onProgress: (fraction: number) => void = () => {},
  folder?: string,
): Promise<{ path: string; folder: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(`uploads/${encodeURIComponent(file.name)}`, target.baseUrl)
    if (folder !== undefined) url.searchParams.set('folder', folder)
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    request.setRequestHeader('x-batchscope-token', target.token)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.addEventListener('progress', ({ loaded }) => {
      onProgress(file.size === 0 ? 1 : loaded / file.size)
    })
    request.addEventListener('load', () => {
      const reply = parseReply(request.responseText)
      if (reply === undefined) return reject(connectionLost())
      if ('failure' in reply) return reject(new BatchscopeError(reply.failure))
      resolve(reply)
    })
    request.addEventListener('error', () => reject(connectionLost()))
    request.addEventListener('abort', () => reject(connectionLost()))
    request.send(file)
  })
}

function parseReply(text: string): v.InferOutput<typeof UploadReplySchema> | undefined {
  try {
    const parsed = v.safeParse(UploadReplySchema, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
