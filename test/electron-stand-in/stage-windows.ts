import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BrowserContext, Page, Request, Route } from 'playwright-core'
import { pageScript } from './page-side.ts'
import type { KnownFile, PageNames } from './page-side.ts'
import type { ShellFunctions, WindowOptions } from './stage.ts'

/** Chromium navigates to no scheme that it does not know: `app://HOST` is seen in its pages as this instead. */
const pageSuffix = '.app.invalid'

function toPageUrl(url: string): string {
  const { protocol, host, pathname, search, hash } = new URL(url)
  return `https://${host}.${protocol.slice(0, -1)}.invalid${pathname}${search}${hash}`
}

function toShellUrl(url: string): string {
  const { host, pathname, search, hash } = new URL(url)
  if (!host.endsWith(pageSuffix)) return url
  return `app://${host.slice(0, -pageSuffix.length)}${pathname}${search}${hash}`
}

type Shell = {
  [F in keyof ShellFunctions]: (
    ...args: Parameters<ShellFunctions[F]>
  ) => Promise<Awaited<ReturnType<ShellFunctions[F]>>>
}

/** The shell's windows: pages of one Chromium context, whose every request the shell answers. */
export class StageWindows {
  readonly #context: BrowserContext
  readonly #shell: Shell
  readonly #pages = new Map<number, Page>()
  readonly #sending = new Map<number, Promise<unknown>>()
  /** Navigations that the shell itself began. */
  readonly #ownNavigations = new Set<string>()
  readonly #names: PageNames

  constructor(context: BrowserContext, shell: Shell) {
    this.#context = context
    this.#shell = shell
    const secret = randomBytes(6).toString('hex')
    this.#names = { binding: `toShell_${secret}`, deliver: `fromShell_${secret}` }
  }

  async start(): Promise<void> {
    await this.#context.route(
      () => true,
      // A shell that has ended answers nothing more, and a page that was closed asks nothing more.
      (route, request) => this.#answer(route, request).catch(() => route.abort().catch(() => {})),
    )
    // Windows that a page opens do not come to be: `#answer` has told the shell, and this is what is left.
    this.#context.on('page', async (page) => {
      if ((await page.opener()) !== null) await page.close()
    })
  }

  async open(id: number, { width, height, preload }: WindowOptions): Promise<void> {
    const page = await this.#context.newPage()
    this.#pages.set(id, page)
    await page.setViewportSize({ width, height })
    await page.exposeBinding(
      this.#names.binding,
      ({ frame }, message: { channel: string; args: unknown[] }) => {
        const sender = { url: toShellUrl(frame.url()), isMainFrame: frame === page.mainFrame() }
        this.#shell.fromPage(id, message.channel, message.args, sender).catch(() => {})
      },
    )
    await page.addInitScript({ content: pageScript(this.#names, preload) })
  }

  async load(id: number, url: string): Promise<void> {
    const pageUrl = toPageUrl(url)
    this.#ownNavigations.add(pageUrl)
    await this.#pages.get(id)?.goto(pageUrl)
  }

  /** In order: each message waits for the one before. */
  send(id: number, channel: string, args: unknown[]): void {
    const page = this.#pages.get(id)
    if (page === undefined) return
    const deliver = () =>
      page.evaluate(([name, onChannel, values]) => Reflect.get(window, name)?.message(onChannel, values), [
        this.#names.deliver,
        channel,
        args,
      ] as const)
    // A page that is just being replaced does not take it; neither does Electron's.
    this.#sending.set(
      id,
      (this.#sending.get(id) ?? Promise.resolve()).then(deliver).catch(() => {}),
    )
  }

  async close(id: number): Promise<void> {
    const page = this.#pages.get(id)
    this.#pages.delete(id)
    await page?.close()
  }

  /** The page of the first window; waits until there is one and the shell has loaded it. */
  async first(): Promise<Page> {
    for (;;) {
      const [page] = this.#pages.values()
      if (page !== undefined && page.url() !== 'about:blank') return page
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Makes files on the disk known to the page's `webUtils`, and gives them with their content. */
  async knowFiles(page: Page, paths: readonly string[]): Promise<(KnownFile & { base64: string })[]> {
    const known = await Promise.all(
      paths.map(async (path) => {
        const { size, mtimeMs } = await stat(path)
        const content = await readFile(path)
        const base64 = content.toString('base64')
        return { name: basename(path), size, lastModified: Math.floor(mtimeMs), path, base64 }
      }),
    )
    const facts = known.map(({ name, size, lastModified, path }) => ({ name, size, lastModified, path }))
    await page.evaluate(([deliver, files]) => Reflect.get(window, deliver).knowFiles(files), [
      this.#names.deliver,
      facts,
    ] as const)
    return known
  }

  async #answer(route: Route, request: Request): Promise<void> {
    const url = request.url()
    const page = pageOf(request)
    const id = [...this.#pages].find(([, known]) => known === page)?.[0]
    if (id === undefined) {
      // There is one window that can have opened it.
      const [opener] = this.#pages.keys()
      if (opener !== undefined) await this.#shell.windowOpened(opener, toShellUrl(url))
      return route.abort()
    }
    if (request.isNavigationRequest() && request.frame().parentFrame() === null) {
      const own = this.#ownNavigations.delete(url)
      if (!own && !(await this.#shell.mayNavigate(id, toShellUrl(url)))) return route.abort('aborted')
      await this.#shell.navigationStarted(id)
    }
    const shellUrl = toShellUrl(url)
    // Nothing of the workbench asks for anything from elsewhere.
    if (shellUrl === url) return route.abort('blockedbyclient')
    const { status, headers, body } = await this.#shell.request(shellUrl, request.method())
    await route.fulfill({ status, headers, body: Buffer.from(body) })
  }
}

/** `undefined` for a window that is only about to be: its first request comes before its frame. */
function pageOf(request: Request): Page | undefined {
  try {
    return request.frame().page()
  } catch {
    return undefined
  }
}
