import { InputError } from '../input-error.ts'
import { parseArgs } from 'node:util'

export const usage = `Usage: npm run bench:truth -- [--quick] [--json] [--curves FILE]

Prints how well Batchscope's statistics and its search do where the truth is known.

  --curves FILE  the planner's rows only, on the curves of this file (docs/proof.md)
  --quick        a tenth of the runs: rough numbers in a fraction of the time
  --json         one JSON document on standard output in place of the tables
  --help         print this help

Exit codes: 0 every row is met, 1 a row is not, 2 bad input.`

export interface Options {
  readonly curvesFile: string | undefined
  readonly quick: boolean
  readonly json: boolean
  readonly help: boolean
}

/** Throws InputError for an option that does not exist, a value that is missing and one too many. */
export function readOptions(args: readonly string[]): Options {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true })
  let curvesFile: string | undefined
  const given = new Set<string>()
  const words = [...args]
  for (const token of tokens) {
    if (token.kind === 'positional' && words[token.index - 1] === '--curves') continue
    if (token.kind === 'positional')
      throw new InputError(`Nothing is known to do with "${token.value}". See --help.`)
    if (token.kind !== 'option') continue
    const { rawName, name } = token
    if (!['curves', 'quick', 'json', 'help'].includes(name))
      throw new InputError(`There is no option ${rawName}. See --help.`)
    given.add(name)
    if (name !== 'curves') {
      if (token.value !== undefined) throw new InputError(`${rawName} takes no value.`)
      continue
    }
    const value = token.value ?? words[token.index + 1]
    if (value === undefined || value === '' || value.startsWith('--'))
      throw new InputError('--curves needs the name of a file. See --help.')
    if (curvesFile !== undefined) throw new InputError('--curves was given twice; it takes one file.')
    curvesFile = value
  }
  return {
    curvesFile,
    quick: given.has('quick'),
    json: given.has('json'),
    help: given.has('help'),
  }
}
