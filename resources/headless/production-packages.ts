import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import * as v from 'valibot'
import { badInput } from '../../electron/contract/failure.ts'
import { filesBelow, type ShippedFile } from './shipped-file.ts'

/** The platform that a bundle is for, in Node's words. */
export const platform = { os: 'linux', cpu: 'x64' } as const

const DependenciesSchema = v.optional(v.record(v.string(), v.string()), {})
const ManifestSchema = v.object({
  name: v.string(),
  version: v.string(),
  license: v.optional(v.unknown()),
  os: v.optional(v.array(v.string()), []),
  cpu: v.optional(v.array(v.string()), []),
  dependencies: DependenciesSchema,
  optionalDependencies: DependenciesSchema,
  peerDependencies: DependenciesSchema,
  peerDependenciesMeta: v.optional(v.record(v.string(), v.object({ optional: v.optional(v.boolean()) })), {}),
})
type Manifest = v.InferOutput<typeof ManifestSchema>

/** A package that the command line and the server need, as it is installed. */
export interface InstalledPackage {
  name: string
  version: string
  /** As its package.json names it; empty where it does not. */
  license: string
  folder: string
}

/**
 * The production dependencies of the package in `root`, their own, and so on, in the places where Node finds them; by
 * place. Optional ones that are not here, or are for other platforms, are left out. Throws `bad-input` when one is
 * missing.
 */
export async function productionPackages(root: string): Promise<InstalledPackage[]> {
  const found = new Map<string, InstalledPackage>()
  const waiting = [{ folder: root, manifest: await readManifest(root) }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { name, optional } of needsOf(next.manifest, next.folder === root)) {
      const folder = locate(name, next.folder, root)
      if (folder === undefined && !optional) throw missing(name)
      if (folder === undefined || found.has(folder)) continue
      const manifest = await readManifest(folder)
      if (!fits(manifest.os, platform.os) || !fits(manifest.cpu, platform.cpu)) continue
      const { version, license } = manifest
      found.set(folder, { name, version, license: typeof license === 'string' ? license : '', folder })
      waiting.push({ folder, manifest })
    }
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

function needsOf(manifest: Manifest, isRoot: boolean): { name: string; optional: boolean }[] {
  const optional = Object.keys(manifest.optionalDependencies)
  const needed = Object.keys(manifest.dependencies).filter((name) => !optional.includes(name))
  // npm installs the peers of dependencies; an application's own are for nobody.
  const peers = isRoot ? [] : Object.keys(manifest.peerDependencies)
  const needsPeer = (name: string) => manifest.peerDependenciesMeta[name]?.optional !== true
  return [
    ...[...needed, ...peers.filter(needsPeer)].map((name) => ({ name, optional: false })),
    ...optional.map((name) => ({ name, optional: true })),
  ]
}

/** As Node looks: in `node_modules` beside the one that asks, then further up, to the root. */
function locate(name: string, from: string, root: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === root || folder === dirname(folder)) return undefined
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  return v.parse(ManifestSchema, JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
}

/** Lists of package.json: `linux` allows only that, `!win32` all but that; an empty one allows all. */
function fits(list: readonly string[], value: string): boolean {
  if (list.includes(`!${value}`)) return false
  const allowed = list.filter((each) => !each.startsWith('!'))
  return allowed.length === 0 || allowed.includes(value)
}

function missing(name: string): Error {
  return badInput(`The package "${name}" is not installed.`, 'Run npm ci first.')
}

const licence = /^(licen[cs]e|copying|notice|authors|patents|third[-_ ]?party)/i
const atTheTop = new Set([
  ...['test/', 'tests/', '__tests__/', 'doc/', 'docs/', 'example/', 'examples/'],
  ...['benchmark/', 'benchmarks/', 'man/', 'coverage/', '.github/', '.vscode/'],
])
const neverRun = /\.(md|markdown|map|[mc]?ts|tsx|flow|tsbuildinfo|test\.[mc]?js|ps1|cmd|bat)$/i

/**
 * Whether a bundle needs this file of a package: not what only its developers read, not what is for other platforms. Its
 * licence always. `path` is the path below the package's folder, for folders with a `/` at the end.
 */
export function isNeededToRun(packageName: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/', path.length - 2) + 1)
  if (name === 'node_modules/') return false
  if (!path.endsWith('/') && licence.test(name)) return true
  if (packageName === 'onnxruntime-node' && !isRuntimeFile(path)) return false
  if (path.endsWith('/')) return !atTheTop.has(path)
  // Settings of development tools.
  return !neverRun.test(name) && !name.startsWith('.')
}

/** Its installer and sources are not needed to run it, and it brings its binaries for every platform. */
function isRuntimeFile(path: string): boolean {
  if (path.startsWith('script/') || path.startsWith('lib/')) return false
  const [, os, cpu] = /^bin\/napi-v\d+\/([^/]+)\/(?:([^/]+)\/)?/.exec(path) ?? []
  return (os === undefined || os === platform.os) && (cpu === undefined || cpu === platform.cpu)
}

/** The files of installed packages that a bundle needs, under `node_modules` as they lie below `root`. */
export async function packageFiles(
  packages: readonly InstalledPackage[],
  root: string,
): Promise<ShippedFile[]> {
  const all = packages.map(({ name, folder }) =>
    filesBelow(folder, relative(root, folder), (path) => isNeededToRun(name, path)),
  )
  return (await Promise.all(all)).flat().map((file) => ({ ...file, executable: false }))
}
