import npmFetch from 'npm-registry-fetch'
import * as v from 'valibot'
import type { NpmSettings } from './npm-settings.ts'
import { networkFailure, registryFailure, withoutCredentials } from './registry-failure.ts'
import { withRetries } from './retry.ts'
import { withStallLimit } from './stall-limit.ts'

/** A package as its registry describes it: only what is needed here. */
const PackumentSchema = v.looseObject({
  'dist-tags': v.fallback(v.record(v.string(), v.string()), {}),
  versions: v.record(
    v.string(),
    v.looseObject({
      dependencies: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
      dist: v.looseObject({
        tarball: v.string(),
        integrity: v.optional(v.string()),
        shasum: v.optional(v.string()),
      }),
    }),
  ),
})
export type Packument = v.InferOutput<typeof PackumentSchema>

/** What a request for an archive gave. */
export interface ArchiveResponse {
  status: number
  header(name: string): string | undefined
  body: AsyncIterable<Uint8Array>
}

/** The npm registry that the user's npm is set to. */
export interface NpmRegistry {
  /** As it may be shown. */
  address(packageName: string): string
  /** All versions of a package. */
  describe(packageName: string, signal: AbortSignal): Promise<Packument>
  /**
   * An archive from byte `from` on, where the server can do that (status 206), else all of it (200), or nothing (416).
   * Tried once; throws what npm-registry-fetch throws.
   */
  open(
    archive: { name: string; address: string },
    from: number,
    signal: AbortSignal,
  ): Promise<ArchiveResponse>
  /** Size of an archive in bytes; `undefined` where the server does not tell. */
  sizeOf(archive: { name: string; address: string }, signal: AbortSignal): Promise<number | undefined>
}

export interface RegistryTimes {
  /** A request without an answer, or an answer without more of it, is given up after this, in ms. */
  stallMs: number
  /** Before something is tried again, in ms. */
  waitMs: number
}

export function createNpmRegistry(settings: NpmSettings, { stallMs, waitMs }: RegistryTimes): NpmRegistry {
  const registryOf = (name: string) => npmFetch.pickRegistry(name, settings.request)
  const request = (name: string, address: string, options: npmFetch.Options, signal: AbortSignal) =>
    npmFetch(address, {
      ...settings.request,
      ...options,
      // Credentials are chosen by the registry that is responsible for the package.
      ...{ spec: name, registry: registryOf(name), signal },
    })
  /** An address that names the public registry means the one that stands in for it. */
  const located = (name: string, address: string) =>
    atRegistry(address, registryOf(name), settings.replaceRegistryHost)

  return {
    address: (name) => withoutCredentials(registryOf(name)),

    async describe(name, signal) {
      const path = encodeURIComponent(name).replace(/^%40/, '@')
      const headers = { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8' }
      const read = () =>
        withStallLimit(stallMs, signal, async (limited): Promise<unknown> => {
          return (await request(name, path, { headers }, limited)).json()
        })
      let answer: unknown
      try {
        answer = await withRetries(read, { retries: settings.retries, waitMs }, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw registryFailure(error, name, registryOf(name))
      }
      const parsed = v.safeParse(PackumentSchema, answer)
      if (parsed.success) return parsed.output
      throw networkFailure(
        `The npm registry ${withoutCredentials(registryOf(name))} answered with no description of ${name}.`,
        v.summarize(parsed.issues),
        'Check the registry that npm is set to (npm config get registry).',
      )
    },

    async open({ name, address }, from, signal) {
      // Compressed once more on its way, an archive could be neither measured nor continued.
      const headers = { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) }
      try {
        const {
          status,
          headers: answered,
          body,
        } = await request(name, located(name, address), { headers }, signal)
        return { status, header: (key) => answered.get(key) ?? undefined, body: bytesOf(body) }
      } catch (error) {
        // All that was asked for is here already.
        if (from > 0 && error instanceof Error && 'statusCode' in error && error.statusCode === 416) {
          return { status: 416, header: () => undefined, body: nothing() }
        }
        throw error
      }
    },

    async sizeOf({ name, address }, signal) {
      try {
        return await withStallLimit(Math.min(stallMs, 10_000), signal, async (limited) => {
          const options = { headers: { 'accept-encoding': 'identity' }, method: 'HEAD' }
          const response = await request(name, located(name, address), options, limited)
          const length = Number(response.headers.get('content-length') ?? Number.NaN)
          return Number.isSafeInteger(length) && length > 0 ? length : undefined
        })
      } catch {
        signal.throwIfAborted()
        return undefined
      }
    },
  }
}

async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  // Typed as a web stream, it is one of Node's kind.
  for await (const chunk of body as AsyncIterable<unknown>) {
    if (chunk instanceof Uint8Array) yield chunk
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** `address` on the registry's own host, where `replace` (npm's replace-registry-host) says so. */
export function atRegistry(address: string, registry: string, replace: string): string {
  const url = new URL(address, registry)
  const host = replace === 'npmjs' ? 'registry.npmjs.org' : replace
  if (replace === 'never' || (replace !== 'always' && host !== url.host)) return url.href
  const base = new URL(registry)
  if (base.host === url.host) return url.href
  const folder = base.pathname.replace(/\/+$/, '')
  const path = url.pathname.startsWith(`${folder}/`) ? url.pathname : `${folder}${url.pathname}`
  return new URL(`${path}${url.search}`, base).href
}
