import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ssri from 'ssri'
import { create } from 'tar'

export interface TestPackage {
  name: string
  version: string
  dependencies?: Record<string, string>
  /** By their paths in the package; a `package.json` is added. */
  files: Record<string, string | Buffer>
}

/** How the server treats requests for archives. */
export interface Behaviour {
  /** Closes the connection after so many bytes of the body, once for each number. */
  breakAfter: number[]
  /** Sends so many bytes, then nothing more, once for each number. */
  stallAfter: number[]
  /** Answers a request for a piece with the whole. */
  ignoreRange: boolean
  /** Archives that are sent instead of the right ones, by package name. */
  instead: Map<string, Buffer>
  /** Answers this to every request. */
  status: number | undefined
  /** Answers 401 to requests without it. */
  token: string | undefined
}

export interface RegistryServer {
  /** With a slash at its end. */
  url: string
  behaviour: Behaviour
  /** Requests for archives, HEAD not among them, in order. */
  downloads: { name: string; range: string | undefined; sent: number }[]
  authorizations: (string | undefined)[]
  archiveOf(name: string): Buffer
  close(): Promise<void>
}

/** A small npm registry with real archives. `registryPath`: where it lies on its host. */
export async function startRegistry(
  packages: readonly TestPackage[],
  registryPath = '/',
): Promise<RegistryServer> {
  const archives = new Map<string, Buffer>()
  for (const each of packages) archives.set(`${each.name}@${each.version}`, await archive(each))
  const behaviour: Behaviour = {
    ...{ breakAfter: [], stallAfter: [], ignoreRange: false, instead: new Map() },
    ...{ status: undefined, token: undefined },
  }
  const downloads: RegistryServer['downloads'] = []
  const authorizations: RegistryServer['authorizations'] = []

  function packument(name: string): string | undefined {
    const own = packages.filter((each) => each.name === name)
    if (own.length === 0) return undefined
    const versions = own.map(({ version, dependencies = {} }) => {
      const data = archives.get(`${name}@${version}`) ?? Buffer.alloc(0)
      // As the public registry does, whichever host asks.
      const tarball = `https://registry.npmjs.org/${name}/-/${version}.tgz`
      const integrity = ssri.fromData(data, { algorithms: ['sha512'] }).toString()
      return [version, { name, version, dependencies, dist: { tarball, integrity } }]
    })
    return JSON.stringify({
      name,
      'dist-tags': { latest: own.at(-1)?.version },
      versions: Object.fromEntries(versions) as unknown,
    })
  }

  function sendArchive(
    name: string,
    version: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const data = behaviour.instead.get(name) ?? archives.get(`${name}@${version}`)
    if (data === undefined) return void response.writeHead(404).end()
    if (request.method === 'HEAD')
      return void response.writeHead(200, { 'content-length': data.length }).end()
    const { range } = request.headers
    const asked = behaviour.ignoreRange ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const download = { name, range, sent: 0 }
    downloads.push(download)
    if (asked >= data.length) return void response.writeHead(416).end()
    const body = data.subarray(asked)
    response.writeHead(asked === 0 ? 200 : 206, {
      'content-length': body.length,
      ...(asked === 0 ? {} : { 'content-range': `bytes ${asked}-${data.length - 1}/${data.length}` }),
    })
    // Small archives pass whole.
    const stop = body.length > 100_000 ? (behaviour.breakAfter.shift() ?? behaviour.stallAfter[0]) : undefined
    if (stop === undefined) {
      download.sent = body.length
      response.end(body)
      return
    }
    const stalls = stop === behaviour.stallAfter[0]
    if (stalls) behaviour.stallAfter.shift()
    download.sent = stop
    response.write(body.subarray(0, stop), () => {
      if (!stalls) setTimeout(() => response.destroy(), 50)
    })
  }

  const server = createServer((request, response) => {
    const { authorization } = request.headers
    authorizations.push(authorization)
    const path = decodeURIComponent((request.url ?? '').slice(registryPath.length))
    if (behaviour.status !== undefined) return void response.writeHead(behaviour.status).end('{}')
    if (behaviour.token !== undefined && authorization !== `Bearer ${behaviour.token}`) {
      return void response.writeHead(401).end('{}')
    }
    const tarball = /^(.+)\/-\/(.+)\.tgz$/.exec(path)
    if (tarball !== null) return sendArchive(tarball[1] ?? '', tarball[2] ?? '', request, response)
    const described = packument(path)
    if (described === undefined) response.writeHead(404).end('{}')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(described)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${registryPath}`,
    ...{ behaviour, downloads, authorizations },
    archiveOf: (name) => [...archives].find(([id]) => id.startsWith(`${name}@`))?.[1] ?? Buffer.alloc(0),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function archive({ name, version, dependencies, files }: TestPackage): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'batchscope-registry-'))
  const all = {
    ...files,
    'package.json': JSON.stringify({ name, version, main: 'dist/index.js', dependencies }),
  }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, 'package', path)), { recursive: true })
    await writeFile(join(folder, 'package', path), content)
  }
  await create({ cwd: folder, gzip: true, file: join(folder, 'archive.tgz') }, ['package'])
  const data = await readFile(join(folder, 'archive.tgz'))
  await rm(folder, { recursive: true })
  return data
}

const { platform, arch } = process

/** An onnxruntime-node as its makers lay it out, with a library for this machine and one for another. */
export function bindingPackage(version: string, common = version): TestPackage {
  return {
    ...{ name: 'onnxruntime-node', version },
    dependencies: { 'onnxruntime-common': common, 'adm-zip': '^0.6.0' },
    files: {
      [`bin/napi-v6/${platform}/${arch}/onnxruntime_binding.node`]: randomBytes(200_000),
      [`bin/napi-v6/${platform}/${arch}/libonnxruntime.so.1`]: randomBytes(20_000),
      'bin/napi-v6/plan9/mips/onnxruntime_binding.node': randomBytes(50_000),
      'dist/index.js': `exports.version = '${version}'\n`,
      'dist/index.d.ts': 'export {}\n',
      'lib/index.ts': 'export {}\n',
      'script/install.js': '',
      'README.md': 'Read me.\n',
      LICENSE: 'MIT\n',
    },
  }
}

export function commonPackage(version: string): TestPackage {
  return {
    name: 'onnxruntime-common',
    version,
    files: { 'dist/index.js': `exports.version = '${version}'\n` },
  }
}

export function providersPackage(name: string, version = '0.4.9'): TestPackage {
  return {
    ...{ name, version },
    files: {
      'Plugins/Linux/x64/libonnxruntime_providers_cuda.so': randomBytes(300_000),
      'Plugins/Linux/x64/libonnxruntime_providers_cuda.so.meta': 'unity\n',
      'Plugins/Linux/x64/libonnxruntime_providers_shared.so': randomBytes(1000),
      LICENSE: 'MIT of the providers\n',
      'LICENSE.meta': 'unity\n',
    },
  }
}
