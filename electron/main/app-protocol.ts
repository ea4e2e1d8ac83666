import { protocol } from 'electron'
import { pagePolicyHeaders, readPageFile } from '../adapters/page-files.ts'

const scheme = 'app'
const host = 'workbench'

/** Where the page lives. */
export const pageUrl = `${scheme}://${host}/`

/** True for addresses of the page and its files. */
export function isPageUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const parsed = new URL(url)
  return parsed.protocol === `${scheme}:` && parsed.host === host
}

/** Makes `app:` a scheme with an origin of its own. Must happen before Electron is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers `app:` with the built page, and with nothing outside its folder. */
export function handleAppScheme(pageFolder: string): void {
  protocol.handle(scheme, async (request) => {
    const headers = pagePolicyHeaders()
    if (!isPageUrl(request.url) || request.method !== 'GET')
      return new Response(null, { status: 403, headers })
    const file = await readPageFile(pageFolder, new URL(request.url).pathname)
    if (file === undefined) return new Response('Not found.', { status: 404, headers })
    return new Response(file.content, { headers: { ...headers, ...file.headers } })
  })
}
