import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { atRegistry } from '../../../../electron/adapters/runtimes/npm-registry.ts'
import { recipeOf } from '../../../../electron/engine/runtimes/recipes.ts'
import { bindingPackage, commonPackage, providersPackage, startRegistry } from './registry-server.ts'
import type { RegistryServer } from './registry-server.ts'
import { storeOnDisk, type StoreOnDisk } from './store-on-disk.ts'

const packages = [bindingPackage('1.30.0'), commonPackage('1.30.0')]
const recipe = recipeOf('onnxruntime@1.30.0')

const opened: { close(): Promise<void> }[] = []
const disks: StoreOnDisk[] = []

async function registryOf(...args: Parameters<typeof startRegistry>): Promise<RegistryServer> {
  const registry = await startRegistry(...args)
  opened.push(registry)
  return registry
}

async function diskOf(...args: Parameters<typeof storeOnDisk>): Promise<StoreOnDisk> {
  const disk = await storeOnDisk(...args)
  disks.push(disk)
  return disk
}

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  for (const each of disks.splice(0)) await each.remove()
})

describe("the user's npm settings", () => {
  it('say which registry to ask, wherever it lies on its host, and with which token', async () => {
    const registry = await registryOf(packages, '/artifacts/npm/')
    registry.behaviour.token = 'secret'
    const disk = await diskOf(
      [`registry=${registry.url}`, `${registry.url.replace('http:', '')}:_authToken=secret`].join('\n'),
    )
    await disk.install(recipe)
    expect(await disk.names()).toEqual(['built-in', 'onnxruntime@1.30.0'])
    expect(new Set(registry.authorizations)).toEqual(new Set(['Bearer secret']))
  })

  it('can name another registry for a scope, whose token no other one sees', async () => {
    const own = await registryOf([providersPackage('@example/providers', '1.0.0')])
    const general = await registryOf(packages)
    own.behaviour.token = 'secret'
    const disk = await diskOf(
      [
        `registry=${general.url}`,
        `@example:registry=${own.url}`,
        `${own.url.replace('http:', '')}:_authToken=secret`,
      ].join('\n'),
    )
    const stored = await disk.install({
      ...recipe,
      packages: [...recipe.packages, { name: '@example/providers', version: '1.0.0', as: 'providers' }],
    })
    expect(stored.providerLibraries.map(({ provider }) => provider)).toEqual(['cuda'])
    expect(new Set(own.authorizations)).toEqual(new Set(['Bearer secret']))
    expect(new Set(general.authorizations)).toEqual(new Set([undefined]))
  })

  it('can come as variables, which go before files', async () => {
    const registry = await registryOf(packages)
    const disk = await diskOf('registry=http://127.0.0.1:9/', {
      environment: { HOME: '/nonexistent', PATH: '', npm_config_registry: registry.url },
    })
    await disk.install(recipe)
    expect(await disk.names()).toEqual(['built-in', 'onnxruntime@1.30.0'])
  })

  it('are not those of the folder that Batchscope is started in', async () => {
    const registry = await registryOf(packages)
    const disk = await diskOf(`registry=${registry.url}`)
    const project = join(disk.home, 'project')
    await mkdir(project)
    await writeFile(join(project, 'package.json'), '{}')
    await writeFile(join(project, '.npmrc'), 'registry=http://127.0.0.1:9/')
    const before = process.cwd()
    process.chdir(project)
    try {
      await disk.install(recipe)
    } finally {
      process.chdir(before)
    }
    expect(await disk.names()).toEqual(['built-in', 'onnxruntime@1.30.0'])
  })
})

describe('what the registry refuses', () => {
  it.each([
    [
      401,
      'forbidden',
      /refuses to give onnxruntime-node without a login .*\(401\)\.$/,
      /npm login --registry/,
    ],
    [403, 'forbidden', /\(403\)\.$/, /token/],
    [404, 'not-found', /has no onnxruntime-node\.$/, /npm config get registry/],
    [503, 'network', /answered 503 when asked for onnxruntime-node\.$/, /later/],
  ])('with %i is one sentence with what to do', async (status, code, message, hint) => {
    const registry = await registryOf(packages)
    registry.behaviour.status = status
    const disk = await diskOf(`registry=${registry.url}`)
    await expect(disk.install(recipe)).rejects.toMatchObject({
      failure: {
        code,
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      },
    })
  })

  it('because it is not there is told with its address, and without the password in it', async () => {
    const disk = await diskOf('registry=http://me:secret@127.0.0.1:9/')
    await disk.install(recipe).then(
      () => expect.unreachable(),
      (error: unknown) => {
        expect(error).toMatchObject({
          failure: {
            code: 'network',
            message: expect.stringMatching(
              /^The npm registry http:\/\/127\.0\.0\.1:9\/ could not be reached for onnxruntime-node: .*ECONNREFUSED/,
            ) as string,
          },
        })
        expect(JSON.stringify(error)).not.toContain('secret')
      },
    )
  })
})

describe('the address of an archive', () => {
  const there = 'https://registry.npmjs.org/a/-/a-1.0.0.tgz'

  it.each([
    ['https://registry.npmjs.org/', 'npmjs', there],
    ['https://mirror.example/', 'npmjs', 'https://mirror.example/a/-/a-1.0.0.tgz'],
    ['https://mirror.example/api/npm', 'npmjs', 'https://mirror.example/api/npm/a/-/a-1.0.0.tgz'],
    ['https://mirror.example/', 'never', there],
    ['https://mirror.example/', 'always', 'https://mirror.example/a/-/a-1.0.0.tgz'],
    ['https://mirror.example/', 'other.example', there],
  ])('at the registry %s with replace-registry-host %s is %s', (registry, replace, expected) => {
    expect(atRegistry(there, registry, replace)).toBe(expected)
  })

  it('that the registry gives on its own host or another stays', () => {
    const own = 'https://mirror.example/files/a-1.0.0.tgz'
    expect(atRegistry(own, 'https://mirror.example/api/npm/', 'npmjs')).toBe(own)
    expect(atRegistry('https://cdn.example/a.tgz', 'https://mirror.example/', 'npmjs')).toBe(
      'https://cdn.example/a.tgz',
    )
  })
})
