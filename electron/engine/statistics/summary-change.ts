import { mean } from './sums.ts'
import { defaultThreshold } from '../../contract/comparison.ts'
import type { Interval } from '../../contract/interval.ts'
import {
  conclude,
  correctedTogether,
  unjudged,
  type Change,
  type ConfigurationDifference,
} from './change-test.ts'
import { moderate } from './execution-variation.ts'
import { studentCritical, studentTail } from './student.ts'

/** What a run document tells of a configuration's mean. */
export interface MeanSummary {
  /** Above 0. */
  readonly mean: number
  /** As `executionsInterval` makes it. */
  readonly ci95?: Interval | undefined
  /** Executions (fresh processes), at least 1. */
  readonly executions: number
}

export interface MatchedSummaries {
  readonly before: MeanSummary
  readonly after: MeanSummary
}

export interface SummaryChange {
  readonly overall: Change
  /** In the order given. */
  readonly configurations: readonly Change[]
}

const tail = 0.05

/**
 * The same questions as `compareExecutions` answers, from intervals alone: standard errors are read back from the 95 %
 * intervals, with the degrees of freedom that those were made with, and differences are held against Student's t with
 * Welch's degrees of freedom. Nothing can be permuted, and drift between rounds cannot be seen.
 *
 * `undefined` without configurations. Where a run executed everything once there are ratios, and no verdict: its
 * intervals tell how samples vary, and not how processes do.
 */
export function compareSummaries(
  configurations: readonly MatchedSummaries[],
  options: { threshold?: number } = {},
): SummaryChange | undefined {
  if (configurations.length === 0) return undefined
  if (configurations.some((each) => !(each.before.mean > 0 && each.after.mean > 0))) return undefined
  const threshold = options.threshold ?? defaultThreshold
  const before = readSide(configurations.map((each) => each.before))
  const after = readSide(configurations.map((each) => each.after))
  const differences = configurations.map((each) => Math.log(each.after.mean / each.before.mean))
  const overall = mean(differences)

  const each = differences.map((difference, index): ConfigurationDifference | undefined => {
    const [one, other] = [before[index], after[index]]
    return one === undefined || other === undefined ? undefined : testOf(difference, one, other)
  })
  const known = each.every((one) => one !== undefined) ? each : undefined
  if (known === undefined) return { overall: unjudged(overall), configurations: differences.map(unjudged) }

  const all = testOf(overall, meanOf(before), meanOf(after))
  const counts = configurations.map((one) => ({
    before: one.before.executions,
    after: one.after.executions,
  }))
  const ps = correctedTogether(all, known, counts, threshold)
  return {
    overall: conclude(all, ps.overall, threshold),
    configurations: known.map((one, index) => conclude(one, ps.each[index] ?? 1, threshold)),
  }
}

/** Variance of a mean on the logarithmic scale, and the degrees of freedom it rests on. */
interface Uncertainty {
  readonly variance: number
  readonly degreesOfFreedom: number
  /** Without what it borrows from other configurations. */
  readonly ownDegrees: number
}

function readSide(summaries: readonly MeanSummary[]): (Uncertainty | undefined)[] {
  const total = summaries.reduce((sum, { executions }) => sum + Math.max(0, executions - 1), 0)
  const variation = total > 0 ? { between: 1, ratio: 1, degreesOfFreedom: total } : undefined
  return summaries.map(({ ci95, executions }) => {
    if (ci95 === undefined || !(ci95[0] > 0 && Number.isFinite(ci95[1]))) return undefined
    const own = executions > 1 ? { variance: 1, degreesOfFreedom: executions - 1, within: 0 } : undefined
    const degreesOfFreedom = moderate(own, variation, 0)?.degreesOfFreedom ?? 0
    if (degreesOfFreedom === 0) return undefined
    const halfWidth = Math.log(ci95[1] / ci95[0]) / 2
    const variance = (halfWidth / studentCritical(tail, degreesOfFreedom)) ** 2
    return { variance, degreesOfFreedom, ownDegrees: executions - 1 }
  })
}

/** Of the mean over configurations. Their variances lean on each other, so their degrees of freedom do not add up. */
function meanOf(side: readonly (Uncertainty | undefined)[]): Uncertainty {
  const known = side.flatMap((each) => each ?? [])
  return {
    variance: known.reduce((sum, { variance }) => sum + variance, 0) / known.length ** 2,
    degreesOfFreedom: Math.min(...known.map(({ degreesOfFreedom }) => degreesOfFreedom)),
    ownDegrees: Math.min(...known.map(({ ownDegrees }) => ownDegrees)),
  }
}

function testOf(difference: number, one: Uncertainty, other: Uncertainty): ConfigurationDifference {
  const variance = one.variance + other.variance
  const spread = one.variance ** 2 / one.degreesOfFreedom + other.variance ** 2 / other.degreesOfFreedom
  const degreesOfFreedom = spread > 0 ? variance ** 2 / spread : one.degreesOfFreedom + other.degreesOfFreedom
  const error = Math.sqrt(variance)
  const statistic = difference === 0 ? 0 : difference / error
  return {
    difference,
    halfWidth: studentCritical(tail, degreesOfFreedom) * error,
    p: studentTail(statistic, degreesOfFreedom),
    pAlone: studentTail(statistic, one.ownDegrees + other.ownDegrees),
  }
}
