import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** A file of the built page, ready to be sent. */
export interface PageFile {
  content: Uint8Array<ArrayBuffer>
  headers: Record<string, string>
}

const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

/**
 * Reads a file of the built page by the path of its address (`/` is `index.html`). `undefined` for what is not there,
 * for what leads out of the folder, and for types that a page is not made of.
 */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile | undefined> {
  const path = pathInside(folder, urlPath === '/' ? '/index.html' : urlPath)
  const mediaType = path === undefined ? undefined : mediaTypes[extname(path).toLowerCase()]
  if (path === undefined || mediaType === undefined) return undefined
  try {
    const content = new Uint8Array(await readFile(path))
    return { content, headers: { 'content-type': mediaType, 'cache-control': cacheControl(urlPath) } }
  } catch {
    return undefined
  }
}

function pathInside(folder: string, urlPath: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return undefined
  }
  const segments = decoded.split('/')
  // Segments that begin with a dot lead upwards or to hidden files; the others mean something to Windows.
  if (segments.some((segment) => segment.startsWith('.') || /[\\:\0]/.test(segment))) return undefined
  const path = join(folder, ...segments)
  return path.startsWith(folder + sep) ? path : undefined
}

/** Names under `assets/` carry a hash of their content. */
function cacheControl(urlPath: string): string {
  if (urlPath.startsWith('/assets/')) return 'public, max-age=31536000, immutable'
  return 'no-store'
}

/**
 * Headers of every answer to the page, in the desktop and served: nothing from elsewhere, no inline script or style,
 * no framing. `connect` names the sources besides its own that the page may talk to.
 */
export function pagePolicyHeaders(connect: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=()',
  }
}
