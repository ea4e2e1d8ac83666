import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Every file below a folder, by its path from there with `/` between the parts, in order. Empty where there is none. */
export async function filesBelow(folder: string): Promise<{ path: string; bytes: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const full = join(entry.parentPath, entry.name)
      const { size } = await stat(full)
      return { path: relative(folder, full).split(sep).join('/'), bytes: size }
    })
  return (await Promise.all(files)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What the files below a folder take together; what goes away meanwhile counts nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const files = await filesBelow(folder).catch(() => [])
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
