/** A run of text of one look. */
export interface MarkdownSpan {
  text: string
  look: 'plain' | 'strong' | 'code'
}
export type MarkdownLine = MarkdownSpan[]

export type MarkdownBlock =
  | { kind: 'heading'; level: 1 | 2 | 3; line: MarkdownLine }
  | { kind: 'paragraph'; line: MarkdownLine }
  | { kind: 'list'; items: MarkdownLine[] }
  | { kind: 'table'; columns: { line: MarkdownLine; align: 'left' | 'right' }[]; rows: MarkdownLine[][] }

/**
 * The Markdown that reports are written in, as data to render: headings, paragraphs, flat lists, tables, bold and code.
 * What it does not know stays text, so nothing in a report can become markup of the page.
 */
export function readMarkdown(source: string): MarkdownBlock[] {
  return source
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map(readBlock)
}

function readBlock(block: string): MarkdownBlock {
  const lines = block.split('\n')
  const [first = '', second = ''] = lines
  const heading = /^(#{1,3})\s+(.*)$/.exec(first)
  if (heading !== null && lines.length === 1) {
    const level = heading[1]?.length === 1 ? 1 : heading[1]?.length === 2 ? 2 : 3
    return { kind: 'heading', level, line: readLine(heading[2] ?? '') }
  }
  if (first.startsWith('|') && /^\|[\s:|-]+\|$/.test(second)) {
    const aligns = cellsOf(second).map((cell) =>
      cell.endsWith(':') ? ('right' as const) : ('left' as const),
    )
    return {
      kind: 'table',
      columns: cellsOf(first).map((cell, index) => ({
        line: readLine(cell),
        align: aligns[index] ?? 'left',
      })),
      rows: lines.slice(2).map((line) => cellsOf(line).map(readLine)),
    }
  }
  if (lines.every((line) => line.startsWith('- '))) {
    return { kind: 'list', items: lines.map((line) => readLine(line.slice(2))) }
  }
  return { kind: 'paragraph', line: readLine(lines.join(' ')) }
}

/** Cells between bars; an escaped bar belongs to its cell. */
function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}

const spanPattern = /\*\*((?:\\.|[^\\*])+)\*\*|`([^`]+)`/g

function readLine(text: string): MarkdownLine {
  const spans: MarkdownLine = []
  let end = 0
  for (const match of text.matchAll(spanPattern)) {
    if (match.index > end) spans.push({ text: unescaped(text.slice(end, match.index)), look: 'plain' })
    if (match[1] !== undefined) spans.push({ text: unescaped(match[1]), look: 'strong' })
    else spans.push({ text: match[2] ?? '', look: 'code' })
    end = match.index + match[0].length
  }
  if (end < text.length) spans.push({ text: unescaped(text.slice(end)), look: 'plain' })
  return spans
}

const unescaped = (text: string) => text.replace(/\\([\\`*_[\]<>|#])/g, '$1')
