import type { FoundLibrary } from '../../../electron/contract/environment.ts'

/** What people call each family of libraries. */
const familyTitles: Record<FoundLibrary['family'], string> = {
  cuda: 'NVIDIA driver',
  cudart: 'CUDA runtime',
  cublas: 'cuBLAS',
  cudnn: 'cuDNN',
  curand: 'cuRAND',
  cufft: 'cuFFT',
  nvrtc: 'NVRTC',
  tensorrt: 'TensorRT',
  vulkan: 'Vulkan',
}

/** Libraries of one family in one folder. */
export interface LibraryRow {
  key: string
  family: string
  /** Only in the first row of its family. */
  title: string
  names: string
  folder: string
  source: string
}

/** By family; those that lie together and were found in the same way in one row. */
export function libraryRows(libraries: readonly FoundLibrary[]): LibraryRow[] {
  const rows = new Map<string, LibraryRow>()
  for (const family of Object.keys(familyTitles) as FoundLibrary['family'][]) {
    let title = familyTitles[family]
    for (const { name, path, source } of libraries.filter((library) => library.family === family)) {
      const folder = path.slice(0, Math.max(1, path.lastIndexOf('/')))
      const key = JSON.stringify([family, folder, source])
      const row = rows.get(key)
      if (row === undefined) rows.set(key, { key, family, title, names: name, folder, source })
      else row.names = `${row.names}, ${name}`
      title = ''
    }
  }
  return [...rows.values()]
}
