import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setInterval } from 'node:timers/promises'
import * as v from 'valibot'
import { BatchscopeError } from '../../contract/failure.ts'
import { folderBytes } from './folder-files.ts'
import { networkFailure } from './registry-failure.ts'
import type { Script, ScriptEnd, ScriptRunner } from './script-runner.ts'
import { readProviderLibraries } from './stored-runtimes.ts'

interface OwnInstallerContext {
  /** The runtime that is being put together. */
  folder: string
  /** The built-in onnxruntime-node, beside which its installer's dependencies lie. */
  builtInBinding: string | undefined
  /** For the script's environment, on top of this process's own. */
  environment: Record<string, string>
  run: ScriptRunner
  signal: AbortSignal
  /** The script is ended after this, in ms. */
  limitMs: number
  /** How much it has fetched, now and then. */
  onReceived(bytes: number): void
}

const ManifestSchema = v.looseObject({ dependencies: v.fallback(v.record(v.string(), v.string()), {}) })

/**
 * Has onnxruntime-node's own installer fetch what npm's package of it does not hold. Rejects with `network` when it
 * did not bring the library of the CUDA provider.
 */
export async function runOwnInstaller(what: 'cuda12', context: OwnInstallerContext): Promise<void> {
  const { folder, environment, run, limitMs, signal } = context
  const binding = join(folder, 'node_modules', 'onnxruntime-node')
  const temporary = join(folder, 'temporary')
  await mkdir(temporary, { recursive: true })
  const lent = await lendDependencies(binding, folder, context.builtInBinding)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  const starter = join(temporary, 'start.cjs')
  await writeFile(starter, starterText(join(binding, 'script')))
  const script: Script = {
    path: starter,
    args: [`--onnxruntime-node-install=${what}`],
    environment: {
      ...ownEnvironment(),
      ...environment,
      // Its downloads lie where they are counted, and cleared away whatever becomes of it.
      ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    },
    workingFolder: binding,
  }
  const ended = await whileCounting(temporary, context.onReceived, () => run(script, limit))
  signal.throwIfAborted()
  for (const path of [...lent, temporary, join(binding, 'script')]) {
    await rm(path, { recursive: true, force: true })
  }
  // What it brought counts, whatever its exit code.
  const libraries = await readProviderLibraries(binding)
  if (!libraries.some(({ provider }) => provider === 'cuda')) throw installerFailure(ended, limit.aborted)
}

/**
 * Starts the installer and ends its process when it is done. Electron's utility processes end neither by themselves nor
 * for a rejection that nobody handles, and the installer leaves both to Node.
 */
function starterText(scripts: string): string {
  const place = (name: string) => JSON.stringify(join(scripts, name))
  return [
    `const tools = require(${place('install-utils.js')})`,
    'const { installPackages } = tools',
    "process.on('unhandledRejection', (error) => { console.error(error); process.exit(1) })",
    'tools.installPackages = (...args) => installPackages(...args).then(() => process.exit(0))',
    `require(${place('install.js')})`,
    '',
  ].join('\n')
}

/**
 * This process's environment, without what would give the installer other orders: under npm (npm's variables) it takes
 * itself for a part of the project that npm is working on, and does nothing.
 */
function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^npm_|^onnxruntime_node_install|^NODE_OPTIONS$/i.test(entry[0]),
    ),
  )
}

/**
 * The installer's dependencies lie with Batchscope's own packages: for as long as it runs, modules of their names beside
 * the new onnxruntime-node hand them on. Gives what is to be removed afterwards.
 */
async function lendDependencies(
  binding: string,
  folder: string,
  builtInBinding: string | undefined,
): Promise<string[]> {
  const manifest = v.parse(ManifestSchema, JSON.parse(await readFile(join(binding, 'package.json'), 'utf8')))
  const lender = createRequire(join(builtInBinding ?? folder, 'package.json'))
  const lent: string[] = []
  for (const name of Object.keys(manifest.dependencies)) {
    const place = join(folder, 'node_modules', name)
    if (name === 'onnxruntime-common') continue
    const path = resolved(lender, name)
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'index.js'), `module.exports = require(${JSON.stringify(path)})\n`)
    lent.push(place)
  }
  return lent
}

function resolved(lender: NodeJS.Require, name: string): string {
  try {
    return lender.resolve(name)
  } catch {
    throw new BatchscopeError({
      code: 'not-found',
      message: `The package ${name}, which onnxruntime-node's installer needs, is not part of this installation of Batchscope.`,
      hint: 'Reinstall Batchscope, or install cuda13 instead.',
      owner: 'system',
    })
  }
}

/** Does work, and tells how much lies in a folder meanwhile. */
async function whileCounting<T>(
  folder: string,
  tell: (bytes: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const counting = (async () => {
    for await (const _ of setInterval(500, undefined, { signal: over.signal }))
      tell(await folderBytes(folder))
  })().catch(() => undefined)
  try {
    return await work()
  } finally {
    over.abort()
    await counting
  }
}

function installerFailure({ code, output }: ScriptEnd, tookTooLong: boolean): BatchscopeError {
  const words = tookTooLong
    ? 'it took too long'
    : (errorLine(output) ?? `it ended with code ${code ?? 'unknown'}`)
  return networkFailure(
    `onnxruntime-node's own installer could not fetch the CUDA 12 libraries from NuGet: ${words}.`,
    output,
    'Check that api.nuget.org can be reached (GLOBAL_AGENT_HTTPS_PROXY names a proxy), or install cuda13 instead.',
  )
}

/** The line of a Node error that says what was wrong. */
function errorLine(output: string): string | undefined {
  const lines = output
    .split('\n')
    .flatMap((line) => /^\s*(?:\w*Error|AggregateError)[^:]*: (.+?)\.?\s*$/.exec(line)?.[1] ?? [])
  return lines.at(-1)
}
