import * as v from 'valibot'
import { DerivationSchema, type Derivation, type DerivationKind } from '../../contract/derivation.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { FileStore } from '../ports.ts'

/** What is written beside a made model once it has been shown to be right; without it, the file does not count. */
const SidecarSchema = v.object({
  /** SHA-256 of the made file, in hex. */
  sha256: v.string(),
  derivation: DerivationSchema,
})

/** Where made models lie: in the user's data folder. */
export function madeModelsFolder(files: Pick<FileStore, 'resolve' | 'dataFolder'>): string {
  return files.resolve(files.dataFolder, 'models')
}

/**
 * Where the model lies that is made from `model`. `settings` are what else it depends on: others give another place. So
 * do other external data, which the model's own SHA-256 does not cover.
 */
export async function madeModelPath(
  model: ModelDescription,
  kind: DerivationKind,
  settings: string,
  files: FileStore,
): Promise<string> {
  const versions = await Promise.all(
    model.externalData.map(
      async ({ path, bytes }) => `${path} ${bytes} ${(await files.stat(path))?.modified}`,
    ),
  )
  const key = `${model.sha256.slice(0, 12)}-${kind}-${shortHash([settings, ...versions].join('\n'))}`
  const base = model.name.replace(/\.onnx$/i, '')
  return files.resolve(madeModelsFolder(files), key, `${base}-${kind}.onnx`)
}

export async function writeSidecar(path: string, derivation: Derivation, files: FileStore): Promise<void> {
  const sidecar = { sha256: await files.sha256(path), derivation }
  await files.write(sidecarPath(path), `${JSON.stringify(sidecar, null, 2)}\n`)
}

/**
 * What is known of a made model; undefined for all other files, and for made ones that were changed since. Only files in
 * the folder of made models are believed: anybody could write such a note beside a model.
 */
export async function readDerivation(
  path: string,
  sha256: string,
  files: FileStore,
): Promise<Derivation | undefined> {
  const folder = madeModelsFolder(files)
  if (files.folderOf(files.folderOf(path)) !== folder) return undefined
  if ((await files.stat(sidecarPath(path))) === undefined) return undefined
  const parsed = v.safeParse(SidecarSchema, parseJson(await files.read(sidecarPath(path))))
  return parsed.success && parsed.output.sha256 === sha256 ? parsed.output.derivation : undefined
}

function sidecarPath(path: string): string {
  return `${path}.derivation.json`
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** FNV-1a of 32 bits, in hex: tells settings apart, and guards against nothing. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
