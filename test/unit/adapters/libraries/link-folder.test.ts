import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isShared, linkFolder } from '../../../../electron/adapters/libraries/link-folder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'batchscope-links-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function folderWith(path: string, names: readonly string[]): Promise<string> {
  const folder = join(root, path)
  await mkdir(folder, { recursive: true })
  await Promise.all(names.map((name) => writeFile(join(folder, name), name)))
  return folder
}

const nvidia = [
  ...['libcublas.so.13', 'libcublasLt.so.13', 'libcudnn.so.9', 'libcudnn_engines_precompiled.so.9'],
  ...['libnvJitLink.so.13', 'libnvrtc-builtins.so.13.0', 'libnvinfer_builder_resource_sm90.so.10.14.1'],
]
const others = ['libstdc++.so.6', 'libgcc_s.so.1', 'libcrypto.so.3', 'libcurl.so.4', 'libcuda.so.1']

describe.skipIf(process.platform === 'win32')('a folder with libraries', () => {
  it("is shared where it holds other programs' too", async () => {
    expect(await isShared(await folderWith('conda/lib', [...nvidia, 'libcurl.so.4']))).toBe(true)
    expect(await isShared(await folderWith('envs/cuda/lib', [...nvidia, 'libstdc++.so.6']))).toBe(true)
    expect(await isShared(await folderWith('mine', [...nvidia, 'libcuda.so.1', 'README']))).toBe(false)
  })

  it("is not shared where it belongs to one of NVIDIA's packages or toolkits", async () => {
    expect(await isShared(await folderWith('site-packages/nvidia/cu13/lib', ['libother.so.1']))).toBe(false)
    expect(await isShared(await folderWith('local/cuda-13.0/lib64', ['libother.so.1']))).toBe(false)
  })

  it('is searched through links to what CUDA, cuDNN and TensorRT consist of, and to nothing else', async () => {
    const folder = await folderWith('conda/lib', [...nvidia, ...others])
    const links = (await linkFolder(folder, join(root, 'links'))) ?? ''
    expect((await readdir(links)).sort()).toEqual([...nvidia].sort())
    expect(await readlink(join(links, 'libcudnn.so.9'))).toBe(join(folder, 'libcudnn.so.9'))
  })

  it('has one folder of links, which is made anew where the libraries are others or links were lost', async () => {
    const folder = await folderWith('conda/lib', nvidia)
    const cache = join(root, 'links')
    const all = await Promise.all([linkFolder(folder, cache), linkFolder(folder, cache)])
    const [first = ''] = all
    expect(all).toEqual([first, first])
    await rm(join(first, 'libcudnn.so.9'))
    expect(await linkFolder(folder, cache)).toBe(first)
    expect(await readdir(first)).toHaveLength(nvidia.length)
    await rm(join(folder, 'libcublas.so.13'))
    const second = await linkFolder(folder, cache)
    expect(second).not.toBe(first)
    expect((await readdir(cache)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('has none where none can be made, or searched', async () => {
    const folder = await folderWith('conda/lib', nvidia)
    expect(await linkFolder(folder, join(await folderWith('a', ['file']), 'file'))).toBeUndefined()
    expect(await linkFolder(folder, join(root, 'with:colon'))).toBeUndefined()
  })
})
