import { expect, it } from 'vitest'
import { libraryRows } from '../../../../../renderer/features/environment/library-rows.ts'
import { everythingInstalled } from '../../../../fixtures/plausible-runtimes.ts'

it('lists libraries by family, those that lie together in one row', () => {
  const rows = libraryRows(everythingInstalled.libraries)
  expect(rows.map(({ title, names }) => `${title}: ${names}`)).toEqual([
    'NVIDIA driver: libcuda.so.1',
    'CUDA runtime: libcudart.so.13',
    'cuBLAS: libcublas.so.13, libcublasLt.so.13',
    ': libcublas.so.12',
    'cuDNN: libcudnn.so.9',
    'cuRAND: libcurand.so.10',
    'cuFFT: libcufft.so.12',
    'Vulkan: libvulkan.so.1',
  ])
  expect(rows[3]).toMatchObject({ folder: '/usr/local/cuda-12.4/lib64', source: '/usr/local/cuda-12.4' })
  expect(libraryRows([])).toEqual([])
})
