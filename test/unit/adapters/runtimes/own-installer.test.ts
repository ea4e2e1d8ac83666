import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { filesBelow } from '../../../../electron/adapters/runtimes/folder-files.ts'
import { spawnScript, type Script } from '../../../../electron/adapters/runtimes/script-runner.ts'
import type { RuntimeRecipe } from '../../../../electron/engine/ports.ts'
import { bindingPackage, commonPackage, startRegistry, type RegistryServer } from './registry-server.ts'
import { storeOnDisk, type StoreOnDisk } from './store-on-disk.ts'

const recipe: RuntimeRecipe = {
  name: 'cuda12',
  packages: [{ name: 'onnxruntime-node', version: '1.29.0', as: 'package' }],
  ownInstaller: 'cuda12',
}

/** An installer that does what the real one does, but for fetching: its `installPackages` is `work`. */
function withInstaller(work: string) {
  const binding = bindingPackage('1.29.0')
  return {
    ...binding,
    files: {
      ...binding.files,
      'script/install-utils.js': `exports.installPackages = ${work}\n`,
      'script/install.js': [
        "const { installPackages } = require('./install-utils.js')",
        "const { name } = require('adm-zip')",
        "const { join } = require('node:path')",
        "const bin = join(__dirname, '..', 'bin/napi-v6', process.platform, process.arch)",
        "void installPackages({ flag: process.argv[2], name, library: join(bin, 'libonnxruntime_providers_cuda.so') })",
      ].join('\n'),
    },
  }
}

const brings = `async ({ flag, name, library }) => {
  if (flag === '--onnxruntime-node-install=cuda12' && name === 'adm-zip') require('node:fs').writeFileSync(library, 'x')
}`

let servers: Record<'brings' | 'fails' | 'hangs', RegistryServer>
let disk: StoreOnDisk

beforeAll(async () => {
  const start = (work: string) => startRegistry([withInstaller(work), commonPackage('1.29.0')])
  servers = {
    brings: await start(brings),
    fails: await start("async () => { throw new Error('getaddrinfo ENOTFOUND api.nuget.org') }"),
    hangs: await start('() => new Promise(() => setInterval(() => {}, 1000))'),
  }
})
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close()
})
afterEach(() => disk.remove())

async function open(server: RegistryServer, options: Parameters<typeof storeOnDisk>[1] = {}): Promise<void> {
  disk = await storeOnDisk(`registry=${server.url}`, options)
  // Where Batchscope's own packages lie.
  const lent = join(dirname(disk.dataFolder), 'app', 'node_modules', 'adm-zip')
  await mkdir(lent, { recursive: true })
  await writeFile(join(lent, 'package.json'), '{"name":"adm-zip","version":"0.6.0","main":"zip.js"}')
  await writeFile(join(lent, 'zip.js'), "exports.name = 'adm-zip'\n")
}

describe("onnxruntime-node's own installer", () => {
  it('brings its libraries, and nothing of itself stays', async () => {
    await open(servers.brings)
    const stored = await disk.install(recipe)
    expect(stored.providerLibraries.map(({ provider }) => provider)).toEqual(['cuda'])
    const files = (await filesBelow(disk.path('cuda12'))).map(({ path }) => path)
    expect(files.filter((path) => /script|adm-zip|temporary/.test(path))).toEqual([])
    expect(disk.told.map(({ doing }) => doing)).toContain(
      "onnxruntime-node's own installer fetches CUDA 12 libraries from NuGet",
    )
  })

  it('fails in one sentence, and what npm gave is kept for the next try', async () => {
    await open(servers.fails)
    await expect(disk.install(recipe)).rejects.toMatchObject({
      failure: {
        code: 'network',
        message:
          "onnxruntime-node's own installer could not fetch the CUDA 12 libraries from NuGet: getaddrinfo ENOTFOUND api.nuget.org.",
        hint: expect.stringContaining('or install cuda13 instead') as string,
      },
    })
    expect(await disk.names()).toEqual(['built-in'])
    expect(existsSync(disk.path('.staging'))).toBe(false)
    expect(await disk.kept()).toHaveLength(2)
  })

  it('is ended when it is cancelled', async () => {
    let pids = 0
    await open(servers.hangs, {
      runScript: async (script, signal) => {
        pids += 1
        const ended = await spawnScript(script, signal)
        pids -= 1
        return ended
      },
    })
    const wish = new AbortController()
    const work = disk.install(recipe, wish.signal, () => {
      if (disk.told.at(-1)?.doing?.includes('NuGet') === true) setTimeout(() => wish.abort(), 50)
    })
    await expect(work).rejects.toMatchObject({ failure: { code: 'cancelled' } })
    expect(pids).toBe(0)
    expect(await disk.names()).toEqual(['built-in'])
  })

  it('is ended when it takes too long', async () => {
    await open(servers.hangs, { times: { stallMs: 1000, waitMs: 5, ownInstallerMs: 300 } })
    await expect(disk.install(recipe)).rejects.toMatchObject({
      failure: { message: expect.stringContaining('it took too long') as string },
    })
  })

  it("gets npm's proxies, and none of npm's own variables, by which it would take itself for a part of a project", async () => {
    const scripts: Script[] = []
    process.env['npm_config_local_prefix'] = '/somewhere'
    try {
      await open(servers.brings, {
        environment: {
          ...{ HOME: '/nonexistent', PATH: '', npm_config_registry: servers.brings.url },
          ...{ npm_config_https_proxy: 'http://proxy.example:8080', npm_config_noproxy: '127.0.0.1' },
        },
        runScript: (script, signal) => {
          scripts.push(script)
          return spawnScript(script, signal)
        },
      })
      await disk.install(recipe)
    } finally {
      delete process.env['npm_config_local_prefix']
    }
    const [script] = scripts
    expect(script?.environment).toMatchObject({ GLOBAL_AGENT_HTTPS_PROXY: 'http://proxy.example:8080' })
    expect(Object.keys(script?.environment ?? {}).filter((name) => /^npm_/i.test(name))).toEqual([])
  })
})
