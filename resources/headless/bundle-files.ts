import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { StoredRuntime } from '../../electron/engine/ports.ts'
import { builtFiles, resourceFiles } from './built-files.ts'
import { checksumsOf } from './checksums.ts'
import { runtimeFiles, runtimePackages } from './chosen-runtimes.ts'
import { highestVersions, readElfNeeds } from './elf-needs.ts'
import { nodeProgram } from './node-program.ts'
import { packageFiles, productionPackages, type InstalledPackage } from './production-packages.ts'
import { shippedFile, shippedText, type ShippedFile } from './shipped-file.ts'

/** Everything of a bundle, by what it is. */
export interface BundleFiles {
  groups: { title: string; files: ShippedFile[] }[]
  /** All of them by path, and last the list of their checksums. */
  all: ShippedFile[]
  /** What the machine has to have, as `glibc 2.28 and libstdc++ with GLIBCXX_3.4.22 and CXXABI_1.3.11, or newer`. */
  needs: string
}

export interface BundleContents {
  /** The installation that is packed. */
  root: string
  /** Node's program, and its licence where that does not lie beside it. */
  node: { path: string; version: string; licence?: string | undefined }
  runtimes: readonly StoredRuntime[]
  sourceMaps: boolean
  /** When it was built. */
  time: Date
  signal: AbortSignal
}

const PackageSchema = v.object({
  ...{ name: v.string(), productName: v.string(), version: v.string(), description: v.string() },
  ...{ license: v.string(), type: v.literal('module'), engines: v.record(v.string(), v.string()) },
  dependencies: v.record(v.string(), v.string()),
})

/** Gathers all that a bundle consists of, in the order in which it is packed. Throws a BatchscopeError. */
export async function bundleFiles(contents: BundleContents): Promise<BundleFiles> {
  const { root, node, runtimes, sourceMaps, time, signal } = contents
  const manifest = v.parse(PackageSchema, JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const packages = await productionPackages(root)
  const dependencies = await packageFiles(packages, root)
  const isInference = ({ path }: ShippedFile) => path.startsWith('node_modules/onnxruntime-')
  const groups = [
    { title: `Node ${node.version}`, files: await nodeProgram(node.path, node.licence) },
    { title: 'ONNX Runtime', files: dependencies.filter(isInference) },
    {
      title: `${packages.length} packages`,
      files: dependencies.filter((file) => !isInference(file)),
    },
    { title: 'Batchscope', files: await builtFiles(root, sourceMaps) },
    { title: 'Models and fonts', files: await resourceFiles(root) },
  ]
  for (const runtime of runtimes) {
    groups.push({ title: `Runtime ${runtime.name}`, files: await runtimeFiles(runtime, time) })
  }
  const shipped = groups.flatMap(({ files }) => files)
  const versions = highestVersions(await interfacesOf(shipped))
  const needs = needsText(versions)
  const facts: Record<string, string> = {
    VERSION: manifest.version,
    NODE: node.version,
    NEEDS: needs,
    RUNTIMES: ['built-in', ...runtimes.map(({ name }) => name)].join(', '),
  }
  const about = {
    ...{ name: manifest.name, version: manifest.version, platform: 'linux-x64', node: node.version },
    runtimes: runtimes.map(({ name, version }) => ({ name, onnxruntime: version })),
    needs: Object.fromEntries(versions),
    built: time.toISOString(),
  }
  const own = [
    await shippedFile('LICENSE', join(root, 'LICENSE')),
    await shippedFile('batchscope', join(root, 'resources/headless/batchscope'), true),
    shippedText(
      'README.md',
      fillIn(await readFile(join(root, 'resources/headless/README.md'), 'utf8'), facts),
    ),
    shippedText('THIRD-PARTY.txt', await packageList(packages, runtimes)),
    shippedText('bundle.json', `${JSON.stringify(about, null, 2)}\n`),
    shippedText('package.json', `${JSON.stringify(manifest, null, 2)}\n`),
  ]
  const all = [...shipped, ...own].sort((a, b) => (a.path < b.path ? -1 : 1))
  return { groups, all: [...all, await checksumsOf(all, signal)], needs }
}

/** Replaces `@NAME@` by what `facts` says of it. */
export function fillIn(template: string, facts: Readonly<Record<string, string>>): string {
  return template.replace(/@([A-Z_]+)@/g, (place, name: string) => facts[name] ?? place)
}

async function interfacesOf(files: readonly ShippedFile[]): Promise<string[]> {
  const found: string[] = []
  for (const { path, content } of files) {
    if (!('file' in content) || !/\.node$|\.so(\.\d+)*$|^node\/bin\//.test(path)) continue
    found.push(...((await readElfNeeds(content.file))?.versions ?? []))
  }
  return found
}

function needsText(versions: ReadonlyMap<string, string>): string {
  const library = ['GLIBCXX', 'CXXABI'].flatMap((name) => {
    const version = versions.get(name)
    return version === undefined ? [] : [`${name}_${version}`]
  })
  return `glibc ${versions.get('GLIBC') ?? ''} and libstdc++ with ${library.join(' and ')}, or newer`
}

async function packageList(
  packages: readonly InstalledPackage[],
  runtimes: readonly StoredRuntime[],
): Promise<string> {
  const own = packages.map(
    ({ name, version, license }) => `${name} ${version}  ${license || 'see its folder'}`,
  )
  const lines = [...new Set(own)].sort()
  for (const runtime of runtimes) {
    const parts = await runtimePackages(runtime)
    lines.push('', `In the runtime ${runtime.name}:`, ...parts.map((part) => `${part}  see its folder`))
  }
  return `${lines.join('\n')}\n`
}
