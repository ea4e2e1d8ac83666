import { chmod, lstat, mkdir, readdir, readFile, rm, stat, statfs, utimes } from 'node:fs/promises'
import { createWriteStream, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { fileFailure } from '../../electron/adapters/file-failure.ts'
import { badInput, BatchscopeError } from '../../electron/contract/failure.ts'
import { formatBytes } from '../../electron/contract/quantity.ts'
import { checksumList } from './checksums.ts'
import { bytesOf, type ShippedFile } from './shipped-file.ts'

/** What stands at the top of a bundle. The folder `data`, where a bundle may keep its user's projects, is not of them. */
const bundleEntries = new Set([
  ...['LICENSE', 'README.md', 'THIRD-PARTY.txt', 'batchscope', 'bundle.json', 'package.json', checksumList],
  ...['dist', 'node', 'node_modules', 'resources', 'runtimes'],
])
const archiveEntry = /^(batchscope-.*\.tar\.gz\.part-\d{3}|join\.sh|SHA256SUMS)$/

/**
 * Makes the folder, and finds it empty or, with `force`, with an earlier bundle, which is still there afterwards: only when
 * nothing can go wrong any more but writing is it removed. Throws `bad-input`.
 */
export async function prepareOutput(folder: string, force: boolean): Promise<void> {
  try {
    await makeFolder(folder)
    if ((await readdir(folder)).length === 0) return
  } catch (error) {
    const { detail } = fileFailure(error, folder).failure
    throw badInput(`--out "${folder}" is no folder to write to: ${detail ?? ''}.`, 'Name another one.')
  }
  const earlier = await bundlePartsIn(folder)
  if (earlier.length === 0) {
    throw badInput(`--out "${folder}" is not empty, and holds no earlier bundle.`, 'Name an empty folder.')
  }
  if (!force) {
    throw badInput(
      `--out "${folder}" is not empty: it holds an earlier bundle.`,
      'Name an empty folder, or add --force to replace what is there.',
    )
  }
}

/** One after the other: `recursive` never ends in file systems that make no folders, as /proc. */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return
  await makeFolder(dirname(folder))
  await mkdir(folder)
}

/** Removes what a bundle, also a half made one, put into the folder, and nothing else. */
export async function removeBundle(folder: string): Promise<void> {
  for (const name of await bundlePartsIn(folder)) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function bundlePartsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  if (names.some((name) => name.endsWith('.part-001') && archiveEntry.test(name))) {
    return names.filter((name) => archiveEntry.test(name))
  }
  return (await isBundle(folder)) ? names.filter((name) => bundleEntries.has(name)) : []
}

async function isBundle(folder: string): Promise<boolean> {
  const file = join(folder, 'bundle.json')
  if (!existsSync(file)) return false
  try {
    return v.is(v.object({ name: v.literal('batchscope') }), JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return false
  }
}

/**
 * Throws `disk` when the file system of `folder`, which has to be there, has less than `bytes` free, an earlier bundle that
 * will make room counted as free.
 */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize + (await earlierBytes(folder))
  if (free >= bytes) return
  throw new BatchscopeError({
    code: 'disk',
    message: `"${folder}" has ${formatBytes(free)} free, and ${formatBytes(bytes)} are needed.`,
    hint: 'Free some space, or name a folder elsewhere.',
    owner: 'system',
  })
}

async function earlierBytes(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await bundlePartsIn(folder)) {
    const path = join(folder, name)
    const files = (await stat(path)).isDirectory()
      ? (await readdir(path, { recursive: true })).map((each) => join(path, each))
      : [path]
    for (const file of files) bytes += (await lstat(file)).size
  }
  return bytes
}

/** Writes files below `folder`, all with the same time. */
export async function writeFolder(
  folder: string,
  files: readonly ShippedFile[],
  time: Date,
  signal: AbortSignal,
): Promise<void> {
  // Says first what this is, so that a half made bundle can be told from other things.
  const mark = files.filter(({ path }) => path === 'bundle.json')
  for (const file of [...mark, ...files.filter((each) => !mark.includes(each))]) {
    const path = join(folder, file.path)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(bytesOf(file), createWriteStream(path), { signal })
    await chmod(path, file.executable ? 0o755 : 0o644)
    await utimes(path, time, time)
  }
}
