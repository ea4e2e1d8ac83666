import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLibraryProbe } from '../../../../electron/adapters/libraries/library-probe.ts'
import { codeThatNames, elfFile } from './elf-file.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'batchscope-libraries-')))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const at = (path: string) => join(root, path)

async function put(path: string, content: Uint8Array | string = elfFile()): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), content)
}

/** What is found, as `name source folder`, with the folder as seen from the root. */
async function found(environment: Record<string, string> = {}, linksFolder?: string) {
  const alone = { PATH: at('bin'), ...environment }
  const probe = createLibraryProbe({
    ...{ environment: alone, root, platform: 'linux', architecture: 'x64' },
    ...(linksFolder === undefined ? {} : { linksFolder }),
  })
  return (await probe.find()).map(({ name, source, path, ...rest }) => ({
    ...{ name, source: source.replace(`${root}/`, '') },
    ...{ folder: dirname(path).replace(`${root}/`, ''), ...rest },
  }))
}

const packages = 'venv/lib/python3.12/site-packages'

// The probe is for Linux; paths of Windows have another form.
describe.skipIf(process.platform === 'win32')('libraries', () => {
  it('are found in the order of searching, with their family, version and place', async () => {
    await put('mine/libcudnn.so.9')
    await put('set/libcudart.so.12')
    await put('usr/lib/x86_64-linux-gnu/libvulkan.so.1')
    await put('usr/lib/wsl/lib/libcuda.so.1')
    await put('usr/local/cuda-12.6/lib64/libcublas.so.12')
    await put('usr/local/cuda-13.0/targets/x86_64-linux/lib/libcublasLt.so.13')
    await put('conda/lib/libcufft.so.11')
    await put(`${packages}/nvidia/cu13/lib/libcufft.so.12`)
    await put(`${packages}/tensorrt_libs/libnvinfer.so.10`)
    const environment = {
      BATCHSCOPE_LIBRARY_PATH: at('mine'),
      LD_LIBRARY_PATH: `${at('nowhere')}:${at('set')}`,
      CONDA_PREFIX: at('conda'),
      VIRTUAL_ENV: at('venv'),
    }
    const python = { source: 'Python environment' }
    expect(await found(environment)).toEqual([
      { name: 'libcudnn.so.9', family: 'cudnn', major: 9, source: 'BATCHSCOPE_LIBRARY_PATH', folder: 'mine' },
      {
        ...{ name: 'libcudart.so.12', family: 'cudart', major: 12, source: 'LD_LIBRARY_PATH', folder: 'set' },
        loaderFinds: true,
      },
      {
        ...{ name: 'libvulkan.so.1', family: 'vulkan', major: 1, source: 'system folder' },
        ...{ folder: 'usr/lib/x86_64-linux-gnu', loaderFinds: true },
      },
      { name: 'libcuda.so.1', family: 'cuda', major: 1, source: 'Windows driver', folder: 'usr/lib/wsl/lib' },
      {
        ...{ name: 'libcublas.so.12', family: 'cublas', major: 12 },
        ...{ source: 'usr/local/cuda-12.6', folder: 'usr/local/cuda-12.6/lib64' },
      },
      {
        ...{ name: 'libcublasLt.so.13', family: 'cublas', major: 13, source: 'usr/local/cuda-13.0' },
        folder: 'usr/local/cuda-13.0/targets/x86_64-linux/lib',
      },
      { name: 'libcufft.so.11', family: 'cufft', major: 11, source: 'conda', folder: 'conda/lib' },
      {
        name: 'libcufft.so.12',
        family: 'cufft',
        major: 12,
        ...python,
        folder: `${packages}/nvidia/cu13/lib`,
      },
      {
        ...{ name: 'libnvinfer.so.10', family: 'tensorrt', major: 10, ...python },
        folder: `${packages}/tensorrt_libs`,
      },
    ])
  })

  it('that are the same file are found once, where they are found first', async () => {
    await put('usr/local/cuda-13.0/lib64/libcudart.so.13')
    await symlink('cuda-13.0', at('usr/local/cuda'))
    await put('conda/targets/x86_64-linux/lib/libcublas.so.13.1.0.3')
    await mkdir(at('conda/lib'))
    await symlink('../targets/x86_64-linux/lib/libcublas.so.13.1.0.3', at('conda/lib/libcublas.so.13'))
    expect(
      (await found({ CONDA_PREFIX: at('conda') })).map(({ name, folder }) => `${folder}/${name}`),
    ).toEqual(['usr/local/cuda-13.0/lib64/libcudart.so.13', 'conda/lib/libcublas.so.13'])
  })

  it('that the loader could not take are passed over: of another processor, links to nothing, texts', async () => {
    await put('usr/lib/libcudart.so.13', elfFile({ machine: 183 }))
    await put('usr/lib/libcudnn.so.9', 'not a library')
    await put('usr/lib/libcufft.so.12.0.0.61')
    await symlink('gone', at('usr/lib/libcublas.so.13'))
    expect(await found()).toEqual([])
  })

  it.each([
    ['the folder of its CUDA', ['usr/local/cuda-12.6/lib64/libcurand.so.10'], 12],
    ['the folder of its package', [`${packages}/nvidia/cu13/lib/libcurand.so.10`], 13],
    [
      'the name of its package',
      [
        `${packages}/nvidia/cudnn/lib/libcudnn.so.9`,
        `${packages}/nvidia_cudnn_cu12-9.10.2.21.dist-info/METADATA`,
      ],
      12,
    ],
    [
      "the name of TensorRT's package",
      [
        `${packages}/tensorrt_libs/libnvinfer.so.10`,
        `${packages}/tensorrt_cu13_libs-10.14.1.dist-info/METADATA`,
      ],
      13,
    ],
    [
      'the name of its package, whatever the folders above are called',
      [
        'cuda-12/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn.so.9',
        'cuda-12/lib/python3.11/site-packages/nvidia_cudnn_cu13-9.14.0.64.dist-info/METADATA',
      ],
      13,
    ],
    [
      'nothing, though a folder above is called after a CUDA',
      ['cuda-12/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn.so.9'],
      undefined,
    ],
    ['conda', ['conda/lib/libcudnn.so.9', 'conda/conda-meta/cuda-version-12.9-h4f385c5_3.json'], 12],
    [
      "Debian's packages",
      ['usr/lib/x86_64-linux-gnu/libcudnn.so.9', 'var/lib/dpkg/info/libcudnn9-cuda-13.list'],
      13,
    ],
    ['nothing', ['usr/lib/libcudnn.so.9'], undefined],
  ])('that are named alike for several CUDAs are told apart by %s', async (_by, paths, cudaMajor) => {
    for (const path of paths) await put(path)
    const venv = paths[0]?.startsWith('cuda-12/') === true ? 'cuda-12' : 'venv'
    const [library] = await found({ VIRTUAL_ENV: at(venv), CONDA_PREFIX: at('conda') })
    expect(library?.cudaMajor).toBe(cudaMajor)
  })

  it('that are named alike for several CUDAs are told apart by what their neighbours need', async () => {
    await put('mine/libcudnn.so.9')
    await put('mine/libcudnn_ops.so.9', elfFile({ needed: ['libcublasLt.so.13', 'libc.so.6'] }))
    const [library] = await found({ BATCHSCOPE_LIBRARY_PATH: at('mine') })
    expect(library?.cudaMajor).toBe(13)
  })

  it('are found in the packages of the Python on the PATH', async () => {
    const elsewhere = 'python/lib/python3.11/site-packages'
    await put(`${elsewhere}/nvidia/cublas/lib/libcublas.so.12`)
    await put('bin/python3', `#!/bin/sh\necho\necho /usr/lib/python311.zip\necho ${at(elsewhere)}\n`)
    await chmod(at('bin/python3'), 0o755)
    expect((await found({ PATH: `${at('bin')}:/usr/bin:/bin` })).map(({ name }) => name)).toEqual([
      'libcublas.so.12',
    ])
  })

  it('are found though Python fails', async () => {
    await put('usr/lib/libcudart.so.13')
    await put('bin/python3', '#!/bin/sh\nexit 1\n')
    await chmod(at('bin/python3'), 0o755)
    expect((await found({ PATH: at('bin') })).map(({ name }) => name)).toEqual(['libcudart.so.13'])
  })

  it("that lie among other programs' are linked to in a folder of their own", async () => {
    await put('conda/lib/libcudnn.so.9')
    await put('conda/lib/libcudnn_ops.so.9')
    await put('conda/lib/libstdc++.so.6')
    const [library] = await found({ CONDA_PREFIX: at('conda') }, at('links'))
    expect(library).toMatchObject({ name: 'libcudnn.so.9', folder: 'conda/lib' })
    expect((await readdir(library?.linkedIn ?? '')).sort()).toEqual(['libcudnn.so.9', 'libcudnn_ops.so.9'])
  })

  it("that lie among other programs' and cannot be linked to are not for use, unless the user names them", async () => {
    await put('conda/lib/libcudnn.so.9')
    await put('conda/lib/libstdc++.so.6')
    const [library] = await found({ CONDA_PREFIX: at('conda') })
    expect(library?.unreachable).toContain("other programs' libraries")
    const [named] = await found({ BATCHSCOPE_LIBRARY_PATH: at('conda/lib') })
    expect(named?.unreachable).toBeUndefined()
  })

  it('in a folder whose name the search path cannot have are linked to', async () => {
    await put('my;libs/libcudnn.so.9')
    const [library] = await found({ BATCHSCOPE_LIBRARY_PATH: at('my;libs') }, at('links'))
    expect(library?.linkedIn).toContain(at('links'))
  })

  it('in folders that depend on the working directory are not taken', async () => {
    await put('set/libcudart.so.12')
    const set = relative(process.cwd(), at('set'))
    const environment = { LD_LIBRARY_PATH: `:${set}`, BATCHSCOPE_LIBRARY_PATH: set }
    expect(await found({ ...environment, CONDA_PREFIX: set, VIRTUAL_ENV: set })).toEqual([])
  })

  it('are found though a pipe has the name of one', async () => {
    await put('mine/libcudart.so.13')
    execFileSync('mkfifo', [at('mine/libcublas.so.13')])
    expect((await found({ BATCHSCOPE_LIBRARY_PATH: at('mine') })).map(({ name }) => name)).toEqual([
      'libcudart.so.13',
    ])
    expect(await createLibraryProbe().needs(at('mine/libcublas.so.13'))).toEqual([])
  })

  it('are not looked for on other systems', async () => {
    await put('usr/lib/libcudart.so.13')
    expect(await createLibraryProbe({ root, platform: 'darwin' }).find()).toEqual([])
  })
})

