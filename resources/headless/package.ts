import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { fileFailure, systemCode } from '../../electron/adapters/file-failure.ts'
import { findInstallation } from '../../electron/adapters/installation.ts'
import { badInput, failureLine, toFailure } from '../../electron/contract/failure.ts'
import { formatBytes } from '../../electron/contract/quantity.ts'
import { writeParts } from './archive-parts.ts'
import { buildTime, checkBuildIsFresh } from './built-files.ts'
import { bundleFiles, fillIn, type BundleFiles } from './bundle-files.ts'
import { checksumLine, checksumList } from './checksums.ts'
import { chosenRuntimes } from './chosen-runtimes.ts'
import { checkSpace, prepareOutput, removeBundle, writeFolder } from './output-folder.ts'
import { readPackagingOptions, usage, type PackagingOptions } from './packaging-options.ts'
import { totalBytes } from './shipped-file.ts'
import { tarStream } from './tar-stream.ts'

/** `npm run package:headless`: what `usage` says. */
const { root, version } = findInstallation(import.meta.url)
const say = (line: string) => console.log(line)

async function packageHeadless(options: PackagingOptions, signal: AbortSignal): Promise<void> {
  const { out, split } = options
  checkPlatform()
  const built = await buildTime(root)
  if (!options.asBuilt) await checkBuildIsFresh(root)
  const time =
    epochFrom(process.env['SOURCE_DATE_EPOCH']) ?? new Date(Math.floor(built.getTime() / 1000) * 1000)
  await prepareOutput(out, options.force)
  const runtimes = await chosenRuntimes(options.runtimes, { root, signal, say })
  const node = { path: process.execPath, version: process.versions.node, licence: options.nodeLicense }
  const bundle = await bundleFiles({ root, node, runtimes, sourceMaps: options.sourceMaps, time, signal })
  for (const { title, files } of bundle.groups) {
    say(`  ${title.padEnd(24)}${formatBytes(totalBytes(files)).padStart(10)}`)
  }
  const bytes = totalBytes(bundle.all)
  // How far an archive shrinks is known only afterwards; it was never to more than this.
  await checkSpace(out, split === undefined ? bytes : bytes / 2)
  // Everything else is known to be right by now.
  await removeBundle(out)
  try {
    if (split === undefined) await makeFolder(out, bundle, time, signal)
    else await makeArchive({ ...options, split }, bundle, time, signal)
  } catch (error) {
    await removeBundle(out)
    throw systemCode(error) === 'ENOSPC' ? fileFailure(error, out) : error
  }
}

async function makeFolder(out: string, bundle: BundleFiles, time: Date, signal: AbortSignal): Promise<void> {
  say(`Writing ${bundle.all.length} files ...`)
  await writeFolder(out, bundle.all, time, signal)
  say(`Done: ${formatBytes(totalBytes(bundle.all))} in "${out}".`)
  say(`Copy the folder with its permissions (cp -a, rsync -a), and start ./batchscope in it.`)
}

async function makeArchive(
  { out, split, runtimes }: PackagingOptions & { split: number },
  bundle: BundleFiles,
  time: Date,
  signal: AbortSignal,
): Promise<void> {
  const name = ['batchscope', version, 'linux-x64', ...runtimes.map((each) => each.replace('@', '-'))].join(
    '-',
  )
  const archive = `${name}.tar.gz`
  const unpackedBytes = totalBytes(bundle.all)
  say(`Packing ${formatBytes(unpackedBytes)} into parts of at most ${formatBytes(split)} ...`)
  const tar = Readable.from(tarStream(bundle.all, name, time), { objectMode: false })
  const gzip = createGzip({ chunkSize: 2 ** 18 })
  tar.on('error', (error) => gzip.destroy(error))
  signal.addEventListener('abort', () => gzip.destroy(new Error('interrupted')), { once: true })
  const { parts, sha256, bytes } = await writeParts(tar.pipe(gzip), {
    folder: out,
    archive,
    partBytes: split,
    onPart: (part) => say(`  ${part.name}  ${formatBytes(part.bytes)}`),
  })
  const script = fillIn(await readFile(join(root, 'resources/headless/join.sh'), 'utf8'), {
    NEEDED_KIB: String(Math.ceil(unpackedBytes / 1024)),
    NEEDS: bundle.needs,
  })
  await writeFile(join(out, 'join.sh'), script)
  await chmod(join(out, 'join.sh'), 0o755)
  const sums = [...parts, { name: archive, sha256 }].map((each) => checksumLine(each.sha256, each.name))
  await writeFile(join(out, checksumList), sums.join(''))
  say(`Done: ${formatBytes(bytes)} in ${parts.length} ${parts.length === 1 ? 'part' : 'parts'} in "${out}".`)
  say('Copy the parts, join.sh and SHA256SUMS into one folder of the machine, and run there: sh join.sh')
}

function checkPlatform(): void {
  const { platform, arch } = process
  if (platform !== 'linux' || arch !== 'x64') {
    throw badInput(
      `A headless bundle holds the Node that packs it, and is for 64-bit x86 Linux; this is ${platform}-${arch}.`,
      'Package on such a machine.',
    )
  }
}

/** Seconds since 1970, as tools that build reproducibly take them from SOURCE_DATE_EPOCH. */
function epochFrom(text: string | undefined): Date | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d{1,11}$/.test(text)) return new Date(Number(text) * 1000)
  throw badInput(`SOURCE_DATE_EPOCH "${text}" is no time.`, 'Give whole seconds since 1970, or unset it.')
}

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
process.once('SIGTERM', () => interrupt.abort())
try {
  const options = readPackagingOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(usage)
  else await packageHeadless(options, interrupt.signal)
} catch (error) {
  const failure = toFailure(error)
  const text = interrupt.signal.aborted ? 'Interrupted; no bundle was left behind.' : failureLine(failure)
  process.stderr.write(`package:headless: ${text}\n`)
  process.exitCode = interrupt.signal.aborted ? 130 : failure.owner === 'user' ? 2 : 1
}
