import { describe, expect, it } from 'vitest'
import type { FoundLibrary } from '../../../../electron/contract/environment.ts'
import { chooseLibraries, type NeedyLibrary } from '../../../../electron/engine/environment/library-choice.ts'
import { cuda12Needs, cuda13Needs, inFolder, inSystem } from './fake-machine.ts'

const needing = (names: readonly string[]): NeedyLibrary => ({
  ...{ provider: 'cuda', path: '/runtime/libonnxruntime_providers_cuda.so' },
  needs: names.map((library) => ({ library, onDemand: false })),
})

/** Folders to search, and where each library that matters is taken from. */
function choice(names: readonly string[], found: FoundLibrary[]) {
  const { folders, providerLibraries } = chooseLibraries([needing(names)], found)
  const needs = providerLibraries[0]?.needs ?? []
  return { folders, from: Object.fromEntries(needs.map(({ library, foundAt }) => [library, foundAt])) }
}

const folders = (folder: string, names: readonly string[]) =>
  names
    .filter((name) => name !== 'libc.so.6' && name !== 'libcuda.so.1')
    .map((name) => inFolder(folder, name))

describe('the libraries of a runtime', () => {
  it('need no folder where the loader finds them by itself', () => {
    const found = cuda13Needs.filter((name) => name !== 'libc.so.6').map((name) => inSystem(name))
    const { folders: none, from } = choice(cuda13Needs, found)
    expect(none).toEqual([])
    expect(from['libcudnn.so.9']).toBe('/usr/lib/libcudnn.so.9')
  })

  it("come from PyTorch's packages, each of them in a folder of its own", () => {
    const packages = '/venv/lib/python3.12/site-packages/nvidia'
    const found = [
      inFolder(`${packages}/cublas/lib`, 'libcublas.so.12'),
      inFolder(`${packages}/cublas/lib`, 'libcublasLt.so.12'),
      inFolder(`${packages}/cuda_nvrtc/lib`, 'libnvrtc.so.12'),
      inFolder(`${packages}/cuda_runtime/lib`, 'libcudart.so.12'),
      inFolder(`${packages}/cudnn/lib`, 'libcudnn.so.9'),
      inFolder(`${packages}/cufft/lib`, 'libcufft.so.11'),
      inFolder(`${packages}/curand/lib`, 'libcurand.so.10'),
    ]
    // NVRTC is no need of the provider's, but of cuDNN's, when it compiles a kernel.
    expect(choice(cuda12Needs, found).folders.sort()).toEqual(
      ['cublas', 'cuda_nvrtc', 'cuda_runtime', 'cudnn', 'cufft', 'curand'].map(
        (name) => `${packages}/${name}/lib`,
      ),
    )
  })

  it('are not mixed: of two cuDNNs with one name the one for this CUDA is taken, wherever it lies', () => {
    const wrong = inSystem('libcudnn.so.9', { cudaMajor: 12 })
    const right = inFolder('/venv/nvidia/cudnn/lib', 'libcudnn.so.9', { cudaMajor: 13 })
    const { folders: searched, from } = choice(
      ['libcublas.so.13', 'libcudnn.so.9'],
      [...[wrong, inSystem('libcublas.so.13'), right]],
    )
    expect(from['libcudnn.so.9']).toBe(right.path)
    expect(searched).toEqual(['/venv/nvidia/cudnn/lib'])
  })

  it('are not mixed: a cuDNN of which nothing is known is taken from where the cuBLAS is', () => {
    const found = [
      ...folders('/opt/cuda12', ['libcublas.so.12', 'libcudnn.so.9']),
      ...folders('/opt/cuda13', ['libcublas.so.13', 'libcudnn.so.9']),
    ]
    expect(choice(['libcublas.so.13', 'libcudnn.so.9'], found)).toEqual({
      folders: ['/opt/cuda13'],
      from: {
        'libcublas.so.13': '/opt/cuda13/libcublas.so.13',
        'libcudnn.so.9': '/opt/cuda13/libcudnn.so.9',
      },
    })
    expect(choice(['libcublas.so.12', 'libcudnn.so.9'], found).folders).toEqual(['/opt/cuda12'])
  })

  it('that are only here for another CUDA are not here', () => {
    const found = [inSystem('libcublas.so.13'), inSystem('libcudnn.so.9', { cudaMajor: 12 })]
    expect(choice(['libcublas.so.13', 'libcudnn.so.9'], found).from['libcudnn.so.9']).toBeUndefined()
  })

  it("that the user's folder has are taken before the system's", () => {
    const mine = inFolder('/mine', 'libcublas.so.13', { source: 'BATCHSCOPE_LIBRARY_PATH' })
    const { folders: searched, from } = choice(['libcublas.so.13'], [mine, inSystem('libcublas.so.13')])
    expect(searched).toEqual(['/mine'])
    expect(from['libcublas.so.13']).toBe('/mine/libcublas.so.13')
  })

  const users = { source: 'BATCHSCOPE_LIBRARY_PATH' }

  it("that the user's folder has are taken though more is known of others", () => {
    const mine = inFolder('/mine', 'libcudnn.so.9', users)
    const packages = '/venv/lib/python3.12/site-packages/nvidia'
    const known = inFolder(`${packages}/cudnn/lib`, 'libcudnn.so.9', { cudaMajor: 13 })
    const cublas = inFolder(`${packages}/cu13/lib`, 'libcublas.so.13')
    expect(choice(['libcublas.so.13', 'libcudnn.so.9'], [mine, known, cublas])).toEqual({
      folders: ['/mine', `${packages}/cu13/lib`],
      from: { 'libcublas.so.13': cublas.path, 'libcudnn.so.9': mine.path },
    })
  })

  it("that the user's folder has are taken though a folder that is searched anyway has them too", () => {
    const mine = inFolder('/mine', 'libcublas.so.13', users)
    const others = [
      inFolder('/conda/lib', 'libcudnn.so.9', { cudaMajor: 13 }),
      inFolder('/conda/lib', 'libcublas.so.13'),
    ]
    const { folders: searched, from } = choice(['libcublas.so.13', 'libcudnn.so.9'], [mine, ...others])
    expect(searched).toEqual(['/mine', '/conda/lib'])
    expect(from['libcublas.so.13']).toBe('/mine/libcublas.so.13')
  })

  it("are not mixed: the user's folder for another CUDA hides nothing", () => {
    const mine = ['libcublas.so.12', 'libcudnn.so.9'].map((name) =>
      inFolder('/mine', name, { ...users, ...(name === 'libcudnn.so.9' ? { cudaMajor: 12 } : {}) }),
    )
    const right = inFolder('/venv/nvidia/cudnn/lib', 'libcudnn.so.9', { cudaMajor: 13 })
    const found = [...mine, inSystem('libcublas.so.13'), right]
    expect(choice(['libcublas.so.13', 'libcudnn.so.9'], found).folders).toEqual(['/venv/nvidia/cudnn/lib'])
  })

  it('are not mixed: what the loader finds is not hidden by a folder that is searched for another', () => {
    const right = inSystem('libcudnn.so.9', { cudaMajor: 13 })
    const found = [
      right,
      inFolder('/opt/cuda', 'libcublas.so.13'),
      inFolder('/opt/cuda', 'libcudnn.so.9', { cudaMajor: 12 }),
    ]
    const { folders: searched, from } = choice(['libcublas.so.13', 'libcudnn.so.9'], found)
    expect(searched).toEqual(['/usr/lib', '/opt/cuda'])
    expect(from['libcudnn.so.9']).toBe(right.path)
  })

  it("that lie among other programs' libraries are searched for in a folder of links", () => {
    const found = ['libcublas.so.13', 'libcudnn.so.9'].map((name) =>
      inFolder('/conda/lib', name, { linkedIn: '/data/library-links/1' }),
    )
    expect(choice(['libcublas.so.13', 'libcudnn.so.9'], found)).toEqual({
      folders: ['/data/library-links/1'],
      from: {
        'libcublas.so.13': '/conda/lib/libcublas.so.13',
        'libcudnn.so.9': '/conda/lib/libcudnn.so.9',
      },
    })
  })

  it('that cannot be searched for are not taken', () => {
    const found = [inFolder('/conda/lib', 'libcublas.so.13', { unreachable: 'it cannot' })]
    expect(choice(['libcublas.so.13'], found)).toEqual({
      folders: [],
      from: { 'libcublas.so.13': undefined },
    })
  })

  it('are told as the loader takes them: a folder that is searched for one library gives its others too', () => {
    const found = [
      inSystem('libcudart.so.13'),
      ...folders('/venv/nvidia/cu13/lib', ['libcublas.so.13', 'libcudart.so.13']),
    ]
    expect(choice(['libcublas.so.13', 'libcudart.so.13'], found).from).toEqual({
      'libcublas.so.13': '/venv/nvidia/cu13/lib/libcublas.so.13',
      'libcudart.so.13': '/venv/nvidia/cu13/lib/libcudart.so.13',
    })
  })
})
