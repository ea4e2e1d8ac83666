import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, isAbsolute, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { BatchscopeError, toFailure } from '../contract/failure.ts'
import { requestUrl } from './request-guard.ts'

/**
 * Files that the browser saves among its downloads, streamed from the disk. The page asks with its token (`POST
 * /downloads`, the path as JSON) and is given an address that works once, for a minute: the token itself must not stand
 * in the browser's list of downloads.
 */
export interface DownloadServer {
  /** Answers `{ url }`, or `{ failure }`. The caller has checked the token. */
  giveTicket(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Sends the file of a ticket; 404 for one that is not known, was used or has run out. */
  send(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** How long an address works, in ms. */
const ticketMs = 60_000
/** Tickets that wait at the same time; older ones are dropped. */
const mostTickets = 64
/** A request is a path; this bounds what is read of it, in bytes. */
const requestLimitBytes = 16 * 1024

const RequestSchema = v.object({ path: v.string() })

/** Gives files of `folder` and of the folders in it, after symbolic links are followed. */
export function createDownloadServer(folder: string): DownloadServer {
  const tickets = new Map<string, { path: string; until: number }>()

  async function allow(path: string): Promise<string> {
    const [root, real] = await Promise.all([found(folder), found(path)])
    if (root === undefined || real === undefined || !isInside(real, root)) throw outside(path)
    if (!(await stat(real)).isFile()) throw outside(path)
    return real
  }

  function ticketFor(path: string): string {
    const now = Date.now()
    for (const [ticket, { until }] of tickets) {
      if (until < now || tickets.size >= mostTickets) tickets.delete(ticket)
    }
    const ticket = randomBytes(24).toString('base64url')
    tickets.set(ticket, { path, until: now + ticketMs })
    return ticket
  }

  return {
    async giveTicket(request, response) {
      try {
        const { path } = await readRequest(request)
        const ticket = ticketFor(await allow(path))
        reply(response, 201, { url: `downloads/${ticket}` })
      } catch (error) {
        reply(response, 400, { failure: toFailure(error) })
      }
    },
    async send(request, response) {
      const ticket = requestUrl(request)?.pathname.replace('/downloads/', '') ?? ''
      const known = tickets.get(ticket)
      tickets.delete(ticket)
      if (known === undefined || known.until < Date.now()) return notFound(response)
      const size = await sizeOf(known.path)
      if (size === undefined) return notFound(response)
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': size,
        'content-disposition': attachment(basename(known.path)),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      // Who goes away in the middle has the browser's own word for it.
      await pipeline(createReadStream(known.path, { end: Math.max(0, size - 1) }), response).catch(() => {})
    },
  }
}

async function readRequest(request: IncomingMessage): Promise<{ path: string }> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > requestLimitBytes) break
  }
  const parsed = v.safeParse(RequestSchema, parse(text))
  if (!parsed.success) throw outside('')
  return parsed.output
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

async function found(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch {
    return undefined
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch {
    return undefined
  }
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !/^\.\.[/\\]/.test(way) && !isAbsolute(way)
}

/** The name for browsers of every age: plain letters, and the whole of it (RFC 6266). */
function attachment(name: string): string {
  const plain = name.replace(/[^\w. ()-]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escape)}`
}

const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' })
  response.end('Not found.\n')
}

function outside(path: string): BatchscopeError {
  return new BatchscopeError({
    code: 'forbidden',
    message: `"${path}" is not a model that was made here, so it cannot be downloaded.`,
    owner: 'user',
  })
}
