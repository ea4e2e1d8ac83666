import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import envPaths from 'env-paths'
import * as v from 'valibot'
import { createRuntimeStore } from '../../electron/adapters/runtimes/runtime-store.ts'
import { recordName } from '../../electron/adapters/runtimes/stored-runtimes.ts'
import { formatBytes } from '../../electron/contract/quantity.ts'
import type { RuntimeStore, StoredRuntime } from '../../electron/engine/ports.ts'
import { recipeOf } from '../../electron/engine/runtimes/recipes.ts'
import { isNeededToRun } from './production-packages.ts'
import { filesBelow, shippedText, type ShippedFile } from './shipped-file.ts'

/** Where the store of a bundle looks for the runtimes that came with it; `batchscope`, the launcher, names the folder. */
export const runtimesPlace = 'runtimes'

/** How often progress of a download is told, in ms. */
const tellEveryMs = 5000

interface Choosing {
  /** The installation that packs. */
  root: string
  signal: AbortSignal
  say(line: string): void
}

/**
 * The runtimes of these names on this machine: those that the user has installed, else fetched into a cache of their own,
 * where an interrupted download is continued and the next bundle finds them. Throws a BatchscopeError.
 */
export async function chosenRuntimes(
  names: readonly string[],
  { root, signal, say }: Choosing,
): Promise<StoredRuntime[]> {
  if (names.length === 0) return []
  const recipes = names.map(recipeOf)
  const { data, cache } = envPaths('batchscope', { suffix: '' })
  const installed = createRuntimeStore({
    dataFolder: process.env['BATCHSCOPE_DATA'] || data,
    builtInFolder: root,
  })
  const fetched = createRuntimeStore({ dataFolder: join(cache, 'headless'), builtInFolder: root })
  const chosen: StoredRuntime[] = []
  for (const recipe of recipes) {
    const here = (await find(installed, recipe.name)) ?? (await find(fetched, recipe.name))
    if (here === undefined) say(`Fetching the runtime ${recipe.name} ...`)
    chosen.push(here ?? (await fetched.install(recipe, { signal, onProgress: teller(say) })))
  }
  return chosen
}

async function find(store: RuntimeStore, name: string): Promise<StoredRuntime | undefined> {
  return (await store.list()).find((each) => each.name === name)
}

/** Says how far a download is, now and then. */
function teller(say: (line: string) => void): Parameters<RuntimeStore['install']>[1]['onProgress'] {
  let told = performance.now()
  return ({ receivedBytes, totalBytes, doing }) => {
    if (performance.now() - told < tellEveryMs) return
    told = performance.now()
    const of = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`
    say(`  ${formatBytes(receivedBytes)}${of}${doing === undefined ? '' : `, ${doing}`}`)
  }
}

const RecordSchema = v.looseObject({
  installed: v.string(),
  packages: v.array(v.looseObject({ name: v.string(), version: v.string() })),
  files: v.array(v.looseObject({ path: v.string() })),
})

async function readRecord({ folder }: StoredRuntime): Promise<v.InferOutput<typeof RecordSchema>> {
  return v.parse(RecordSchema, JSON.parse(await readFile(join(folder, recordName), 'utf8')))
}

/** The packages that a runtime is made of, as `NAME VERSION`. */
export async function runtimePackages(runtime: StoredRuntime): Promise<string[]> {
  return (await readRecord(runtime)).packages.map(({ name, version }) => `${name} ${version}`)
}

/**
 * The files of a runtime as they lie in a bundle: without the binaries for other platforms and what only developers read.
 * Its record says so, and that it was installed at `time`.
 */
export async function runtimeFiles(runtime: StoredRuntime, time: Date): Promise<ShippedFile[]> {
  const { name, folder } = runtime
  const place = `${runtimesPlace}/${name}`
  const files = await filesBelow(folder, place, (path) => {
    const [, packageName, below] = /^node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(path) ?? []
    return packageName === undefined || below === undefined || isNeededToRun(packageName, below)
  })
  const kept = files
    .filter(({ path }) => path !== `${place}/${recordName}`)
    .map((file) => ({ ...file, executable: false }))
  const paths = new Set(kept.map(({ path }) => path))
  const record = await readRecord(runtime)
  const inBundle = {
    ...record,
    installed: time.toISOString(),
    files: record.files.filter(({ path }) => paths.has(`${place}/${path}`)),
  }
  return [...kept, shippedText(`${place}/${recordName}`, `${JSON.stringify(inBundle, null, 2)}\n`)]
}
