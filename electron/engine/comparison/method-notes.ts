import type { Match } from './match.ts'
import type { Change, ChangeTest } from '../statistics/change-test.ts'

/** How a comparison by executions came about, one sentence each. */
export function executionNotes({ test, drift }: ChangeTest, matches: readonly Match[]): string[] {
  if (test.kind === 'none') {
    return ['Every configuration ran in one process on each side, so nothing shows how processes differ.']
  }
  const count = test.kind === 'permutation' ? test.labellings.toLocaleString('en-US') : ''
  const ways =
    test.kind === 'student'
      ? 'The overall test is Student’s t: so few executions can be relabelled in too few ways to tell anything.'
      : test.exact
        ? `The overall test relabelled the executions in all ${count} ways.`
        : `The overall test relabelled the executions in ${count} random ways.`
  return [
    `Compared by the mean latency of each execution (a fresh process), ${countsPhrase(matches)}, on the logarithmic scale; how much processes vary is learned from all configurations together.`,
    ways,
    ...(matches.length > 1
      ? [
          'p-values are corrected for all comparisons together: where nothing differs, any verdict at all has a probability of at most 5 %.',
        ]
      : []),
    ...(drift === undefined
      ? []
      : [
          'The speed of the machine differed between the rounds of a run; the overall interval allows for that, and is wider.',
        ]),
  ]
}

/** The same for summaries. */
export function summaryNotes(matches: readonly Match[], overall: Change): string[] {
  return [
    'Compared by the means and 95 % intervals of run documents (Welch’s t), because at least one of the two does not tell its executions, as documents of versions before 0.2 do not; written again it can be compared more sharply.',
    ...(overall.p === undefined
      ? ['A run that executed everything once does not show how processes differ.']
      : matches.length > 1
        ? ['p-values are corrected for all comparisons together.']
        : []),
  ]
}

/** `3 against 3 of each configuration`. */
function countsPhrase(matches: readonly Match[]): string {
  const range = (side: 'before' | 'after') => {
    const counts = matches.map((match) => match[side].executions?.length ?? 0)
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    return least === most ? String(least) : `${least} to ${most}`
  }
  return `${range('before')} against ${range('after')} of each configuration`
}
