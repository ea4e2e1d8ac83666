import { mustBeReady, mustNotBeReady } from './readiness.ts'
import { shellFunctions } from './stage-connection.ts'

type Handler = (request: Request) => Response | Promise<Response>

const handlers = new Map<string, Handler>()
const privileged = new Set<string>()

export const protocol = {
  registerSchemesAsPrivileged(schemes: { scheme: string }[]): void {
    mustNotBeReady('protocol.registerSchemesAsPrivileged')
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle(scheme: string, handler: Handler): void {
    mustBeReady('protocol.handle')
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    handlers.set(scheme, handler)
  },
}

/** True for a scheme with an origin of its own: the page can load modules and be a secure context. */
export function isStandardScheme(scheme: string): boolean {
  return privileged.has(scheme)
}

shellFunctions.request = async (url, method) => {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1))
  if (handler === undefined) return { status: 404, headers: {}, body: new Uint8Array() }
  // Node's Request takes any scheme that a URL can have.
  const response = await handler(new Request(url, { method }))
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  }
}
