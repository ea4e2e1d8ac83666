import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BatchscopeError } from '../contract/failure.ts'
import { badInput } from '../contract/failure.ts'
import type { WorkbenchApi } from '../contract/workbench-api.ts'
import { createDownloadServer } from './downloads.ts'
import { createPageServer } from './page.ts'
import { createRequestGuard } from './request-guard.ts'
import { createSocketServer } from './socket.ts'
import { createUploadReceiver } from './uploads.ts'

export interface HttpSettings {
  host: string
  /** 0 takes any that is free. */
  port: number
  /** The built page. */
  pageFolder: string
  uploadsFolder: string
  /** Largest upload in bytes. */
  uploadLimitBytes: number
  /** Models that were made here: what a page may download. */
  madeModelsFolder: string
}

export interface RunningServer {
  /** What to open in a browser, with the token of this launch. */
  url: string
  close(): Promise<void>
}

/** Serves page, uploads and workbench on one port. Rejects when the port cannot be had. */
export async function startHttpServer(api: WorkbenchApi, settings: HttpSettings): Promise<RunningServer> {
  const token = randomBytes(24).toString('base64url')
  const guard = createRequestGuard(settings.host, token)
  const servePage = createPageServer(settings.pageFolder, guard)
  const receiveUpload = createUploadReceiver({
    folder: settings.uploadsFolder,
    limitBytes: settings.uploadLimitBytes,
  })
  const downloads = createDownloadServer(settings.madeModelsFolder)
  const sockets = createSocketServer(api)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!guard.isForUs(request)) return refuse(response, 421)
    const { method, url = '' } = request
    if (url.startsWith('/uploads/')) {
      if (method !== 'PUT') return refuse(response, 405)
      if (!guard.isFromOurPage(request) || !guard.hasToken(request)) return refuse(response, 403)
      return receiveUpload(request, response)
    }
    if (url === '/downloads') {
      if (method !== 'POST') return refuse(response, 405)
      if (!guard.isFromOurPage(request) || !guard.hasToken(request)) return refuse(response, 403)
      return downloads.giveTicket(request, response)
    }
    if (url.startsWith('/downloads/')) {
      if (method !== 'GET') return refuse(response, 405)
      return downloads.send(request, response)
    }
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405)
    return servePage(request, response)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) refuse(response, 500)
      else response.destroy()
    })
  })
  // A large upload takes as long as it takes; silence is bounded where the body is read.
  server.requestTimeout = 0
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.split('?')[0]
    if (path !== '/socket') return refuseUpgrade(socket, 404)
    if (!guard.isForUs(request)) return refuseUpgrade(socket, 421)
    if (!guard.isFromOurPage(request)) return refuseUpgrade(socket, 403)
    sockets.accept(request, socket, head, guard.hasToken(request))
  })

  const port = await listen(server, settings.host, settings.port)
  return {
    url: `http://${browsableHost(settings.host)}:${port}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        sockets.close()
        server.closeAllConnections()
      }),
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' })
  response.end(`${STATUS_CODES[status] ?? 'Refused'}.\n`)
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nconnection: close\r\n\r\n`)
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, host, port)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function listenFailure(error: Error, host: string, port: number): BatchscopeError {
  const code = 'code' in error ? error.code : undefined
  const another = 'Give another one with --port; --port 0 takes any that is free.'
  if (code === 'EADDRINUSE') return badInput(`Port ${port} on ${host} is taken.`, another)
  if (code === 'EACCES') return badInput(`Port ${port} on ${host} is reserved by the system.`, another)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return badInput(`"${host}" is no address of this machine.`, 'Leave --host away to serve on 127.0.0.1.')
  }
  return badInput(`Cannot serve on ${host}, port ${port}: ${error.message}.`)
}

/** An address to bind all interfaces is none to open. */
function browsableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}
