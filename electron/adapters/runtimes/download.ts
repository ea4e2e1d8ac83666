import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { addAbortSignal } from 'node:stream'
import ssri from 'ssri'
import { BatchscopeError } from '../../contract/failure.ts'
import { systemCode } from '../file-failure.ts'
import type { ArchiveResponse, NpmRegistry } from './npm-registry.ts'
import { networkFailure, reasonIn, registryFailure, statusOf, wordsOf } from './registry-failure.ts'
import type { ResolvedPackage } from './resolve-packages.ts'
import { withRetries, type RetryRules } from './retry.ts'
import { withStallLimit } from './stall-limit.ts'
import { onDisk } from './store-failure.ts'

export interface DownloadContext {
  registry: NpmRegistry
  /** Where archives are kept, whole and in part. */
  folder: string
  retry: RetryRules
  stallMs: number
  signal: AbortSignal
  onTotal(bytes: number): void
  /** Bytes that are here, with those of earlier tries; less than before where a server begins anew. */
  onReceived(bytes: number): void
  onVerify(): void
}

/** Where a package's archive is kept: told apart by its checksum, so that another one never continues it. */
export function archiveFiles(
  folder: string,
  { name, version, integrity }: Pick<ResolvedPackage, 'name' | 'version' | 'integrity'>,
): { whole: string; part: string } {
  const mark = createHash('sha256').update(integrity).digest('hex').slice(0, 12)
  const base = join(folder, `${name.replaceAll('/', '+')}-${version}-${mark}`)
  return { whole: `${base}.tgz`, part: `${base}.part` }
}

/** How much of a package's archive earlier tries have left, in bytes. */
export async function keptBytes(folder: string, archive: ResolvedPackage): Promise<number> {
  const { whole, part } = archiveFiles(folder, archive)
  return (await sizeOf(whole)) || (await sizeOf(part))
}

/**
 * Fetches a package's archive, from where an earlier try broke off, and gives the path of the file once its checksum is
 * right. Stays with what it got when it is aborted or fails.
 */
export async function download(archive: ResolvedPackage, context: DownloadContext): Promise<string> {
  const { folder, signal, onVerify, onReceived, onTotal } = context
  const { whole, part } = archiveFiles(folder, archive)
  const kept = await sizeOf(whole)
  if (kept > 0) {
    onTotal(kept)
    onReceived(kept)
    onVerify()
    if (await isRight(whole, archive.integrity, signal)) return whole
    await onDisk(whole, () => rm(whole, { force: true }))
  }
  for (let isFirst = true; ; isFirst = false) {
    const { continued } = await fetchAll(archive, part, context)
    onVerify()
    if (await isRight(part, archive.integrity, signal)) {
      await onDisk(whole, () => rename(part, whole))
      return whole
    }
    await onDisk(part, () => rm(part, { force: true }))
    if (!continued || !isFirst) throw wrongArchive(archive, context.registry)
    // Its pieces may have been of different files: once more, in one go.
  }
}

/** Fetches until all is there. `continued`: it was put together from several answers. */
async function fetchAll(
  archive: ResolvedPackage,
  part: string,
  context: DownloadContext,
): Promise<{ continued: boolean }> {
  const { registry, retry, signal, stallMs } = context
  let continued = false
  let before = await sizeOf(part)
  let here = before
  const progressed = () => {
    const grown = here > before
    before = here
    return grown
  }
  const once = () =>
    withStallLimit(stallMs, signal, async (limited, heard) => {
      const from = await sizeOf(part)
      const response = await registry.open(archive, from, limited)
      heard()
      if (response.status === 416) {
        continued = true
        return
      }
      const start = response.status === 206 ? from : 0
      if (response.status === 206) {
        if (firstByteOf(response) !== from)
          throw new Error('the server sent another piece than was asked for')
        continued = true
      }
      await receive(response, { part, start }, context, (bytes) => {
        heard()
        here = bytes
      })
    })
  try {
    await withRetries(once, retry, signal, progressed)
  } catch (error) {
    signal.throwIfAborted()
    throw downloadFailure(error, archive, { registry, here })
  }
  return { continued }
}

async function receive(
  response: ArchiveResponse,
  { part, start }: { part: string; start: number },
  { onTotal, onReceived }: DownloadContext,
  arrived: (bytes: number) => void,
): Promise<void> {
  const announced = Number(response.header('content-length') ?? Number.NaN)
  const total = Number.isSafeInteger(announced) ? start + announced : undefined
  if (total !== undefined) onTotal(total)
  const file = await onDisk(part, () => open(part, start > 0 ? 'a' : 'w'))
  let received = start
  onReceived(received)
  try {
    for await (const chunk of response.body) {
      await onDisk(part, () => file.writeFile(chunk))
      received += chunk.byteLength
      arrived(received)
      onReceived(received)
    }
  } finally {
    await file.close()
  }
  if (total !== undefined && received < total) throw new Error('the connection was closed too early')
}

/** First byte of a partial answer, from its Content-Range. */
function firstByteOf(response: ArchiveResponse): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.header('content-range') ?? '')
  return match === null ? undefined : Number(match[1])
}

async function isRight(path: string, integrity: string, signal: AbortSignal): Promise<boolean> {
  return onDisk(path, async () => {
    try {
      await ssri.checkStream(addAbortSignal(signal, createReadStream(path)), integrity)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (systemCode(error) === 'EINTEGRITY') return false
      throw error
    }
  })
}

function downloadFailure(
  error: unknown,
  { name, version }: ResolvedPackage,
  { registry, here }: { registry: NpmRegistry; here: number },
): BatchscopeError {
  const from = registry.address(name)
  if (error instanceof BatchscopeError || statusOf(error) !== undefined || here === 0) {
    return registryFailure(error, `${name} ${version}`, from)
  }
  const detail = wordsOf(error)
  return networkFailure(
    `The download of ${name} ${version} from ${from} broke off: ${reasonIn(detail)}.`,
    detail,
    'What was downloaded is kept: check the network and install it again.',
  )
}

function wrongArchive({ name, version }: ResolvedPackage, registry: NpmRegistry): BatchscopeError {
  return new BatchscopeError({
    code: 'network',
    message: `The archive of ${name} ${version} from ${registry.address(name)} does not have the checksum that it must have; it was deleted.`,
    hint: 'Install it again; if this stays so, a proxy or the registry alters it.',
    owner: 'system',
  })
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
