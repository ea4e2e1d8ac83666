import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { createNodeFiles } from '../../../../electron/adapters/node-files.ts'
import { ArrayFiles } from '../../../../electron/engine/inputs/array-files.ts'

/** A folder of its own for a test file, with the array files as the workbench sees them; gone when the tests are over. */
export function inputFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'batchscope-inputs-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const dataFolder = join(folder, 'data')
  const files = createNodeFiles({ dataFolder, resourcesFolder: folder })
  const arrays = new ArrayFiles(files)
  return {
    dataFolder,
    arrays,
    put(name: string, content: Uint8Array): string {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
    /** The bytes that a session host would begin to read at. */
    async valuesOf(path: string, entry?: string): Promise<{ path: string; bytes: Uint8Array }> {
      const file = await arrays.open(path)
      const array = file.arrays.find((candidate) => candidate.entry === entry)
      if (array === undefined) throw new Error(`There is no ${entry}.`)
      const values = await arrays.values(file, array)
      return { path: values.path, bytes: Uint8Array.from(readFileSync(values.path)).slice(values.offset) }
    },
  }
}
