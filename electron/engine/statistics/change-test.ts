import { mean, squaresAroundMean, sum } from './sums.ts'
import { defaultThreshold, type Verdict } from '../../contract/comparison.ts'
import type { Interval } from '../../contract/interval.ts'
import { areTooFew, leastP, shareOf, type ExecutionCounts } from './few-executions.ts'
import { executionVariation, moderate, withinVariance, type Scatter } from './execution-variation.ts'
import { holmAdjusted } from './holm.ts'
import { permuteLabels } from './label-permutation.ts'
import type { MeanEstimate } from './mean-estimate.ts'
import { createRandom, deriveSeed, type Random } from './random.ts'
import { criticalOf, residualNull, tailOf } from './residual-permutation.ts'
import { driftInflation, type BlockResidual, type DriftInflation } from './run-drift.ts'
import { studentCritical, studentTail } from './student.ts'

/** What one execution (fresh process) measured. */
export interface ExecutionEstimate extends MeanEstimate {
  /** The round of its run that it belongs to, where known: what a round's executions share is allowed for. */
  readonly block?: number
}

/** A configuration that both runs measured: its executions in the reference and in the new run, at least one each. */
export interface MatchedExecutions {
  readonly before: readonly ExecutionEstimate[]
  readonly after: readonly ExecutionEstimate[]
}

export interface ChangeOptions {
  /** Differences up to this fraction do not matter, in [0, 1); 0.03 by default. */
  readonly threshold?: number
  readonly seed?: number
}

/** How a quantity changed from the reference to the new run. */
export interface Change {
  /** New over reference. */
  readonly ratio: number
  /** Absent where nothing shows how executions vary. */
  readonly ci95?: Interval
  /** To be held against 0.05: corrected for all comparisons together. Absent where there is no test. */
  readonly p?: number
  /** For quantities of which less is better, as latency. */
  readonly verdict: Verdict
  /** True when a difference beyond the threshold is ruled out at 95 %. */
  readonly withinThreshold: boolean
}

/** How the overall p-value came about. */
export type OverallTest =
  | { readonly kind: 'permutation'; readonly exact: boolean; readonly labellings: number }
  | { readonly kind: 'student' }
  | { readonly kind: 'none' }

export interface ChangeTest {
  /** The geometric mean of the ratios of all configurations. */
  readonly overall: Change
  /** In the order given. */
  readonly configurations: readonly Change[]
  readonly test: OverallTest
  /** Set where the machine's speed differed between the rounds of a run, so that the overall interval is wider. */
  readonly drift?: DriftInflation
}

const level = 0.05

/**
 * Of the level, the overall test has this share; the rest is for configurations that differ in opposite directions, which
 * an overall mean cannot see.
 */
const overallShare = 0.8

/** With fewer degrees of freedom there are too few residuals to permute: Student's t then. */
const fewestResidualDegrees = 16

/**
 * Compares two runs by the means of their executions, on the logarithmic scale. Executions are the unit: samples of one
 * process say nothing of how the next one will run. Rounds of different runs have nothing in common, so nothing is paired.
 *
 * Overall: labels permuted within configurations (`permuteLabels`), or Student's t where they can be arranged in too
 * few ways; the interval is Student's t with the variances of all configurations and Satterthwaite's degrees of
 * freedom. Where rounds are known and differ, both allow for it (`driftInflation`).
 *
 * Each configuration: studentised with its own variation moderated by that of all (`moderate`, as for intervals),
 * against permuted residuals of all (`residualNull`); the interval takes the same distribution's critical value.
 *
 * Together: the probability of any verdict is at most 5 % where nothing differs. The overall test takes 4 % of it, Holm's
 * procedure over the configurations 1 %, each by its own variation alone; once the overall test has found a difference, its
 * share passes on, and Holm has all 5 % (Bretz et al. 2009, A graphical approach to sequentially rejective multiple test
 * procedures).
 *
 * Where executions are too few to tell modes of a process from a change (`areTooFew`), verdicts are harder to get
 * (`leastP`); estimates and intervals stay what they are.
 *
 * A verdict also needs an interval that excludes 1 and is not wholly within the threshold, [1 / (1 + t), 1 + t].
 *
 * `undefined` without configurations. With one execution a side everywhere there are ratios, and no verdict.
 */
export function compareExecutions(
  configurations: readonly MatchedExecutions[],
  options: ChangeOptions = {},
): ChangeTest | undefined {
  const usable = configurations.every((each) => isUsable(each.before) && isUsable(each.after))
  if (configurations.length === 0 || !usable) return undefined
  const threshold = options.threshold ?? defaultThreshold
  const seed = options.seed ?? 1
  const rows = readRows(configurations)
  if (rows.every(({ own }) => own.degreesOfFreedom === 0)) return withoutVariation(rows)

  const overall = overallOf(configurations, rows, createRandom(deriveSeed(seed, 'labels')))
  const each = eachOf(rows, createRandom(deriveSeed(seed, 'residuals')))
  const counts = rows.map(({ before, after }) => ({ before: before.length, after: after.length }))
  const ps = correctedTogether(overall, each, counts, threshold)
  return {
    overall: conclude(overall, ps.overall, threshold),
    configurations: each.map((one, index) => conclude(one, ps.each[index] ?? 1, threshold)),
    test: overall.test,
    ...(overall.drift && { drift: overall.drift }),
  }
}

