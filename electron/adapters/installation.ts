import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'

/** Where the parts of Batchscope lie, and which version they are of. */
export interface Installation {
  root: string
  /** The built bundles; the page is in its folder `renderer`. */
  distFolder: string
  /** Real files, also in the packed application: ONNX Runtime opens the sample models by their paths. */
  resourcesFolder: string
  version: string
}

const PackageSchema = v.object({ name: v.literal('batchscope'), version: v.string() })

/** Finds the installation that a module belongs to, from its `import.meta.url`: bundled, in a chunk or as source. */
export function findInstallation(moduleUrl: string): Installation {
  let folder = dirname(fileURLToPath(moduleUrl))
  for (;;) {
    const file = join(folder, 'package.json')
    const parsed = existsSync(file)
      ? v.safeParse(PackageSchema, JSON.parse(readFileSync(file, 'utf8')))
      : undefined
    if (parsed?.success === true) {
      const { version } = parsed.output
      const resourcesFolder = join(outsideArchive(folder), 'resources')
      return { root: folder, distFolder: join(folder, 'dist'), resourcesFolder, version }
    }
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error(`${fileURLToPath(moduleUrl)} lies in no installation of Batchscope.`)
    folder = parent
  }
}

/** Where the packed application keeps what its archive cannot hold (`asarUnpack` in electron-builder.yml). */
export function outsideArchive(folder: string): string {
  return basename(folder) === 'app.asar' ? `${folder}.unpacked` : folder
}
