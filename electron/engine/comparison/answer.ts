import type {
  ComparedConfiguration,
  ComparedRun,
  Comparison,
  LatencyChange,
  UnmatchedConfiguration,
  Verdict,
} from '../../contract/comparison.ts'
import { formatPercent, formatSignedPercent } from '../../contract/quantity.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { seriesKey, seriesLabel } from '../experiment/configurations.ts'
import { listBatches } from '../recommendation/phrases.ts'
import { plainPercent } from '../report/plain-number.ts'

type Facts = Pick<
  Comparison,
  'before' | 'after' | 'threshold' | 'differences' | 'configurations' | 'unmatched' | 'overall'
>

/** The verdict in one sentence that a person can quote, and what is to be said besides. */
export function answerOf(facts: Facts): Comparison['answer'] {
  const { overall, configurations } = facts
  if (overall === null) return nothingCompared(facts)
  const [before, after] = namesOf(facts.before, facts.after)
  const over = scopeOf(configurations)
  const support = [whatIsOpen(facts), verdictsOfEach(facts), leftOut(facts.unmatched)]
    .filter((sentence) => sentence !== '')
    .join(' ')
  return {
    headline: headlineOf(overall, { before, after, over }),
    ...(support !== '' && { support }),
  }
}

function headlineOf(
  overall: LatencyChange,
  { before, after, over }: { before: string; after: string; over: string },
): string {
  const measured = `latency was measured ${changePhrase(overall.ratio)} ${over}`
  if (overall.ci95 === undefined) return `No verdict on ${after} against ${before}: ${measured}.`
  const [low, high] = overall.ci95
  const interval = `(95 % interval ${formatSignedPercent(low - 1)} to ${formatSignedPercent(high - 1)})`
  return overall.verdict === 'no-difference-shown'
    ? `No difference shown between ${before} and ${after}: ${measured} ${interval}.`
    : `${after} is ${overall.verdict} than ${before}: ${measured} ${interval}.`
}

/** What no verdict means: that none of weight is there, or that it cannot be told. */
function whatIsOpen({ overall, threshold }: Facts): string {
  if (overall === null || overall.verdict !== 'no-difference-shown') return ''
  if (overall.ci95 === undefined) {
    return 'Nothing shows how much processes differ: give each run --executions 3 or more.'
  }
  const [low, high] = overall.ci95
  if (!overall.withinThreshold) return 'More executions of each would tell more.'
  return low > 1 || high < 1
    ? `There may well be one, but below the threshold of ${plainPercent(threshold)} it does not count.`
    : `One beyond the threshold of ${plainPercent(threshold)} is ruled out.`
}