/** A difference of logarithms with its interval and the p-value of its own test. */
export interface Difference {
  readonly difference: number
  readonly halfWidth: number
  readonly p: number
}

/** The same of one configuration among several. */
export interface ConfigurationDifference extends Difference {
  /**
   * The p-value without trust in what other configurations show of variation: what it takes to find a difference where
   * the overall test finds none. A configuration that varies more than the rest would else cry wolf.
   */
  readonly pAlone: number
}

/**
 * The p-values of all tests, corrected so that each can be held against 0.05 (see `compareExecutions`). `counts` are the
 * executions of each configuration.
 */
export function correctedTogether(
  overall: Difference,
  each: readonly ConfigurationDifference[],
  counts: readonly ExecutionCounts[],
  threshold: number,
): { overall: number; each: number[] } {
  if (!areTooFew(counts)) return corrected(overall, each, threshold)
  const shares = counts.map(shareOf)
  const doubted = (p: number, difference: number, share: number) => Math.max(p, leastP(difference, share))
  return corrected(
    { ...overall, p: doubted(overall.p, overall.difference, sum(shares) / counts.length ** 2) },
    each.map((one, index) => {
      const doubt = (p: number) => doubted(p, one.difference, shares[index] ?? 1)
      return { ...one, p: doubt(one.p), pAlone: doubt(one.pAlone) }
    }),
    threshold,
  )
}

function corrected(
  overall: Difference,
  each: readonly ConfigurationDifference[],
  threshold: number,
): { overall: number; each: number[] } {
  // Of one configuration there is one question, not two.
  if (each.length === 1) return { overall: overall.p, each: [overall.p] }
  const ofOverall = Math.min(1, overall.p / overallShare)
  const found = conclude(overall, ofOverall, threshold).verdict !== 'no-difference-shown'
  const together = holmAdjusted(each.map(({ p }) => p))
  const alone = holmAdjusted(each.map(({ p, pAlone }) => Math.max(p, pAlone)))
  return {
    overall: ofOverall,
    each: together.map((p, index) => {
      const ungated = Math.min(1, (alone[index] ?? 1) / (1 - overallShare))
      return found ? Math.min(ungated, Math.max(ofOverall, p)) : ungated
    }),
  }
}

/** The verdict on a difference of which more is slower. */
export function conclude({ difference, halfWidth }: Difference, p: number, threshold: number): Change {
  const ci95: Interval = [Math.exp(difference - halfWidth), Math.exp(difference + halfWidth)]
  const bounded = ci95[0] > 0 && Number.isFinite(ci95[1])
  const beyond = Math.log1p(threshold)
  const withinThreshold = Math.abs(difference) + halfWidth <= beyond
  const shown = p <= level && Math.abs(difference) > halfWidth && !withinThreshold
  const verdict: Verdict = shown ? (difference > 0 ? 'slower' : 'faster') : 'no-difference-shown'
  return { ratio: Math.exp(difference), ...(bounded && { ci95 }), p, verdict, withinThreshold }
}

interface Row {
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly difference: number
  /** Variance of a difference over that of an execution: 1 / executions before + 1 / executions after. */
  readonly share: number
  readonly own: Scatter
  /** Of the difference, as far as samples within executions account for it. */
  readonly within: number
}

function isUsable(executions: readonly MeanEstimate[]): boolean {
  return executions.length > 0 && executions.every(({ mean }) => mean > 0 && Number.isFinite(mean))
}

function readRows(configurations: readonly MatchedExecutions[]): Row[] {
  return configurations.map((configuration) => {
    const before = configuration.before.map(({ mean }) => Math.log(mean))
    const after = configuration.after.map(({ mean }) => Math.log(mean))
    const degreesOfFreedom = before.length + after.length - 2
    const squares = squaresAroundMean(before) + squaresAroundMean(after)
    return {
      ...{ before, after },
      difference: mean(after) - mean(before),
      share: shareOf({ before: before.length, after: after.length }),
      own: {
        variance: degreesOfFreedom > 0 ? squares / degreesOfFreedom : 0,
        degreesOfFreedom,
        within: withinVariance([...configuration.before, ...configuration.after]),
      },
      within:
        withinVariance(configuration.before) / before.length +
        withinVariance(configuration.after) / after.length,
    }
  })
}

/** A change of which nothing can be said but its size; `difference` is of the logarithms. */
export function unjudged(difference: number): Change {
  return { ratio: Math.exp(difference), verdict: 'no-difference-shown', withinThreshold: false }
}

/** One execution a side: ratios, and nothing to hold them against. */
function withoutVariation(rows: readonly Row[]): ChangeTest {
  return {
    overall: unjudged(mean(rows.map(({ difference }) => difference))),
    configurations: rows.map(({ difference }) => unjudged(difference)),
    test: { kind: 'none' },
  }
}

