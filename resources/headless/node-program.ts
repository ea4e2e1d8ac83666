import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { badInput } from '../../electron/contract/failure.ts'
import { readElfNeeds } from './elf-needs.ts'
import { shippedFile, type ShippedFile } from './shipped-file.ts'

/** What every Linux with the GNU C library and a C++ runtime has; anything else would be missing where a bundle goes. */
const systemLibraries = new Set([
  ...['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'ld-linux-x86-64.so.2'],
  ...['libstdc++.so.6', 'libgcc_s.so.1'],
])

/** Where installations of Node keep the licence, from the folder above the program's. */
const licencePlaces = [
  'LICENSE',
  'share/doc/nodejs/LICENSE',
  'share/doc/node/LICENSE',
  'installation/LICENSE',
]

const advice = 'Package with a Node from nodejs.org, which brings its parts inside.'

/**
 * The Node that goes into a bundle, with its licence: the program at `path` (default: the one that runs this). Throws
 * `bad-input` when it would not run on another machine.
 */
export async function nodeProgram(path: string, licence?: string): Promise<ShippedFile[]> {
  const program = await realpath(path)
  const needs = await readElfNeeds(program)
  if (needs === undefined)
    throw badInput(`The Node at "${program}" is no program for 64-bit x86 Linux.`, advice)
  if (needs.interpreter !== undefined && !needs.interpreter.endsWith('/ld-linux-x86-64.so.2')) {
    throw badInput(
      `The Node at "${program}" is started by ${needs.interpreter}, which other machines do not have.`,
      advice,
    )
  }
  const foreign = needs.libraries.filter((name) => !systemLibraries.has(name))
  if (foreign.length > 0) {
    throw badInput(`The Node at "${program}" needs ${foreign.join(', ')} beside it.`, advice)
  }
  if (licence !== undefined && !existsSync(licence)) {
    throw badInput(`--node-license "${licence}" is not there.`, 'Check the path.')
  }
  return [
    await shippedFile('node/bin/node', program, true),
    await shippedFile('node/LICENSE', licence ?? findLicence(program)),
  ]
}

function findLicence(program: string): string {
  const prefix = dirname(dirname(program))
  const found = licencePlaces.map((place) => join(prefix, place)).find((place) => existsSync(place))
  if (found !== undefined) return found
  throw badInput(
    `The licence of the Node at "${program}" is not beside it, and has to go with it.`,
    'Name its file with --node-license.',
  )
}
