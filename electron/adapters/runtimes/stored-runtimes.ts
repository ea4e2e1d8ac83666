import { readdir, readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'
import { builtInRuntime } from '../../contract/runtime.ts'
import type { StoredRuntime } from '../../engine/ports.ts'
import { outsideArchive } from '../installation.ts'

/** What is kept of an installation, in `runtime.json` in the runtime's folder. */
const RecordSchema = v.object({
  format: v.literal('batchscope-runtime'),
  formatVersion: v.literal(1),
  name: v.string(),
  /** ISO 8601. */
  installed: v.string(),
  packages: v.array(v.object({ name: v.string(), version: v.string(), integrity: v.string() })),
  /** Every other file of the runtime, by its path from its folder with `/` between the parts. */
  files: v.array(v.object({ path: v.string(), bytes: v.number() })),
})
export type RuntimeRecord = v.InferOutput<typeof RecordSchema>

/** Name of the record's file. */
export const recordName = 'runtime.json'

const PackageSchema = v.object({ version: v.string() })
const bindingName = 'onnxruntime_binding.node'

/** The runtime in a folder; `undefined` where it is none, or one that lost what it needs to be loaded. */
export async function readStoredRuntime(folder: string): Promise<StoredRuntime | undefined> {
  const record = await readRecord(folder)
  // A folder that somebody renamed goes by neither name.
  if (record === undefined || record.name !== basename(folder)) return undefined
  const binding = join(folder, 'node_modules', 'onnxruntime-node')
  const version = await versionOf(binding)
  if (version === undefined || (await libraryFolder(binding)) === undefined) return undefined
  return {
    name: record.name,
    folder,
    version,
    providerLibraries: await readProviderLibraries(binding),
    bytes: record.files.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** True when every file of an installed runtime is there in its full size. */
export async function isWhole(folder: string): Promise<boolean> {
  const record = await readRecord(folder)
  if (record === undefined || (await readStoredRuntime(folder)) === undefined) return false
  const sizes = await Promise.all(record.files.map(({ path }) => sizeOf(join(folder, path))))
  return record.files.every(({ bytes }, index) => sizes[index] === bytes)
}

/** The runtime that comes with Batchscope. `rootFolder`: the installation's own. */
export async function readBuiltInRuntime(rootFolder: string): Promise<StoredRuntime> {
  const binding = builtInBinding(rootFolder)
  const version = binding === undefined ? undefined : await versionOf(binding)
  // The packed application keeps libraries beside its archive, where the loader can see them.
  const outside = binding?.replace(rootFolder, outsideArchive(rootFolder))
  return {
    name: builtInRuntime,
    folder: binding === undefined ? rootFolder : dirname(dirname(binding)),
    version: version ?? 'not loadable',
    providerLibraries: outside === undefined ? [] : await readProviderLibraries(outside),
  }
}

/** The built-in onnxruntime-node, where Node finds it from the installation's folder. */
export function builtInBinding(rootFolder: string): string | undefined {
  try {
    return dirname(createRequire(join(rootFolder, 'runtime.cjs')).resolve('onnxruntime-node/package.json'))
  } catch {
    return undefined
  }
}

/** The folder of onnxruntime-node's libraries for this platform; `undefined` where it has none. */
export async function libraryFolder(
  binding: string,
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<string | undefined> {
  for (const api of (await listFolder(join(binding, 'bin'))).sort().reverse()) {
    const folder = join(binding, 'bin', api, platform, architecture)
    if ((await sizeOf(join(folder, bindingName))) !== undefined) return folder
  }
  return undefined
}

const providerLibrary = /^(?:lib)?onnxruntime_providers_(cuda|tensorrt)\.(?:so|dll)$/

/** The libraries of execution providers beside ONNX Runtime's own, in an onnxruntime-node. */
export async function readProviderLibraries(binding: string): Promise<StoredRuntime['providerLibraries']> {
  const folder = await libraryFolder(binding)
  if (folder === undefined) return []
  return (await listFolder(folder)).sort().flatMap((name) => {
    const provider = providerLibrary.exec(name)?.[1]
    return provider === 'cuda' || provider === 'tensorrt' ? [{ provider, path: join(folder, name) }] : []
  })
}

async function versionOf(packageFolder: string): Promise<string | undefined> {
  const parsed = v.safeParse(PackageSchema, await readJson(join(packageFolder, 'package.json')))
  return parsed.success ? parsed.output.version : undefined
}

async function readRecord(folder: string): Promise<RuntimeRecord | undefined> {
  const parsed = v.safeParse(RecordSchema, await readJson(join(folder, recordName)))
  return parsed.success ? parsed.output : undefined
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
