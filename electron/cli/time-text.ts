import type { Analysis } from '../contract/analysis.ts'
import { timeRemarks, timeTable } from '../engine/report/time-table.ts'
import { formatTable } from './results-table.ts'
import { wrap, type Terminal } from './terminal.ts'

/** Where the time of a call goes on devices: a table, and what trials are bound by; empty where none was profiled. */
export function timeText(analysis: Analysis, terminal: Pick<Terminal, 'style' | 'width'>): string {
  const table = timeTable(analysis)
  const remarks = timeRemarks(analysis).map((line) => terminal.style('dim', wrap(line, terminal.width, 2)))
  if (table === undefined && remarks.length === 0) return ''
  const text =
    table === undefined
      ? []
      : [
          formatTable(
            table.columns.map(({ title }) => title.toLowerCase().replace('cpu', 'CPU')),
            table.columns.map(({ align }) => align),
            table.rows.map((cells) => [...cells]),
            terminal,
          ),
          '',
        ]
  return [terminal.style('bold', 'Where the time goes'), ...text, ...remarks].join('\n')
}
