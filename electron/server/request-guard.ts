import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** What a request must show. */
export interface RequestGuard {
  /**
   * True when the request was addressed to this server by a name it knows. A foreign name that resolves to this machine
   * (DNS rebinding) is refused: a page of that name must not count as ours.
   */
  isForUs(request: IncomingMessage): boolean
  /** True when no other page sent it: browsers name the sender of everything but plain page loads. */
  isFromOurPage(request: IncomingMessage): boolean
  /** True when it carries the token of this launch, in the header `x-batchscope-token` or the query. */
  hasToken(request: IncomingMessage): boolean
}

/** The guard of a server that was told to bind `host`. */
export function createRequestGuard(host: string, token: string): RequestGuard {
  const bindsAll = host === '0.0.0.0' || host === '::'
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host.toLowerCase(), `[${host.toLowerCase()}]`])
  if (bindsAll) names.add(hostname().toLowerCase())

  function isForUs(request: IncomingMessage): boolean {
    const address = parseHost(request.headers.host)
    if (address === undefined || address.port !== (request.socket.localPort ?? 0)) return false
    // No page can make its own name out of a literal address.
    return names.has(address.name) || (bindsAll && isIP(address.name.replace(/^\[|\]$/g, '')) !== 0)
  }

  return {
    isForUs,
    isFromOurPage(request) {
      const { origin, host: addressed } = request.headers
      return origin === undefined || origin === `http://${addressed}`
    },
    hasToken(request) {
      const header = request.headers['x-batchscope-token']
      const given = typeof header === 'string' ? header : requestUrl(request)?.searchParams.get('token')
      return typeof given === 'string' && isSame(given, token)
    },
  }
}

/** The address that a request asks for; `undefined` when it cannot be read. The host in it is not to be trusted. */
export function requestUrl(request: IncomingMessage): URL | undefined {
  const target = request.url ?? ''
  if (!target.startsWith('/')) return undefined
  return parseUrl(`http://batchscope.invalid${target}`)
}

function parseHost(header: string | undefined): { name: string; port: number } | undefined {
  if (header === undefined || !/^[\w.:[\]-]+$/.test(header)) return undefined
  const url = parseUrl(`http://${header}`)
  if (url === undefined) return undefined
  return { name: url.hostname.toLowerCase(), port: url.port === '' ? 80 : Number(url.port) }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
