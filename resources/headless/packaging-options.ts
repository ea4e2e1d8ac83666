import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { badInput } from '../../electron/contract/failure.ts'
import { parseBytes } from '../../electron/contract/quantity.ts'

export interface PackagingOptions {
  /** Absolute. */
  out: string
  /** Size of a part of the archive, in bytes; absent for a folder. */
  split?: number
  /** Names of runtimes that go into it. */
  runtimes: string[]
  force: boolean
  asBuilt: boolean
  sourceMaps: boolean
  nodeLicense?: string
}

export const usage = `Usage: npm run package:headless -- --out DIR [options]

Makes a self-contained Batchscope for 64-bit x86 Linux: the command line and the server with the Node that runs
this, for machines without Node or network.

  --out DIR            the folder to make it in; made unless it is there, and has to be empty
  --split SIZE         an archive in parts of at most SIZE, as 55MiB, with a script that joins them
  --runtime NAME       bring this runtime too, as cuda13; fetched unless it is installed here; repeatable
  --force              replace an earlier bundle in DIR
  --as-built           pack the build as it is, also when sources were changed since
  --source-maps        with source maps, for stack traces that name the sources
  --node-license FILE  the licence of Node, where it does not lie beside it
`

/** Smallest part, in bytes: below it is a mistyped unit. */
const smallestPart = 2 ** 16

/** Options of the command; `undefined` when help is asked for. Throws `bad-input`. */
export function readPackagingOptions(args: string[]): PackagingOptions | undefined {
  const values = parse(args)
  if (values.help === true) return undefined
  if (values.out === undefined || values.out === '') {
    throw badInput(
      '--out is missing: the folder to make the bundle in.',
      'For example --out release/headless.',
    )
  }
  return {
    out: resolve(values.out),
    ...(values.split === undefined ? {} : { split: partSize(values.split) }),
    runtimes: [...new Set(values.runtime)],
    force: values.force,
    asBuilt: values['as-built'],
    sourceMaps: values['source-maps'],
    ...(values['node-license'] === undefined ? {} : { nodeLicense: resolve(values['node-license']) }),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        out: { type: 'string' },
        split: { type: 'string' },
        runtime: { type: 'string', multiple: true, default: [] },
        force: { type: 'boolean', default: false },
        'as-built': { type: 'boolean', default: false },
        'source-maps': { type: 'boolean', default: false },
        'node-license': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    // The parser's first sentence says it; what follows is about arguments that are none of options.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw badInput(`${sentence.replace(/\.$/, '')}.`, 'See --help.')
  }
}

function partSize(text: string): number {
  const bytes = parseBytes(text)
  if (bytes === undefined) {
    throw badInput(`--split "${text}" is no size.`, 'Give a number with a unit, as 55MiB or 100MB.')
  }
  if (bytes < smallestPart) {
    throw badInput(`--split "${text}" is too small: parts have at least 64 KiB.`, 'As 55MiB, say.')
  }
  return bytes
}
