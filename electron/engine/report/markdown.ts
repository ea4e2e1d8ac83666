import type { Analysis } from '../../contract/analysis.ts'
import {
  environmentFacts,
  experimentFacts,
  measuringSentences,
  modelFacts,
  variantFacts,
  type Fact,
} from './facts.ts'
import { findings } from './findings.ts'
import { recommendationTable } from './recommendation-table.ts'
import { failureRemarks, flagRemarks } from './remarks.ts'
import { measuredAt, clocksOf, type ReportInput } from './report-input.ts'
import { timeRemarks, timeTable } from './time-table.ts'
import { trialTable, type ReportTable } from './trial-table.ts'
import { variantRemarks, variantTable } from './variant-table.ts'

/** A short report for a wiki, an issue or a pull request. */
export function reportMarkdown(input: ReportInput): string {
  const { analysis, experiment, model, generator } = input
  const { spec, environment } = experiment.record
  const { decisions } = experiment
  const failures = failureRemarks(analysis)
  const flags = flagRemarks(analysis)
  const variants = variantTable(analysis)
  const times = timeTable(analysis)
  const timeNotes = timeRemarks(analysis)
  const blocks = [
    `# ${escaped(model.name)}: ${escaped(experiment.name)}`,
    `**${escaped(analysis.answer.headline)}**`,
    ...(analysis.answer.support === undefined ? [] : [escaped(analysis.answer.support)]),
    '## Recommendations',
    recommendationText(analysis),
    ...(variants === undefined ? [] : ['## Variants', tableText(variants), list(variantRemarks(analysis))]),
    '## Trials',
    tableText(trialTable(analysis)),
    ...(timeNotes.length === 0 ? [] : ['## Where the time goes']),
    ...(times === undefined ? [] : [tableText(times)]),
    ...(timeNotes.length === 0 ? [] : [list(timeNotes)]),
    ...(failures.length === 0 ? [] : ['## Without numbers', list(failures)]),
    ...(flags.length === 0 ? [] : ['## To be read with care', list(flags)]),
    '## What the curves say',
    list(findings(analysis)),
    ...(decisions.length === 0 ? [] : ['## How the search went', numbered(decisions)]),
    '## Model',
    factList([...modelFacts(model), ...variantFacts(input)]),
    '## Environment',
    factList(environmentFacts(environment, spec.factors)),
    '## How it was measured',
    factList(experimentFacts(spec)),
    list(measuringSentences(spec, clocksOf(experiment))),
    `Measured ${measuredAt(experiment)}, written by ${escaped(generator)}.`,
  ]
  return `${blocks.join('\n\n')}\n`
}

function recommendationText(analysis: Analysis): string {
  const table = recommendationTable(analysis)
  return Array.isArray(table) ? list(table) : tableText(table)
}

function tableText({ columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(escaped))),
  ].join('\n')
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escaped(line)}`).join('\n')
}

function numbered(lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}. ${escaped(line)}`).join('\n')
}

function factList(facts: readonly Fact[]): string {
  return facts
    .map(([label, text]) => `- ${escaped(label)}: ${escaped(text.replaceAll('\n', '; '))}`)
    .join('\n')
}

/** Names come from models and people: they must not turn into markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ')
}
