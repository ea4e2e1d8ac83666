import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { badInput } from '../../electron/contract/failure.ts'
import { filesBelow, shippedFile, type ShippedFile } from './shipped-file.ts'

/** The entries that a bundle starts; the desktop's are not among them. */
const entries = ['cli.js', 'server.js', 'host.js'] as const
const page = 'renderer/index.html'

/** What is built from these is in `dist`. */
const sources = ['electron', 'renderer', 'package.json', 'vite.node.config.ts', 'vite.renderer.config.ts']

/** When `dist` was built. Throws `bad-input` where there is no build, or one that is not whole. */
export async function buildTime(root: string): Promise<Date> {
  const times: number[] = []
  for (const name of [...entries, page]) {
    const path = join(root, 'dist', name)
    if (!existsSync(path))
      throw badInput(`There is no build: "${path}" is missing.`, 'Run npm run build first.')
    times.push((await stat(path)).mtimeMs)
  }
  return new Date(Math.min(...times))
}

/** Throws `bad-input` when a source is newer than the build. */
export async function checkBuildIsFresh(root: string): Promise<void> {
  const built = await buildTime(root)
  for (const source of sources) {
    const changed = await newestBelow(join(root, source))
    if (changed !== undefined && changed.time > built.getTime()) {
      throw badInput(
        `The build is older than its sources: "${changed.path}" was changed since.`,
        'Run npm run build first, or add --as-built to pack the build as it is.',
      )
    }
  }
}

async function newestBelow(path: string): Promise<{ path: string; time: number } | undefined> {
  if (!existsSync(path)) return undefined
  const found = await stat(path)
  if (!found.isDirectory()) {
    return path.endsWith('.md') ? undefined : { path, time: found.mtimeMs }
  }
  let newest: { path: string; time: number } | undefined
  for (const name of await readdir(path)) {
    const below = await newestBelow(join(path, name))
    if (below !== undefined && (newest === undefined || below.time > newest.time)) newest = below
  }
  return newest
}

/**
 * The command line, the server, the session host, the chunks that they load, and the page; without source maps unless
 * wanted. Chunks of earlier builds, which nothing loads any more, stay behind.
 */
export async function builtFiles(root: string, withSourceMaps: boolean): Promise<ShippedFile[]> {
  const dist = join(root, 'dist')
  const modules = new Set<string>(entries)
  for (const module of modules) {
    const text = await readFile(join(dist, module), 'utf8')
    for (const [, name = ''] of text.matchAll(/["']\.\/((?:[\w.-]+\/)*[\w.-]+\.js)["']/g)) {
      const loaded = module.startsWith('chunks/') ? `chunks/${name}` : name
      if (existsSync(join(dist, loaded))) modules.add(loaded)
    }
  }
  const maps = [...modules].map((name) => `${name}.map`).filter((name) => existsSync(join(dist, name)))
  const names = withSourceMaps ? [...modules, ...maps] : [...modules]
  const code = await Promise.all(names.map((name) => shippedFile(`dist/${name}`, join(dist, name))))
  return [...code, ...(await filesBelow(join(dist, 'renderer'), 'dist/renderer'))]
}

const notShipped = /^(icons\/|headless\/|.*\.ts$)/

/** Fonts, sample and verification models, schemas: what the program reads, not what makes them. */
export function resourceFiles(root: string): Promise<ShippedFile[]> {
  return filesBelow(join(root, 'resources'), 'resources', (path) => !notShipped.test(path))
}
