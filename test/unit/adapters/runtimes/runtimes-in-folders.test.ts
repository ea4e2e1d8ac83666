import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRuntimeStore } from '../../../../electron/adapters/runtimes/runtime-store.ts'
import type { RuntimeInstall } from '../../../../electron/contract/runtime.ts'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'batchscope-brought-'))
})
afterEach(() => rm(base, { recursive: true, force: true }))

/** A runtime as an installation leaves it, but empty. */
async function putRuntime(folder: string, name: string, version: string): Promise<void> {
  const packageFolder = join(folder, name, 'node_modules', 'onnxruntime-node')
  const binding = join(
    packageFolder,
    'bin',
    'napi-v6',
    process.platform,
    process.arch,
    'onnxruntime_binding.node',
  )
  await mkdir(dirname(binding), { recursive: true })
  await writeFile(binding, '')
  await writeFile(join(packageFolder, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', version }))
  const record = {
    format: 'batchscope-runtime',
    formatVersion: 1,
    name,
    installed: '',
    packages: [],
    files: [],
  }
  await writeFile(join(folder, name, 'runtime.json'), JSON.stringify(record))
}

const storeWith = (brought: string) =>
  createRuntimeStore({
    dataFolder: join(base, 'data'),
    builtInFolder: base,
    environment: { BATCHSCOPE_RUNTIMES: brought },
  })

describe('runtimes that came with Batchscope', () => {
  beforeEach(async () => {
    await putRuntime(join(base, 'bundle'), 'cuda13', '1.29.0')
    await putRuntime(join(base, 'shared'), 'cuda13', '1.28.0')
    await putRuntime(join(base, 'shared'), 'onnxruntime@1.30.0', '1.30.0')
  })
  const both = () => [join(base, 'bundle'), join(base, 'shared')].join(delimiter)
  const listed = async (brought: string) =>
    (await storeWith(brought).list()).slice(1).map(({ name, version }) => `${name} ${version}`)

  it("are listed by name among the user's own, the first folder's before the others'", async () => {
    expect(await listed(both())).toEqual(['cuda13 1.29.0', 'onnxruntime@1.30.0 1.30.0'])
    await putRuntime(join(base, 'data', 'runtimes'), 'cuda13', '1.31.0')
    expect(await listed(both())).toEqual(['cuda13 1.31.0', 'onnxruntime@1.30.0 1.30.0'])
  })

  it('are none where the folder is not there, or is no absolute path', async () => {
    expect(await listed(join(base, 'nowhere'))).toEqual([])
    expect(await listed('bundle')).toEqual([])
    expect(await listed('')).toEqual([])
  })

  it('are not fetched again', async () => {
    const told: RuntimeInstall[] = []
    const { signal } = new AbortController()
    const recipe = { name: 'cuda13', packages: [] }
    const installed = await storeWith(both()).install(recipe, {
      signal,
      onProgress: (each) => told.push(each),
    })
    expect(installed.folder).toBe(join(base, 'bundle', 'cuda13'))
    expect(told.map(({ state }) => state)).toEqual(['done'])
  })

  it('cannot be removed', async () => {
    await expect(storeWith(both()).remove('cuda13')).rejects.toThrow(
      'The runtime cuda13 came with Batchscope and cannot be removed.',
    )
    expect(await listed(both())).toContain('cuda13 1.29.0')
  })
})
