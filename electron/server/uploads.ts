import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BatchscopeError, badInput, toFailure } from '../contract/failure.ts'
import { requestUrl } from './request-guard.ts'

export interface UploadSettings {
  /** Made when the first file arrives; every upload gets a folder of its own in it. */
  folder: string
  /** Largest file, in bytes. */
  limitBytes: number
}

/** Left free on the disk, whatever is uploaded, in bytes: projects have to be written too. */
const reserveBytes = 256 * 2 ** 20

/** A sender that is silent for this long is gone, in ms. */
const silenceMs = 60_000

/** Models, projects, what exporters call a model's external data, and NumPy arrays. */
const namePattern = /\.(onnx|batchscope|onnx_data|data|bin|pb|weights|npy|npz)$/i

/** Takes files from the page: `PUT /uploads/NAME`, `?folder=` of an earlier answer to put them together. */
export type ReceiveUpload = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Streams uploads to the disk. What did not arrive whole is removed. */
export function createUploadReceiver(settings: UploadSettings): ReceiveUpload {
  const folders = new Set<string>()

  async function receive(request: IncomingMessage): Promise<{ path: string; folder: string }> {
    const url = requestUrl(request)
    const name = safeName(url?.pathname.replace('/uploads/', '') ?? '')
    const beside = url?.searchParams.get('folder')
    if (typeof beside === 'string' && !folders.has(beside))
      throw badInput('There is no such upload to add to.')
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > settings.limitBytes) throw tooLarge(name, settings.limitBytes)

    const folder = beside ?? randomBytes(8).toString('hex')
    const target = join(settings.folder, folder)
    await mkdir(target, { recursive: true })
    try {
      await checkFreeSpace(settings.folder, name, announced)
      const path = join(target, name)
      await writeStream(request, path, name)
      folders.add(folder)
      return { path, folder }
    } catch (error) {
      if (!folders.has(folder)) await rm(target, { recursive: true, force: true })
      throw error
    }
  }

  async function writeStream(request: IncomingMessage, path: string, name: string): Promise<void> {
    let created = false
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    file.once('open', () => (created = true))
    request.setTimeout(silenceMs, () => request.destroy())
    try {
      await pipeline(request, byteLimit(name, settings.limitBytes), file)
    } catch (error) {
      if (created) await rm(path, { force: true })
      throw uploadFailure(error, name)
    }
  }

  return async (request, response) => {
    try {
      reply(response, 201, await receive(request))
    } catch (error) {
      const failure = toFailure(error)
      // The rest of the body is read and dropped: a browser that is still sending would not see the answer.
      request.resume()
      reply(response, failure.code === 'disk' ? 507 : 400, { failure })
    }
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

/** The name under which a file is kept: what the page called it, where that is a plain name of a kind we take. */
function safeName(encoded: string): string {
  let name: string
  try {
    name = decodeURIComponent(encoded)
  } catch {
    throw badInput('The name of the file cannot be read.')
  }
  const plain = /^[^/\\:*?"<>|]+$/.test(name) && !name.startsWith('.') && isPrintable(name)
  if (!plain || Buffer.byteLength(name) > 200) {
    throw badInput(
      'The file has a name that cannot be kept.',
      'Rename it to something plain, such as model.onnx.',
    )
  }
  if (!namePattern.test(name)) {
    throw badInput(
      `"${name}" is no ONNX model (.onnx), Batchscope project (.batchscope) or NumPy array (.npy, .npz).`,
      'Choose a file of one of these kinds.',
    )
  }
  return name
}

function isPrintable(name: string): boolean {
  return [...name].every((character) => (character.codePointAt(0) ?? 0) >= 32)
}

function byteLimit(name: string, limitBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > limitBytes) done(tooLarge(name, limitBytes))
      else done(null, chunk)
    },
  })
}

async function checkFreeSpace(folder: string, name: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < bytes + reserveBytes) throw diskFull(name)
}

function uploadFailure(error: unknown, name: string): unknown {
  if (error instanceof BatchscopeError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(name)
  if (code === 'EEXIST') return badInput(`There is a file "${name}" in this upload already.`)
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new BatchscopeError({
      code: 'connection-lost',
      message: `The upload of "${name}" broke off.`,
      owner: 'system',
    })
  }
  return error
}

function tooLarge(name: string, limitBytes: number): BatchscopeError {
  return badInput(
    `"${name}" is larger than the ${(limitBytes / 2 ** 30).toFixed(1)} GiB that can be uploaded.`,
    'Profile it from the command line instead: batchscope run FILE.',
  )
}

function diskFull(name: string): BatchscopeError {
  return new BatchscopeError({
    code: 'disk',
    message: `There is too little space on the disk for "${name}".`,
    hint: 'Free some space where Batchscope keeps its data, and try again.',
    owner: 'system',
  })
}
