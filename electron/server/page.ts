import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pagePolicyHeaders, readPageFile } from '../adapters/page-files.ts'
import type { RequestGuard } from './request-guard.ts'
import { requestUrl } from './request-guard.ts'

/** Answers requests for the page and its files. */
export type ServePage = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Serves the built page. The document itself is given only with the launch's token; a cookie that is good for nothing
 * else lets the same browser load it again after the page has cleared the token from its address.
 */
export function createPageServer(folder: string, guard: RequestGuard): ServePage {
  const pass = randomBytes(16).toString('hex')

  return async (request, response) => {
    const path = requestUrl(request)?.pathname ?? ''
    const cookie = `batchscope-page-${request.socket.localPort}=${pass}`
    const policy = pagePolicyHeaders([`ws://${request.headers.host}`])
    const isDocument = path === '/' || path === '/index.html'
    const knownPage = guard.hasToken(request) || (request.headers.cookie ?? '').split('; ').includes(cookie)
    if (isDocument && !knownPage) {
      return send(
        request,
        response,
        401,
        { ...policy, 'content-type': 'text/html; charset=utf-8' },
        needsToken,
      )
    }
    const file = await readPageFile(folder, path)
    if (file === undefined) {
      return send(request, response, 404, { ...policy, 'content-type': 'text/plain' }, 'Not found.\n')
    }
    const headers: Record<string, string> = { ...policy, ...file.headers }
    if (isDocument) headers['set-cookie'] = `${cookie}; Path=/; HttpOnly; SameSite=Strict`
    send(request, response, 200, headers, file.content)
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  content: string | Uint8Array,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(content) })
  response.end(request.method === 'HEAD' ? undefined : content)
}

const needsToken = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Batchscope</title></head>
<body>
<h1>This is Batchscope, but not the whole address of it</h1>
<p>Open the address that Batchscope printed in its terminal when it started: it ends with a token that is made anew for
every launch.</p>
</body>
</html>
`
