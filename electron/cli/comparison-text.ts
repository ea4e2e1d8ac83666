import {
  verdictWords,
  type ComparedConfiguration,
  type Comparison,
  type Verdict,
  pWords,
} from '../contract/comparison.ts'
import { formatNumber } from '../contract/quantity.ts'
import type { Interval } from '../contract/interval.ts'
import { formatTable } from './results-table.ts'
import { wrap, type Terminal } from './terminal.ts'
import { varyingFactors } from './trial-words.ts'

type Look = Pick<Terminal, 'style' | 'width'>

/** A comparison for reading: what differs besides, the table, how it was tested, what to be careful of, and the answer. */
export function comparisonText(comparison: Comparison, terminal: Look): string {
  const parts = [
    differencesText(comparison, terminal),
    tableText(comparison, terminal),
    notesText(comparison, terminal),
    cautionsText(comparison, terminal),
    answerText(comparison, terminal),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function differencesText({ differences }: Comparison, terminal: Look): string {
  if (differences.length === 0) return ''
  const table = formatTable(
    ['differs', 'A', 'B'],
    ['left', 'left', 'left'],
    differences.map(({ what, before, after }) => [what, before, after]),
    terminal,
  )
  return `${terminal.style('yellow', 'The runs differ in more than their numbers:')}\n\n${table}`
}

interface Column {
  head: string
  valueOf(configuration: ComparedConfiguration): string
  /** Left out where the terminal is too narrow, the lowest number last. The JSON document has everything. */
  spare?: number
}

/** One row a configuration; of columns without a single value there is none, and of spare ones only what has room. */
function tableText({ configurations }: Comparison, terminal: Look): string {
  if (configurations.length === 0) return ''
  const columns: Column[] = [
    { head: 'batch', valueOf: ({ config }) => config.batchSize.toLocaleString('en-US') },
    ...varyingFactors(configurations).map(({ head, valueOf }) => ({
      head,
      valueOf: ({ config }: ComparedConfiguration) => valueOf(config),
    })),
    { head: 'A ms', valueOf: ({ beforeMs }) => formatNumber(beforeMs) },
    { head: 'B ms', valueOf: ({ afterMs }) => formatNumber(afterMs) },
    { head: 'latency ×', valueOf: ({ latency }) => latency.ratio.toFixed(3) },
    { head: '95 % interval', valueOf: ({ latency }) => intervalText(latency.ci95) },
    { head: 'p', valueOf: ({ latency }) => pWords(latency) },
    { head: 'items/s ×', valueOf: ({ throughput }) => throughput.ratio.toFixed(3), spare: 1 },
    { head: 'host mem ×', valueOf: ({ memory }) => memory.hostRatio?.toFixed(2) ?? '', spare: 2 },
    { head: 'device mem ×', valueOf: ({ memory }) => memory.deviceRatio?.toFixed(2) ?? '', spare: 3 },
    ...(new Set(configurations.map(executionCounts)).size > 1
      ? [{ head: 'executions', valueOf: executionCounts, spare: 4 }]
      : []),
  ]
  const shown = withRoom(
    columns.filter(({ valueOf }) => configurations.some((each) => valueOf(each) !== '')),
    configurations,
    terminal.width - Math.max(...configurations.map(({ latency }) => verdictWords[latency.verdict].length)),
  )
  return formatTable(
    [...shown.map(({ head }) => head), 'verdict'],
    [...shown.map(() => 'right' as const), 'left'],
    configurations.map((each) => [
      ...shown.map(({ valueOf }) => valueOf(each)),
      verdictText(each.latency.verdict, terminal),
    ]),
    terminal,
  )
}

/** Without the sparest columns, as many as it takes to fit into `width`. */
function withRoom(
  columns: readonly Column[],
  configurations: readonly ComparedConfiguration[],
  width: number,
): readonly Column[] {
  const widthOf = ({ head, valueOf }: Column) =>
    2 + Math.max(head.length, ...configurations.map((each) => valueOf(each).length))
  const taken = columns.reduce((sum, column) => sum + widthOf(column), 0)
  const sparest = Math.max(...columns.map(({ spare }) => spare ?? 0))
  if (taken <= width || sparest === 0) return columns
  return withRoom(
    columns.filter(({ spare }) => spare !== sparest),
    configurations,
    width,
  )
}

function notesText({ methodNotes, overall }: Comparison, { style, width }: Look): string {
  if (overall === null) return ''
  const notes = ['× is B over A: latency above 1 is slower, items/s above 1 is faster.', ...methodNotes]
  return notes.map((note) => style('dim', wrap(note, width, 2))).join('\n')
}

function cautionsText({ cautions }: Comparison, { style, width }: Look): string {
  return cautions.map((caution) => style('yellow', wrap(caution, width, 2))).join('\n')
}

function answerText({ answer, overall }: Comparison, { style, width }: Look): string {
  const headline = style('bold', wrap(answer.headline, width))
  const support = answer.support === undefined ? '' : `\n${wrap(answer.support, width)}`
  const p = overall?.p === undefined ? '' : `\n${style('dim', `Overall p ${pWords(overall)}.`)}`
  return `${headline}${support}${p}`
}

function verdictText(verdict: Verdict, { style }: Look): string {
  const words = verdictWords[verdict]
  if (verdict === 'slower') return style('red', words)
  return verdict === 'faster' ? style('green', words) : style('dim', words)
}

function intervalText(interval: Interval | undefined): string {
  return interval === undefined ? '' : `${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`
}

/** How many executions of A stand against how many of B. */
function executionCounts({ beforeExecutions, afterExecutions }: ComparedConfiguration): string {
  return `${beforeExecutions}:${afterExecutions}`
}
