import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { filesBelow } from '../../../../electron/adapters/runtimes/folder-files.ts'
import { recipeOf } from '../../../../electron/engine/runtimes/recipes.ts'
import type { RuntimeRecipe } from '../../../../electron/engine/ports.ts'
import {
  bindingPackage,
  commonPackage,
  providersPackage,
  startRegistry,
  type RegistryServer,
} from './registry-server.ts'
import { storeOnDisk, type StoreOnDisk } from './store-on-disk.ts'

const providersName = 'example.providers'
const recipe: RuntimeRecipe = {
  name: 'cuda13',
  packages: [
    { name: 'onnxruntime-node', version: '1.29.0', as: 'package' },
    { name: 'onnxruntime-common', version: '1.29.0', as: 'package' },
    { name: providersName, version: '0.4.9', as: 'providers' },
  ],
}
const libraries = join('node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch)

let registry: RegistryServer
let disk: StoreOnDisk

beforeAll(async () => {
  registry = await startRegistry([
    bindingPackage('1.14.0', '~1.14.0'),
    bindingPackage('1.29.0'),
    bindingPackage('1.30.0'),
    ...['1.14.0', '1.29.0', '1.30.0'].map(commonPackage),
    providersPackage(providersName),
  ])
})
afterAll(() => registry.close())

beforeEach(async () => {
  registry.downloads.length = 0
  disk = await storeOnDisk(`registry=${registry.url}`)
})
afterEach(() => disk.remove())

describe('a runtime that was installed', () => {
  it('is listed after the built-in one, with its version, its size and its provider libraries', async () => {
    const stored = await disk.install(recipe)
    const folder = disk.path('cuda13')
    expect(stored).toMatchObject({ name: 'cuda13', folder, version: '1.29.0' })
    expect(stored.providerLibraries).toEqual([
      { provider: 'cuda', path: join(folder, libraries, 'libonnxruntime_providers_cuda.so') },
    ])
    expect(stored.bytes).toBeGreaterThan(500_000)
    const [builtIn, ...installed] = await disk.store.list()
    expect(builtIn).toMatchObject({ name: 'built-in', version: '1.29.0', providerLibraries: [] })
    expect(installed).toEqual([stored])
  })

  it('holds what this machine needs, the licences, and nothing else', async () => {
    await disk.install(recipe)
    const files = (await filesBelow(disk.path('cuda13'))).map(({ path }) => path)
    const place = libraries.replaceAll('\\', '/')
    expect(files.toSorted()).toEqual(
      [
        'runtime.json',
        `node_modules/${providersName}/LICENSE`,
        `node_modules/${providersName}/package.json`,
        'node_modules/onnxruntime-common/dist/index.js',
        'node_modules/onnxruntime-common/package.json',
        'node_modules/onnxruntime-node/LICENSE',
        'node_modules/onnxruntime-node/dist/index.js',
        'node_modules/onnxruntime-node/package.json',
        `${place}/libonnxruntime.so.1`,
        `${place}/libonnxruntime_providers_cuda.so`,
        `${place}/libonnxruntime_providers_shared.so`,
        `${place}/onnxruntime_binding.node`,
      ].toSorted(),
    )
  })

  it('leaves nothing of its installation behind', async () => {
    await disk.install(recipe)
    expect(await readdir(disk.path())).toEqual(expect.arrayContaining(['cuda13']))
    expect(existsSync(disk.path('.staging'))).toBe(false)
    expect(await disk.kept()).toEqual([])
  })

  it('keeps which packages it is made of, with their checksums', async () => {
    await disk.install(recipe)
    const record: unknown = JSON.parse(await readFile(disk.path('cuda13', 'runtime.json'), 'utf8'))
    expect(record).toMatchObject({
      name: 'cuda13',
      installed: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      packages: recipe.packages.map(({ name, version }) => ({
        ...{ name, version },
        integrity: expect.stringMatching(/^sha512-/) as string,
      })),
    })
  })

  it('is told of as it comes: never less than before, and all of it at the end', async () => {
    await disk.install(recipe)
    const states = disk.told.map(({ state }) => state)
    expect([...new Set(states)]).toEqual(['preparing', 'downloading', 'verifying', 'unpacking', 'completing'])
    const received = disk.told.map(({ receivedBytes }) => receivedBytes)
    expect(received).toEqual(received.toSorted((a, b) => a - b))
    const total = recipe.packages.reduce((sum, { name }) => sum + registrySize(name, '1.29.0'), 0)
    expect(disk.told.at(-1)).toMatchObject({ receivedBytes: total, totalBytes: total })
  })

  it('is left alone when it is installed again, and nothing is fetched', async () => {
    const before = await disk.install(recipe)
    registry.downloads.length = 0
    expect(await disk.install(recipe)).toEqual(before)
    expect(registry.downloads).toEqual([])
    expect(disk.told.at(-1)).toMatchObject({ state: 'done', doing: 'installed already' })
  })

  it('is replaced when it is installed again and something of it is gone', async () => {
    await disk.install(recipe)
    const library = disk.path('cuda13', libraries, 'libonnxruntime_providers_cuda.so')
    await rm(library)
    expect((await disk.install(recipe)).providerLibraries).toHaveLength(1)
    expect((await stat(library)).size).toBe(300_000)
  })
})

function registrySize(name: string, version: string): number {
  const found = registry.downloads.filter((each) => each.name === name)
  if (found.length !== 1) throw new Error(`${name} ${version} was not downloaded once.`)
  return found[0]?.sent ?? 0
}

describe('a runtime of any version', () => {
  it('brings the onnxruntime-common that it asks for', async () => {
    expect(await disk.install(recipeOf('onnxruntime@1.30.0'))).toMatchObject({
      name: 'onnxruntime@1.30.0',
      version: '1.30.0',
      providerLibraries: [],
    })
    const folder = disk.path('onnxruntime@1.30.0', 'node_modules', 'onnxruntime-common')
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toContain('"1.30.0"')
  })

  it('understands a range, as old versions give', async () => {
    const [binding] = recipe.packages
    if (binding !== undefined)
      await disk.install({ name: 'old', packages: [{ ...binding, version: '1.14.0' }] })
    const folder = disk.path('old', 'node_modules', 'onnxruntime-common')
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toContain('"1.14.0"')
  })

  it('that the registry does not have is refused, and the newest is named', async () => {
    await expect(disk.install(recipeOf('onnxruntime@9.9.9'))).rejects.toMatchObject({
      failure: { code: 'not-found', hint: 'Its newest is 1.30.0.' },
    })
  })

  it('can be beside others', async () => {
    await disk.install(recipeOf('onnxruntime@1.30.0'))
    await disk.install(recipe)
    expect(await disk.names()).toEqual(['built-in', 'cuda13', 'onnxruntime@1.30.0'])
  })
})

describe('leftovers of a broken installation', () => {
  it('are not listed, and are gone after the next one', async () => {
    const binding = disk.path('.staging', 'cuda13', 'node_modules', 'onnxruntime-node')
    await mkdir(binding, { recursive: true })
    await writeFile(join(binding, 'package.json'), '{"version":"1.29.0"}')
    // Moved here by hand: it has no record of what it must hold.
    await mkdir(disk.path('halfway', 'node_modules', 'onnxruntime-node'), { recursive: true })
    expect(await disk.names()).toEqual(['built-in'])
    await disk.install(recipeOf('onnxruntime@1.30.0'))
    expect(existsSync(disk.path('.staging'))).toBe(false)
    expect(await disk.names()).toEqual(['built-in', 'onnxruntime@1.30.0'])
  })
})

describe('removing a runtime', () => {
  it('takes it away', async () => {
    await disk.install(recipe)
    await disk.store.remove('cuda13')
    expect(await disk.names()).toEqual(['built-in'])
    expect(await readdir(disk.path())).not.toContain('cuda13')
    expect(existsSync(disk.path('.staging'))).toBe(false)
  })

  it.each(['cuda13', '..', '../data', '.downloads', '', 'a/b', '/'])(
    'says that "%s" is not installed, and touches nothing',
    async (name) => {
      await disk.install(recipeOf('onnxruntime@1.30.0'))
      await expect(disk.store.remove(name)).rejects.toMatchObject({ failure: { code: 'not-found' } })
      expect(await disk.names()).toEqual(['built-in', 'onnxruntime@1.30.0'])
      expect(existsSync(disk.path('.downloads'))).toBe(true)
    },
  )

  it('refuses the built-in one', async () => {
    await expect(disk.store.remove('built-in')).rejects.toMatchObject({ failure: { code: 'bad-input' } })
  })
})

describe('two installations at once', () => {
  it('do not meet: the second is told to wait', async () => {
    let first = Promise.resolve<unknown>(undefined)
    // From its first word on, it is at it.
    await new Promise<void>((resolve) => {
      first = disk.install(recipe, undefined, resolve)
    })
    await expect(disk.install(recipeOf('onnxruntime@1.30.0'))).rejects.toMatchObject({
      failure: { code: 'busy', message: 'Another Batchscope is installing or removing a runtime.' },
    })
    await first
    await disk.install(recipeOf('onnxruntime@1.30.0'))
    expect(await disk.names()).toEqual(['built-in', 'cuda13', 'onnxruntime@1.30.0'])
  })
})
