import { unbroken, type PdfSheet } from './pdf-sheet.ts'
import { ink } from './series-style.ts'
import type { ReportTable } from './trial-table.ts'

const size = 8
const smallestGap = 10
const rowPadding = 3.5

/** Figures of one width, so that they stand under each other. Words go without: pdfkit keeps their layout only then. */
const figures: PDFKit.Mixins.TextOptions = { features: ['tnum'] }
const words: PDFKit.Mixins.TextOptions = { lineGap: 1.2 }

/** Draws a table over the whole width; its head is repeated on every page that it reaches. */
export function drawTable(sheet: PdfSheet, text: ReportTable, options: { strong?: number } = {}): void {
  const { doc } = sheet
  const table = { ...text, rows: text.rows.map((cells) => cells.map(unbroken)) }
  const { widths, gap } = layOut(sheet, table)
  const isWords = (index: number) => table.columns[index]?.align === 'left'
  // Numbers take one line; one is measured, so that a row of nothing else has a height.
  const heightOf = (cells: readonly string[]) =>
    Math.max(
      doc.heightOfString('0', words),
      ...cells.map((cell, index) =>
        isWords(index) ? doc.heightOfString(cell, { ...words, width: widths[index] ?? 0 }) : 0,
      ),
    )

  function drawCells(cells: readonly string[], height: number, head: boolean): void {
    let x = sheet.left
    cells.forEach((cell, index) => {
      const strong = head || index === options.strong
      sheet.use(strong ? 'semibold' : 'regular', size, head ? ink.muted : ink.text)
      const width = widths[index] ?? 0
      if (isWords(index)) {
        doc.text(cell, x, sheet.y + rowPadding, { ...words, width })
      } else {
        const shift = width - doc.widthOfString(cell, figures)
        doc.text(cell, x + shift, sheet.y + rowPadding, { ...figures, lineBreak: false })
      }
      x += width + gap
    })
    sheet.space(height + 2 * rowPadding)
    sheet.rule(head ? ink.muted : ink.line)
  }

  function drawHead(): void {
    const titles = table.columns.map(({ title }) => title)
    sheet.use('semibold', size)
    drawCells(titles, heightOf(titles), true)
  }

  drawHead()
  for (const cells of table.rows) {
    sheet.use('regular', size)
    const height = heightOf(cells)
    if (sheet.y + height + 2 * rowPadding > sheet.bottom) {
      sheet.newPage()
      drawHead()
    }
    drawCells(cells, height, false)
  }
}

/** Columns of numbers get what they need, columns of words share the rest. */
function layOut(sheet: PdfSheet, { columns, rows }: ReportTable): { widths: number[]; gap: number } {
  const { doc } = sheet
  const isWords = (index: number) => columns[index]?.align === 'left'
  sheet.use('semibold', size)
  const natural = columns.map(({ title }, index) => {
    const texts = new Set(rows.map((cells) => cells[index] ?? ''))
    const options = isWords(index) ? words : figures
    const widths = [...texts].map((cell) => doc.widthOfString(cell, options))
    return Math.ceil(Math.max(doc.widthOfString(title, options), ...widths)) + 1
  })
  const room = sheet.width - smallestGap * (columns.length - 1)
  const wanted = natural.reduce((sum, width, index) => sum + (isWords(index) ? width : 0), 0)
  const left = room - natural.reduce((sum, width, index) => sum + (isWords(index) ? 0 : width), 0)
  const spare = left - wanted
  if (spare < 0) {
    const widths = natural.map((width, index) => (isWords(index) ? fairShare(index) : width))
    return { widths, gap: smallestGap }
  }
  // What is left over goes to words at the end, else between the columns, so that no single gap opens.
  const last = columns.length - 1
  return isWords(last)
    ? { widths: natural.map((width, index) => (index === last ? width + spare : width)), gap: smallestGap }
    : { widths: natural, gap: smallestGap + spare / last }

  /** Narrow columns of words keep their width; the wide ones share what remains. */
  function fairShare(index: number): number {
    const words = natural.map((width, at) => ({ width, at })).filter(({ at }) => isWords(at))
    let remaining = left
    let sharers = words.length
    for (const { width, at } of words.toSorted((a, b) => a.width - b.width)) {
      const share = Math.min(width, remaining / sharers)
      if (at === index) return share
      remaining -= share
      sharers -= 1
    }
    return 0
  }
}
