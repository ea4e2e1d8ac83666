import { goalTitle, type Analysis, type TrialReport } from '../contract/analysis.ts'
import { boundaryRemark } from '../contract/boundary-words.ts'
import { driftSentence, withinSentence } from '../contract/evidence.ts'
import { failureLine } from '../contract/failure.ts'
import { flagSentences } from '../contract/flag-words.ts'
import { resultsTable, trialsInOrder } from './results-table.ts'
import { wrap, type Terminal } from './terminal.ts'
import { timeText } from './time-text.ts'
import { variantsText } from './variants-text.ts'
import { configWords, outcomeWords, varyingFactors } from './trial-words.ts'

/**
 * What a run found, for reading: the table, what is to be said about its rows, the variants, the answer, and a line a
 * goal.
 */
export function resultsText(analysis: Analysis, terminal: Pick<Terminal, 'style' | 'width'>): string {
  const parts = [
    resultsTable(analysis, terminal),
    remarks(analysis, terminal),
    variantsText(analysis, terminal),
    timeText(analysis, terminal),
    answer(analysis, terminal),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Why trials have no numbers, and why others are flagged; the same words for several trials are said once. */
function remarks(analysis: Analysis, { width, style }: Pick<Terminal, 'style' | 'width'>): string {
  const trials = trialsInOrder(analysis)
  const factors = varyingFactors(trials)
  const lines: string[] = []
  const say = (subject: string, text: string, indent: number) => {
    lines.push(style('dim', wrap(`${subject}${text}`, width, indent)))
  }
  for (const [text, group] of grouped(trials, (trial) =>
    trial.outcome === 'completed' ? [] : [`${outcomeWords[trial.outcome]}. ${failureLine(trial.failure)}`],
  )) {
    say(`${subjectOf(group, factors)}: `, text, 2)
  }
  for (const [name, group] of grouped(trials, ({ flags }) => flags.map((flag) => flag.name))) {
    const reason = group[0]?.flags.find((flag) => flag.name === name)?.reason ?? ''
    const others = group.length > 1 ? `, and ${group.length - 1} alike` : ''
    const [first] = group
    say(
      `${name}: `,
      first === undefined
        ? ''
        : `${configWords(first.config, factors)}${others}: ${reason}. ${flagSentences(name)}`,
      2,
    )
  }
  if (
    trials.some((trial) => trial.outcome === 'completed' && trial.latencyMs.unsupportedPercentiles.length > 0)
  ) {
    say(
      '~ ',
      'too few samples to carry this percentile at 99 % confidence; a longer measuring time helps.',
      2,
    )
  }
  const drift = driftSentence(analysis.drift)
  if (drift !== undefined) say('', drift, 2)
  return lines.join('\n')
}

function grouped<K extends string>(
  trials: readonly TrialReport[],
  keysOf: (trial: TrialReport) => K[],
): Map<K, TrialReport[]> {
  const groups = new Map<K, TrialReport[]>()
  for (const trial of trials) {
    for (const key of new Set(keysOf(trial))) groups.set(key, [...(groups.get(key) ?? []), trial])
  }
  return groups
}

function subjectOf(trials: readonly TrialReport[], factors: ReturnType<typeof varyingFactors>): string {
  return trials.map(({ config }) => configWords(config, factors)).join('; ')
}

function answer(analysis: Analysis, { width, style }: Pick<Terminal, 'style' | 'width'>): string {
  const { headline, support } = analysis.answer
  const lines = [style('bold', wrap(headline, width))]
  if (support !== undefined) lines.push(wrap(support, width))
  const named = Math.max(
    0,
    ...analysis.recommendations.map(({ goal }) => goalTitle(goal, analysis.slo).length),
  )
  const sized = Math.max(1, ...analysis.recommendations.map(({ batchSize }) => sizeWord(batchSize).length))
  const indent = named + sized + 6
  if (analysis.recommendations.length > 0) lines.push('')
  for (const recommendation of analysis.recommendations) {
    const { goal, batchSize, reason, cost } = recommendation
    const title = goalTitle(goal, analysis.slo)
    const words = [withoutTitle(reason, title), withinSentence(recommendation), cost].filter(
      (part) => part !== undefined,
    )
    const size = sizeWord(batchSize).padStart(sized)
    const text = wrap(words.join(' '), Math.max(20, width - indent))
    const body = text.split('\n').join(`\n${' '.repeat(indent)}`)
    lines.push(`  ${title.padEnd(named)}  ${style(batchSize === null ? 'yellow' : 'green', size)}  ${body}`)
  }
  if (analysis.boundary !== null) {
    const { boundary } = analysis
    lines.push('', wrap(boundaryRemark(boundary), width))
  }
  return lines.join('\n')
}

/** The title stands at the head of the line already. */
function withoutTitle(reason: string, title: string): string {
  return reason.startsWith(`${title}: `) ? reason.slice(title.length + 2) : reason
}

function sizeWord(batchSize: number | null): string {
  return batchSize === null ? 'none' : batchSize.toLocaleString('en-US')
}
