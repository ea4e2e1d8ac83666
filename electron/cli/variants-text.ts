import type { Analysis } from '../contract/analysis.ts'
import { variantRemarks, variantTable } from '../engine/report/variant-table.ts'
import { formatTable } from './results-table.ts'
import { wrap, type Terminal } from './terminal.ts'

/** What can be read elsewhere is left out where the terminal is too narrow for everything. */
const leftOutFirst = ['p50 ms', 'Memory', 'Cosine', 'File']

/** The variants beside the reference: a table, and what its columns mean; empty without variants. */
export function variantsText(analysis: Analysis, terminal: Pick<Terminal, 'style' | 'width'>): string {
  const table = variantTable(analysis)
  if (table === undefined) return ''
  const { columns, rows } = table
  const widthOf = (index: number) =>
    2 + Math.max(columns[index]?.title.length ?? 0, ...rows.map((cells) => cells[index]?.length ?? 0))
  let shown = columns.map((_, index) => index)
  const width = () => shown.reduce((sum, index) => sum + widthOf(index), 0)
  for (const title of leftOutFirst) {
    if (width() > terminal.width) shown = shown.filter((index) => columns[index]?.title !== title)
  }
  const text = formatTable(
    shown.map((index) => columns[index]?.title.toLowerCase() ?? ''),
    shown.map((index) => columns[index]?.align ?? 'left'),
    rows.map((cells) => shown.map((index) => cells[index] ?? '')),
    terminal,
  )
  const remarks = variantRemarks(analysis).map((line) => terminal.style('dim', wrap(line, terminal.width, 2)))
  return [terminal.style('bold', 'Variants'), text, '', ...remarks].join('\n')
}