/** What each configuration shows, where it says more than the overall verdict. */
function verdictsOfEach({ configurations, overall }: Facts): string {
  if (configurations.length < 2 || overall?.ci95 === undefined) return ''
  const having = (verdict: Verdict) => configurations.filter(({ latency }) => latency.verdict === verdict)
  const [slower, faster] = [having('slower'), having('faster')]
  if (slower.length + faster.length === 0) {
    return overall.verdict === 'no-difference-shown'
      ? ''
      : 'It shows over all configurations together; none of them shows it by itself, for which each would need more executions.'
  }
  if (slower.length === configurations.length || faster.length === configurations.length) {
    return 'Each configuration shows it by itself.'
  }
  const parts = [
    slower.length > 0 ? `slower by itself: ${configurationsPhrase(slower, configurations)}` : '',
    faster.length > 0 ? `faster by itself: ${configurationsPhrase(faster, configurations)}` : '',
  ].filter((part) => part !== '')
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function leftOut(unmatched: readonly UnmatchedConfiguration[]): string {
  if (unmatched.length === 0) return ''
  const missing = (side: 'before' | 'after') =>
    unmatched.filter((each) => each[side] === undefined).map(({ config }) => config)
  const parts: string[] = []
  const [onlyAfter, onlyBefore] = [missing('before'), missing('after')]
  if (onlyBefore.length > 0) parts.push(`${configsPhrase(onlyBefore)} only in the reference`)
  if (onlyAfter.length > 0) parts.push(`${configsPhrase(onlyAfter)} only in the new run`)
  const failed = unmatched.filter(({ before, after }) => before !== undefined && after !== undefined)
  if (failed.length > 0) {
    parts.push(`${configsPhrase(failed.map(({ config }) => config))} without numbers in one of them`)
  }
  return `Not compared: ${parts.join('; ')}.`
}

function nothingCompared({ before: was, after: is, unmatched }: Facts): Comparison['answer'] {
  const [before, after] = namesOf(was, is)
  if (unmatched.length === 0) {
    return { headline: `Nothing could be compared: neither ${before} nor ${after} has measured anything.` }
  }
  const common = unmatched.filter((each) => each.before !== undefined && each.after !== undefined)
  const has = (name: string, side: 'before' | 'after') => {
    const own = unmatched.filter((each) => each[side] !== undefined)
    const completed = own.filter((each) => each[side] === 'completed')
    if (own.length === 0) return `${name} has none`
    if (completed.length === 0) return `${name} completed none of its ${own.length}`
    return `${name} has ${configsPhrase(
      completed.map(({ config }) => config),
      unmatched.map(({ config }) => config),
    )}`
  }
  return {
    headline:
      common.length === 0
        ? `Nothing could be compared: ${before} and ${after} have no configuration in common.`
        : `Nothing could be compared: ${before} and ${after} completed no configuration that both have.`,
    support: `${has(before, 'before')}; ${has(after, 'after')}. A configuration is a batch size, execution provider, device, threads, dimensions and runtime.`,
  }
}

/** Names that tell the two runs apart: the files, else the experiments, else when they began. */
export function namesOf(before: ComparedRun, after: ComparedRun): [string, string] {
  if (before.source !== after.source) return [before.source, after.source]
  const [one, other] = [before.experiment ?? 'the reference', after.experiment ?? 'the new run']
  if (one !== other) return [one, other]
  const dated = (name: string, run: ComparedRun, fallback: string) =>
    run.started === undefined ? fallback : `${name} of ${run.started.slice(0, 16).replace('T', ' ')}`
  const [early, late] = [dated(one, before, 'the reference'), dated(other, after, 'the new run')]
  return early === late ? ['the reference', 'the new run'] : [early, late]
}

function scopeOf(configurations: readonly ComparedConfiguration[]): string {
  const [only] = configurations
  return configurations.length === 1 && only !== undefined
    ? `at batch ${only.config.batchSize}`
    : `over ${configurations.length} configurations`
}

/** `4.2 % higher`, `unchanged`. */
function changePhrase(ratio: number): string {
  if (Math.abs(ratio - 1) < 0.0005) return 'unchanged'
  return ratio > 1 ? `${formatPercent(ratio - 1)} higher` : `${formatPercent(1 - ratio)} lower`
}

function configurationsPhrase(
  some: readonly ComparedConfiguration[],
  all: readonly ComparedConfiguration[],
): string {
  return configsPhrase(
    some.map(({ config }) => config),
    all.map(({ config }) => config),
  )
}

/** `batch 1, 2 and 4`, with the series named where there are several. */
export function configsPhrase(configs: readonly TrialConfig[], all = configs): string {
  const series = new Map<string, TrialConfig[]>()
  for (const config of configs) {
    series.set(seriesKey(config), [...(series.get(seriesKey(config)) ?? []), config])
  }
  const several = new Set(all.map(seriesKey)).size > 1
  return [...series.values()]
    .map((group) => {
      const batches = listBatches(group.map(({ batchSize }) => batchSize))
      const sizes = group.length > 4 ? batches : `batch ${batches}`
      const [first] = group
      return several && first !== undefined ? `${sizes} on ${seriesLabel(first, all)}` : sizes
    })
    .join(', ')
}
