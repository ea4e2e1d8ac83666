import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
const packages = [bindingPackage('1.29.0'), commonPackage('1.29.0'), providersPackage(providersName)]
const recipe: RuntimeRecipe = {
  name: 'cuda13',
  packages: [
    { name: 'onnxruntime-node', version: '1.29.0', as: 'package' },
    { name: providersName, version: '0.4.9', as: 'providers' },
  ],
}
const library = join(
  ...['node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch],
  'libonnxruntime_providers_cuda.so',
)
const providersLibrary = Buffer.from(
  packages[2]?.files['Plugins/Linux/x64/libonnxruntime_providers_cuda.so'] ?? '',
)

let registry: RegistryServer
let disk: StoreOnDisk

beforeEach(async () => {
  registry = await startRegistry(packages)
  disk = await storeOnDisk(`registry=${registry.url}`)
})
afterEach(async () => {
  await registry.close()
  await disk.remove()
})

const rangesOf = (name: string) =>
  registry.downloads.filter((each) => each.name === name).map(({ range }) => range)

async function expectWhole(): Promise<void> {
  expect(await disk.names()).toEqual(['built-in', 'cuda13'])
  expect((await readFile(disk.path('cuda13', library))).equals(providersLibrary)).toBe(true)
}

describe('a download that breaks off', () => {
  it('goes on from where it was, in the same installation', async () => {
    registry.behaviour.breakAfter = [120_000]
    await disk.install(recipe)
    expect(rangesOf('onnxruntime-node')).toEqual([undefined, 'bytes=120000-'])
    await expectWhole()
  })

  it('is tried again as long as it comes further, however often it breaks', async () => {
    registry.behaviour.breakAfter = [50_000, 20_000, 20_000, 20_000, 5_000]
    await disk.install(recipe)
    expect(rangesOf('onnxruntime-node').at(-1)).toBe('bytes=115000-')
    await expectWhole()
  })

  it('is told with what to do when it does not come further, and goes on in a later launch', async () => {
    registry.behaviour.breakAfter = [120_000, 0, 0]
    await disk.install(recipe).then(
      () => expect.unreachable(),
      (error: unknown) =>
        expect(error).toMatchObject({
          failure: {
            code: 'network',
            message: expect.stringContaining('onnxruntime-node 1.29.0 from') as string,
            hint: 'What was downloaded is kept: check the network and install it again.',
          },
        }),
    )
    expect(await disk.names()).toEqual(['built-in'])
    const [part = ''] = await disk.kept()
    expect(part).toMatch(/^onnxruntime-node-1\.29\.0-\w+\.part$/)
    expect((await stat(disk.path('.downloads', part))).size).toBe(120_000)

    disk.told.length = 0
    await disk.install(recipe)
    expect(rangesOf('onnxruntime-node').at(-1)).toBe('bytes=120000-')
    expect(disk.told.find(({ state }) => state === 'downloading')?.receivedBytes).toBe(120_000)
    await expectWhole()
  })

  it('begins anew where the server cannot send a piece', async () => {
    registry.behaviour.breakAfter = [120_000]
    registry.behaviour.ignoreRange = true
    await disk.install(recipe)
    const [first, second] = registry.downloads
    expect([first?.sent, second?.range]).toEqual([120_000, 'bytes=120000-'])
    expect(second?.sent).toBe(registry.archiveOf('onnxruntime-node').length)
    await expectWhole()
  })

  it('is given up when the server falls silent, and goes on from there', async () => {
    await disk.remove()
    disk = await storeOnDisk(`registry=${registry.url}`, { times: { stallMs: 150, waitMs: 5 } })
    registry.behaviour.stallAfter = [120_000]
    await disk.install(recipe)
    expect(rangesOf('onnxruntime-node')).toEqual([undefined, 'bytes=120000-'])
    await expectWhole()
  })

  it('is put right when what was kept is of another file', async () => {
    registry.behaviour.breakAfter = [120_000, 0, 0]
    await disk.install(recipe).catch(() => undefined)
    const [part = ''] = await disk.kept()
    await writeFile(disk.path('.downloads', part), Buffer.alloc(130_000))
    await disk.install(recipe)
    expect(rangesOf('onnxruntime-node').slice(-2)).toEqual(['bytes=130000-', undefined])
    await expectWhole()
  })
})

describe('an archive with the wrong checksum', () => {
  it('is never unpacked: it is deleted, and told', async () => {
    registry.behaviour.instead.set(providersName, registry.archiveOf('onnxruntime-common'))
    await expect(disk.install(recipe)).rejects.toMatchObject({
      failure: {
        code: 'network',
        message: expect.stringMatching(
          /^The archive of example\.providers 0\.4\.9 from .* was deleted\.$/,
        ) as string,
      },
    })
    expect(await disk.names()).toEqual(['built-in'])
    expect(existsSync(disk.path('.staging'))).toBe(false)
    // The other one is right, and kept for the next try.
    expect(await disk.kept()).toEqual([expect.stringMatching(/^onnxruntime-node-.*\.tgz$/)])
  })

  it('is refused before it is fetched where the registry itself states another', async () => {
    const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`
    const pinned = { ...recipe, packages: recipe.packages.map((each) => ({ ...each, integrity })) }
    await expect(disk.install(pinned)).rejects.toMatchObject({
      failure: {
        message: expect.stringContaining('offers another archive as onnxruntime-node 1.29.0') as string,
      },
    })
    expect(registry.downloads).toEqual([])
  })
})

describe('an installation that is cancelled', () => {
  it('while it downloads: nothing is listed, and what came is kept', async () => {
    registry.behaviour.stallAfter = [120_000]
    const wish = new AbortController()
    const work = disk.install(recipe, wish.signal, () => {
      if ((disk.told.at(-1)?.receivedBytes ?? 0) > 0) wish.abort()
    })
    await expect(work).rejects.toMatchObject({
      failure: {
        code: 'cancelled',
        message: 'The installation of cuda13 was cancelled.',
        hint: 'What was downloaded is kept: install it again to go on from there.',
      },
    })
    expect(await disk.names()).toEqual(['built-in'])
    expect(await disk.kept()).toEqual([expect.stringMatching(/\.part$/)])
    await disk.install(recipe)
    await expectWhole()
  })

  it.each(['preparing', 'verifying', 'unpacking', 'completing'] as const)(
    'while it is %s: nothing half is left, and it can be installed again',
    async (state) => {
      const wish = new AbortController()
      const work = disk.install(recipe, wish.signal, () => {
        if (disk.told.at(-1)?.state === state) wish.abort()
      })
      await expect(work).rejects.toMatchObject({ failure: { code: 'cancelled' } })
      expect(await disk.names()).toEqual(['built-in'])
      expect(existsSync(disk.path('.staging'))).toBe(false)
      await disk.install(recipe)
      await expectWhole()
    },
  )
})

describe('a data folder that cannot be written', () => {
  it('is told in one sentence, and nothing is asked of the registry', async () => {
    await writeFile(disk.dataFolder, 'a file in its place')
    await expect(disk.install(recipe)).rejects.toMatchObject({
      failure: { message: expect.stringContaining(disk.path()) as string },
    })
    expect(registry.downloads).toEqual([])
  })
})