describe('what a library needs', () => {
  const probe = createLibraryProbe()

  it('is what its headers list, and what its code opens by itself', async () => {
    const code = Buffer.concat([
      codeThatNames('libcudnn.so.9'),
      codeThatNames('libcublas.so.13'),
      Buffer.alloc(100),
    ])
    await put('provider.so', elfFile({ needed: ['libcublas.so.13', 'libc.so.6'], code }))
    expect(await probe.needs(at('provider.so'))).toEqual([
      { library: 'libcublas.so.13', onDemand: false },
      { library: 'libc.so.6', onDemand: false },
      { library: 'libcudnn.so.9', onDemand: true },
    ])
  })

  it('is read again when the file was replaced', async () => {
    await put('provider.so', elfFile({ needed: ['libcublas.so.12'] }))
    await probe.needs(at('provider.so'))
    await put('provider.so', elfFile({ needed: ['libcublas.so.13', 'libcufft.so.12'] }))
    expect((await probe.needs(at('provider.so'))).map(({ library }) => library)).toEqual([
      'libcublas.so.13',
      'libcufft.so.12',
    ])
  })

  it('is nothing where there is no library', async () => {
    await put('text.so', 'hello')
    expect(await probe.needs(at('text.so'))).toEqual([])
    expect(await probe.needs(at('absent.so'))).toEqual([])
    expect(await probe.needs(root)).toEqual([])
  })
})
