import Table from 'cli-table3'
import type { PlannerProof, Score } from './planner-rows.ts'
import type { Section } from './rows.ts'
import { percent } from './summary.ts'

/** Borders and padding of a cell. */
const around = 3

type Alignment = 'left' | 'right'

/** A section as text: its heading, how its numbers come about, and its rows; no line longer than `width`. */
export function sectionText({ title, legend, rows }: Section, width: number): string {
  const cells = rows.map(({ what, measured, goal, met }) => [
    ...[what, measured, goal],
    met === null ? '' : met ? 'yes' : 'NO',
  ])
  return [
    title,
    ...wrapped(legend, width),
    table(['what', 'measured', 'goal', 'met'], cells, width, 'left'),
  ].join('\n')
}

/** The planner beside the baselines, and by curve and noise. */
export function plannerText({ strategies, byCurve, byNoise }: PlannerProof, width: number): string {
  const scores = ({ regretMedian, regretP95, noAnswer, timeMedian, timeP95 }: Score) => [
    ...[percent(regretMedian, 2), percent(regretP95, 2), percent(noAnswer, 0)],
    ...[percent(timeMedian), percent(timeP95)],
  ]
  const head = ['regret', '95th', 'no answer', 'time', '95th']
  const lines = (name: string, all: readonly (Score & { name: string })[]) =>
    table(
      [name, ...head],
      all.map((each) => [each.name, ...scores(each)]),
      width,
      'right',
    )
  return [
    ...wrapped(
      'The same beside other ways, over powers of two but for the full sweep: medians and 95th percentiles. No answer counts as a regret of 100 %.',
      width,
    ),
    lines('way', strategies),
    'auto by curve',
    lines('curve', byCurve),
    'auto by noise',
    lines('noise', byNoise),
  ].join('\n')
}

/** The first column takes what the others leave, and breaks its lines. */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  align: Alignment,
): string {
  const widest = head.map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const others = widest.slice(1).reduce((sum, each) => sum + each + around, 0)
  const first = Math.min(widest[0] ?? 0, Math.max(20, width - others - around - 1))
  const printed = new Table({
    head: [...head],
    colWidths: [first, ...widest.slice(1)].map((each) => each + 2),
    colAligns: head.map((_, column) => (column === 0 ? 'left' : align)),
    wordWrap: true,
    style: { head: [], border: [] },
    // Rows of numbers are one line each: rules between them would only part what is to be compared.
    ...(align === 'right' && { chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' } }),
  })
  for (const cells of rows) printed.push([...cells])
  return printed.toString()
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
