import { realpath, stat } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import Config from '@npmcli/config'
import npm from '@npmcli/config/lib/definitions/index.js'
import type { FetchOptions } from 'npm-registry-fetch'
import * as v from 'valibot'

/** The user's npm settings that matter for fetching from a registry. */
export interface NpmSettings {
  /** For every request: registry, credentials, proxy, certificates. */
  request: FetchOptions
  registry: string
  /** What to do with the addresses that a registry gives for archives: `never`, `always`, `npmjs`, or a host. */
  replaceRegistryHost: string
  /** How often a request is tried again. */
  retries: number
  /** Variables for programs that fetch by themselves, where the user has set none for them. */
  environment: Record<string, string>
}

const SettingsSchema = v.looseObject({
  registry: v.string(),
  replaceRegistryHost: v.fallback(v.string(), 'npmjs'),
  fetchRetries: v.fallback(v.number(), 2),
  httpsProxy: v.nullish(v.string()),
  proxy: v.nullish(v.union([v.string(), v.boolean()])),
  noProxy: v.nullish(v.union([v.string(), v.array(v.string())])),
})

/**
 * What the user's npm is set to: its own file, the system's, and variables as `npm_config_registry`. A project's `.npmrc`
 * is not read: runtimes belong to the user, whichever folder Batchscope is started in.
 */
export async function readNpmSettings(environment: NodeJS.ProcessEnv = process.env): Promise<NpmSettings> {
  const { npmPath, nodePath } = await findNpm(environment)
  const config = new Config({
    definitions: npm.definitions,
    shorthands: npm.shorthands,
    flatten: npm.flatten,
    npmPath,
    execPath: nodePath,
    // Of all projects' settings, those of none.
    argv: ['node', 'npm', '--global'],
    // It writes into what it is given.
    env: { ...environment },
  })
  await config.load()
  const { cache: _cache, ...flat } = config.flat
  const settings = v.parse(SettingsSchema, flat)
  return {
    // One place tries again (retry.ts), and nothing is kept twice: archives are large.
    request: {
      ...flat,
      retry: { retries: 0 },
      ...{ offline: false, preferOffline: false },
      userAgent: `batchscope node/${process.version} ${process.platform} ${process.arch}`,
    },
    registry: settings.registry,
    replaceRegistryHost: settings.replaceRegistryHost,
    retries: settings.fetchRetries,
    environment: ownFetchers(settings, config.get('cafile'), environment),
  }
}

/** Proxies as the package `global-agent` takes them, and the certificate authority as Node does. */
function ownFetchers(
  { httpsProxy, proxy, noProxy }: v.InferOutput<typeof SettingsSchema>,
  cafile: unknown,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const wanted: Record<string, unknown> = {
    GLOBAL_AGENT_HTTPS_PROXY: httpsProxy ?? proxy ?? environment.HTTPS_PROXY ?? environment.https_proxy,
    GLOBAL_AGENT_HTTP_PROXY: proxy ?? environment.HTTP_PROXY ?? environment.http_proxy,
    GLOBAL_AGENT_NO_PROXY: Array.isArray(noProxy) ? noProxy.join(',') : noProxy,
    NODE_EXTRA_CA_CERTS: cafile,
  }
  return Object.fromEntries(
    Object.entries(wanted).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && entry[1] !== '' && !environment[entry[0]],
    ),
  )
}

/** Where the user's npm and its Node lie: from there npm finds the system's settings. In the desktop app, this process is neither. */
async function findNpm(environment: NodeJS.ProcessEnv): Promise<{ npmPath: string; nodePath: string }> {
  const node = await onPath(process.platform === 'win32' ? 'node.exe' : 'node', environment)
  const nodePath = node ?? process.execPath
  const command = await onPath(process.platform === 'win32' ? 'npm.cmd' : 'npm', environment)
  if (command === undefined) return { npmPath: dirname(nodePath), nodePath }
  // Elsewhere than on Windows the command is a link to `npm/bin/npm-cli.js`.
  const npmPath =
    process.platform === 'win32'
      ? join(dirname(command), 'node_modules', 'npm')
      : dirname(dirname(await realpath(command)))
  return { npmPath, nodePath }
}

async function onPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (environment.PATH ?? environment.Path ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() === true) return path
  }
  return undefined
}
