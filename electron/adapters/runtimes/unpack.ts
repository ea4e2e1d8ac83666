import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract, type ReadEntry } from 'tar'
import { BatchscopeError, badInput } from '../../contract/failure.ts'
import { systemCode } from '../file-failure.ts'
import type { ResolvedPackage } from './resolve-packages.ts'
import { libraryFolder } from './stored-runtimes.ts'
import { storeFailure } from './store-failure.ts'

/** Which of a package's libraries are wanted. */
export interface Target {
  platform: string
  architecture: string
}

interface UnpackContext {
  /** The runtime that is being put together. */
  folder: string
  target: Target
  /** Whether a package's own installer will be run. */
  withScripts: boolean
  signal: AbortSignal
}

const licence = /^(licen[cs]e|copying|notice|third-?party-?notices)/i
const providerLibrary = /^(?:lib)?onnxruntime_providers_\w+\.(?:so|dll)$/

/** Unpacks the archive of a `package` into `node_modules/NAME`: what this platform needs, and no sources. */
export async function unpackPackage(
  archive: string,
  { name, version }: ResolvedPackage,
  context: UnpackContext,
): Promise<void> {
  const folder = join(context.folder, 'node_modules', name)
  const { target, withScripts } = context
  await unpack(archive, folder, context.signal, (path) => {
    const [top, , platform, architecture] = path.split('/')
    if (top === 'bin') return platform === target.platform && architecture === target.architecture
    if (top === 'script') return withScripts
    return !/\.(?:ts|map|md)$/.test(path) || licence.test(basename(path))
  })
  if (name !== 'onnxruntime-node') return
  if ((await libraryFolder(folder, target.platform, target.architecture)) === undefined) {
    throw badInput(
      `ONNX Runtime ${version} for Node was not built for ${target.platform} ${target.architecture}.`,
      'Install another version.',
    )
  }
}

/** Puts the libraries of a `providers` package beside ONNX Runtime's own, and its licence into `node_modules/NAME`. */
export async function unpackProviders(
  archive: string,
  { name }: ResolvedPackage,
  context: UnpackContext,
): Promise<void> {
  const { folder, target } = context
  const own = join(folder, 'node_modules', name)
  await unpack(archive, own, context.signal, (path) => {
    const file = basename(path)
    return (
      providerLibrary.test(file) || path === 'package.json' || (licence.test(file) && !file.endsWith('.meta'))
    )
  })
  const binding = join(folder, 'node_modules', 'onnxruntime-node')
  const beside = await libraryFolder(binding, target.platform, target.architecture)
  const entries = await readdir(own, { withFileTypes: true, recursive: true })
  const libraries = entries.filter((entry) => entry.isFile() && providerLibrary.test(entry.name))
  if (beside === undefined || libraries.length === 0) {
    throw badInput(`The package ${name} holds no provider libraries of ONNX Runtime.`)
  }
  for (const { parentPath, name: file } of libraries) {
    await rename(join(parentPath, file), join(beside, file))
    await removeIfEmpty(parentPath, own)
  }
}

/** Removes a folder that holds nothing any more, and those above it, up to but without `top`. */
async function removeIfEmpty(folder: string, top: string): Promise<void> {
  for (let each = folder; each !== top; each = dirname(each)) {
    const removed = await rmdir(each).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}

/** Unpacks the plain files of an archive that `wanted` is true for; their paths count from the archive's one folder. */
async function unpack(
  archive: string,
  folder: string,
  signal: AbortSignal,
  wanted: (path: string) => boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const withinArchive = (path: string) => path.replaceAll('\\', '/').replace(/^(?:\.\/)?[^/]*\//, '')
  const unpacker = extract({
    cwd: folder,
    strip: 1,
    // Links could lead out of the folder, and no package needs them.
    filter: (path, entry) =>
      ['File', 'OldFile', 'ContiguousFile'].includes((entry as ReadEntry).type) &&
      wanted(withinArchive(path)),
    preserveOwner: false,
    // Otherwise what could not be written is only warned of.
    strict: true,
  })
  try {
    await pipeline(createReadStream(archive), unpacker, { signal })
  } catch (error) {
    signal.throwIfAborted()
    if (!isAboutArchive(error)) throw storeFailure(error, folder)
    throw new BatchscopeError({
      code: 'network',
      message: `"${basename(archive)}" could not be unpacked: ${error instanceof Error ? error.message : String(error)}.`,
      hint: 'Install it again.',
      owner: 'system',
    })
  }
}

function isAboutArchive(error: unknown): boolean {
  const code = systemCode(error) ?? ''
  return code === '' || code.startsWith('TAR_') || code.startsWith('Z_')
}
