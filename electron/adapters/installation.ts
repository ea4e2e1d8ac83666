import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'

/** Where the parts of Batchscope lie, and which version they are of. */
export interface Installation {
  root: string
  /** The built bundles; the page is in its folder `renderer`. */
  distFolder: string
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
      const resourcesFolder = join(folder, 'resources')
      return { root: folder, distFolder: join(folder, 'dist'), resourcesFolder, version }
    }
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error(`${fileURLToPath(moduleUrl)} lies in no installation of Batchscope.`)
    folder = parent
  }
}