function overallOf(
  configurations: readonly MatchedExecutions[],
  rows: readonly Row[],
  random: Random,
): Difference & { test: OverallTest; drift: DriftInflation | undefined } {
  const count = rows.length
  const difference = mean(rows.map((row) => row.difference))
  const variation = executionVariation(repeatedScatters(rows))
  // Variances of the differences; those of configurations that were not repeated as all others vary.
  const parts = rows.map(({ own, share }) =>
    own.degreesOfFreedom > 0
      ? { variance: own.variance * share, degreesOfFreedom: own.degreesOfFreedom }
      : {
          variance: (moderate(undefined, variation, own.within)?.variance ?? 0) * share,
          degreesOfFreedom: variation?.degreesOfFreedom ?? 0,
        },
  )
  const sumOfVariances = sum(parts.map(({ variance }) => variance))
  const spread = sum(parts.map((part) => part.variance ** 2 / part.degreesOfFreedom))
  const independentDegrees =
    spread > 0 ? sumOfVariances ** 2 / spread : sum(rows.map(({ own }) => own.degreesOfFreedom))
  const drift = count > 1 ? driftInflation(blockResiduals(configurations, rows)) : undefined
  const degreesOfFreedom = drift?.degreesOfFreedom ?? independentDegrees
  const critical = studentCritical(level, degreesOfFreedom)
  const error = errorOf((sumOfVariances / count ** 2) * (drift?.factor ?? 1), withinOf(rows), critical)
  const halfWidth = critical * error
  const byStudent = studentTail(difference === 0 ? 0 : difference / error, degreesOfFreedom)

  const permuted = permuteLabels(
    rows.map(({ before, after, share, own, within }) => ({
      ...{ before, after },
      // Agreement by luck counts for no more than it does in the interval.
      leastVariance: Math.max(
        within / studentCritical(level, Math.max(1, own.degreesOfFreedom)) ** 2,
        own.degreesOfFreedom > 0 ? 0 : (variation?.between ?? 0) * share,
      ),
    })),
    count > 1 ? level * overallShare : level,
    random,
  )
  if (permuted === undefined) return { difference, halfWidth, p: byStudent, test: { kind: 'student' }, drift }
  return {
    ...{ difference, halfWidth, drift },
    p: drift === undefined ? permuted.p : Math.max(permuted.p, byStudent),
    test: { kind: 'permutation', exact: permuted.exact, labellings: permuted.labellings },
  }
}

function eachOf(rows: readonly Row[], random: Random): ConfigurationDifference[] {
  const variation = executionVariation(repeatedScatters(rows))
  const between = variation?.between ?? 0
  const permutes =
    rows.length > 1 &&
    (variation?.degreesOfFreedom ?? 0) >= fewestResidualDegrees &&
    rows.some(({ own }) => own.variance > 0)
  const distribution = permutes
    ? residualNull(
        rows.map(({ before, after, own }) => {
          const unit = Math.sqrt(own.within + between) || 1
          const from = (logs: readonly number[]) => logs.map((log) => (log - mean(logs)) / unit)
          return { before: from(before), after: from(after) }
        }),
        random,
      )
    : undefined
  return rows.map(({ difference, share, own, within }) => {
    const repeated = own.degreesOfFreedom > 0 ? own : undefined
    const scatter = moderate(repeated, variation, own.within)
    const degreesOfFreedom = scatter?.degreesOfFreedom ?? 0
    const critical =
      distribution === undefined ? studentCritical(level, degreesOfFreedom) : criticalOf(distribution, level)
    const error = errorOf((scatter?.variance ?? 0) * share, within, critical)
    const statistic = difference === 0 ? 0 : difference / error
    const p =
      distribution === undefined ? studentTail(statistic, degreesOfFreedom) : tailOf(distribution, statistic)
    const ownError = errorOf(own.variance * share, within, critical)
    const pAlone = studentTail(difference === 0 ? 0 : difference / ownError, own.degreesOfFreedom)
    return { difference, halfWidth: critical * error, p, pAlone }
  })
}

/**
 * Standard error from the variance that executions show. Those that agree by luck must not promise more than their
 * samples can: the half width of the interval is at least one standard error of the samples.
 */
function errorOf(variance: number, within: number, critical: number): number {
  return Math.sqrt(Math.max(variance, within / critical ** 2))
}

function withinOf(rows: readonly Row[]): number {
  return sum(rows.map(({ within }) => within)) / rows.length ** 2
}

function repeatedScatters(rows: readonly Row[]): Scatter[] {
  return rows.flatMap(({ own }) => (own.degreesOfFreedom > 0 ? [own] : []))
}

function blockResiduals(configurations: readonly MatchedExecutions[], rows: readonly Row[]): BlockResidual[] {
  return configurations.flatMap((configuration, index) =>
    (['before', 'after'] as const).flatMap((run) => {
      const logs = rows[index]?.[run] ?? []
      const middle = mean(logs)
      return configuration[run].flatMap(({ block }, at) =>
        block === undefined
          ? []
          : {
              ...{ run, block, executions: logs.length },
              weighted: ((logs[at] ?? middle) - middle) / logs.length / rows.length,
            },
      )
    }),
  )
}
