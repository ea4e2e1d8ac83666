import type { DraftField, DraftProblem, ExperimentDraft, Rules } from '../../contract/experiment.ts'
import { readNumber, readWhole, refused, understood, type Reading } from './draft-reading.ts'
import { defaultRules } from './rules.ts'

/** No single window of measuring or warming up is longer than an hour, in ms. */
const longestWindowMs = 3_600_000

/** A warm-up that does not settle goes on for this many times its least duration, but not past the default maximum. */
const warmupStretch = 40

type RuleField = Extract<
  DraftField,
  'executions' | 'maxExecutions' | 'tolerance' | 'minTime' | 'maxTime' | 'warmupTime' | 'timeout'
>

/**
 * The measurement rules that a draft's fields mean. One time given moves the others out of its way (a maximum below
 * the default minimum lowers the minimum); two that contradict each other are a problem. A time budget makes the windows
 * shorter that no time was given for, so that a search fits into it.
 */
export function readRules(
  draft: ExperimentDraft,
  timeBudgetMs?: number,
): { rules: Rules; problems: DraftProblem[] } {
  const problems: DraftProblem[] = []
  const take = (field: RuleField, read: (text: string) => Reading<number>): number | undefined => {
    const text = draft[field]?.trim() ?? ''
    if (text === '') return undefined
    const reading = read(text)
    if (reading.ok) return reading.value
    problems.push({ field, ...reading.problem })
    return undefined
  }
  const milliseconds = (what: string, least: number) => (text: string) =>
    readNumber(text, { what, least, most: longestWindowMs, unit: ' ms' })

  const executions = take('executions', (text) =>
    readWhole(text, { what: 'Executions', least: 1, most: 100 }),
  )
  const mostExecutions = take('maxExecutions', (text) =>
    readWhole(text, { what: 'Most executions', least: 1, most: 100 }),
  )
  const tolerance = take('tolerance', readTolerance)
  const minimum = take('minTime', milliseconds('Minimum time', 0))
  const maximum = take('maxTime', milliseconds('Maximum time', 1))
  const warmup = take('warmupTime', milliseconds('Warm-up time', 0))
  const timeout = take('timeout', (text) =>
    readNumber(text, { what: 'Time limit', least: 0.1, most: 86_400, unit: ' s' }),
  )

  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    problems.push({
      field: 'maxTime',
      message: `Maximum time "${maximum}" ms is shorter than the minimum time "${minimum}" ms.`,
      hint: 'Raise the maximum or lower the minimum.',
    })
  }
  if (mostExecutions !== undefined && mostExecutions < (executions ?? defaultRules.executions)) {
    problems.push({
      field: 'maxExecutions',
      message: `Most executions "${mostExecutions}" are fewer than the ${executions ?? defaultRules.executions} that every trial gets.`,
      hint: 'Raise the most, or lower the executions.',
    })
  }
  const longest = longestWithin(timeBudgetMs)
  const window = {
    minimumMs: minimum ?? Math.min(defaultRules.minimumMs, maximum ?? longest),
    maximumMs: maximum ?? Math.max(Math.min(defaultRules.maximumMs, longest), minimum ?? 0),
  }
  const warming = warmup === undefined ? warmupWithin(longest) : warmupRules(warmup)
  const rules: Rules = {
    ...defaultRules,
    executions: executions ?? defaultRules.executions,
    // Who asks for more of every trial asks for no fewer of a contender.
    mostExecutions: mostExecutions ?? Math.max(defaultRules.mostExecutions, executions ?? 0),
    tolerance: tolerance ?? defaultRules.tolerance,
    ...window,
    ...warming,
  }

  const leastMs = rules.warmupMinimumMs + rules.minimumMs
  if (timeout !== undefined && timeout * 1000 <= leastMs) {
    problems.push({
      field: 'timeout',
      message: `Time limit "${timeout}" s is over before warm-up and measuring can be (${leastMs} ms).`,
      hint: 'Raise the time limit, or lower the minimum and warm-up times.',
    })
  }
  // Windows longer than usual must not run into the default limit, which is there for hosts that hang.
  const roomMs = 2 * (rules.warmupMaximumMs + rules.maximumMs)
  rules.timeoutMs = timeout === undefined ? Math.max(defaultRules.timeoutMs, roomMs) : timeout * 1000
  return { rules, problems }
}

/** So many windows of measuring, and as many of warming up, ought to fit into a time budget: a search takes about thirty. */
const windowsInBudget = 40

/** Shorter windows than this say too little, however short the time, in ms. */
const shortestWindowMs = 100

/** How long one window may take where there is a time budget, in ms; Infinity without one. */
function longestWithin(timeBudgetMs: number | undefined): number {
  return timeBudgetMs === undefined
    ? Infinity
    : Math.max(shortestWindowMs, Math.round(timeBudgetMs / windowsInBudget))
}

/** The warm-up of a time budget: no longer than a window of measuring. */
function warmupWithin(longestMs: number): Partial<Rules> {
  return {
    warmupMinimumMs: Math.min(defaultRules.warmupMinimumMs, longestMs),
    warmupMaximumMs: Math.min(defaultRules.warmupMaximumMs, longestMs),
  }
}

function warmupRules(leastMs: number): Partial<Rules> {
  const stretched = Math.min(defaultRules.warmupMaximumMs, leastMs * warmupStretch)
  return { warmupMinimumMs: leastMs, warmupMaximumMs: Math.max(leastMs, stretched) }
}

/** Finer than a tenth of a percent no machine repeats itself; half is no answer any more. Fractions. */
const toleranceBounds = { least: 0.001, most: 0.5 }

/** A tolerance as a fraction, written as a percentage or as the fraction: `2%`, `0.02`. */
export function readTolerance(text: string): Reading<number> {
  const hint = 'Write a percentage from 0.1% to 50%, as in 2%, or the fraction, as in 0.02.'
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim())
  if (match === null) return refused(`Tolerance "${text}" is no percentage.`, hint)
  const [, amount = '', percent] = match
  const tolerance = percent === '%' ? Number(amount) / 100 : Number(amount)
  if (tolerance < toleranceBounds.least) return refused(`Tolerance "${text}" is below 0.1 %.`, hint)
  if (tolerance > toleranceBounds.most) {
    const meant = percent === '' && tolerance <= 50 ? `Did you mean ${amount}%? ` : ''
    return refused(`Tolerance "${text}" is above 50 %.`, `${meant}${hint}`)
  }
  return understood(tolerance)
}
