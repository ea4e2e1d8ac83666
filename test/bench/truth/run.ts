/**
 * `npm run bench:truth`: how well the statistics and the search do where the truth is known, as tables or as JSON
 * (docs/proof.md). Needs no build and no model. Seeds are fixed: all numbers but the speed are the same on every machine.
 */
import { readFileSync } from 'node:fs'
import { readCurves } from './curves-file.ts'
import { InputError } from '../input-error.ts'
import { readOptions, usage } from './options.ts'
import { plannerText, sectionText } from './print-tables.ts'
import { fullEffort, prove, proveOn, quickEffort, type Proof } from './prove.ts'

const note = (what: string) => console.error(`measuring: ${what} ...`)

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof InputError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

function main(args: readonly string[]): number {
  const { curvesFile, quick, json, help } = readOptions(args)
  if (help) {
    console.log(usage)
    return 0
  }
  const effort = quick ? quickEffort : fullEffort
  const proof =
    curvesFile === undefined
      ? prove(effort, note)
      : proveOn(readCurves(readText(curvesFile), curvesFile), effort, note)
  console.log(json ? JSON.stringify(documentOf(proof, quick), undefined, 2) : textOf(proof))
  return proof.sections.every(({ rows }) => rows.every(({ met }) => met !== false)) ? 0 : 1
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw new InputError(`There is no file ${file}.`)
    if (code === 'EISDIR') throw new InputError(`${file} is a folder; --curves needs a file.`)
    throw new InputError(`${file} cannot be read (${String(code)}).`)
  }
}

function documentOf({ sections, planner }: Proof, quick: boolean) {
  const { strategies, byCurve, byNoise } = planner
  return {
    format: 'batchscope-proof',
    formatVersion: 1,
    quick,
    sections,
    planner: { strategies, byCurve, byNoise },
  }
}

function textOf({ sections, planner }: Proof): string {
  const width = Math.min(110, Math.max(72, process.stdout.columns || Number(process.env.COLUMNS) || 100))
  return sections
    .map((section) =>
      section === planner.section
        ? `${sectionText(section, width)}\n${plannerText(planner, width)}`
        : sectionText(section, width),
    )
    .join('\n\n')
}
