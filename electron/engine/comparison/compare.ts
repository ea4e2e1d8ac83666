import type {
  ComparedConfiguration,
  Comparison,
  LatencyChange,
  UnmatchedConfiguration,
} from '../../contract/comparison.ts'
import type { Interval } from '../../contract/interval.ts'
import { compareExecutions, type Change, type ExecutionEstimate } from '../statistics/change-test.ts'
import { compareSummaries, type MeanSummary } from '../statistics/summary-change.ts'
import { answerOf } from './answer.ts'
import { cautionsOf } from './cautions.ts'
import { environmentDifferences } from './environment-differences.ts'
import { matchConfigurations, type Match, type MeasuredTrial } from './match.ts'
import { executionNotes, summaryNotes } from './method-notes.ts'
import type { ComparedSide } from './side.ts'

export interface CompareOptions {
  /** A fraction in [0, 1). */
  readonly threshold: number
  /** Name and version of the program. */
  readonly generator: string
}

/**
 * Compares a run with a reference, configuration by configuration and overall. Rests on executions where both runs tell
 * them of all matched configurations, else on the summaries of both. Never fails: where there is nothing to compare it says so.
 */
export function compareRuns(
  before: ComparedSide,
  after: ComparedSide,
  { threshold, generator }: CompareOptions,
): Comparison {
  const { matches, unmatched } = matchConfigurations(before, after)
  const withExecutions = matches.every(
    (match) => match.before.executions !== undefined && match.after.executions !== undefined,
  )
  const changes = withExecutions ? byExecutions(matches, threshold) : bySummaries(matches, threshold)
  const configurations = matches.map((match, index) =>
    configurationOf(match, changes.latencies[index], changes.throughputs[index]),
  )
  const differences = environmentDifferences(before, after)
  const facts = {
    ...{ before: before.run, after: after.run, threshold, differences, configurations },
    unmatched: sortedByWhy(unmatched),
    overall: changes.overall === undefined ? null : latencyChange(changes.overall),
  }
  return {
    format: 'batchscope-comparison',
    formatVersion: 1,
    generator,
    ...facts,
    method: withExecutions ? 'executions' : 'summaries',
    methodNotes: changes.notes,
    cautions: cautionsOf(facts, matches),
    answer: answerOf(facts),
  }
}

interface Changes {
  readonly overall: Change | undefined
  readonly latencies: readonly Change[]
  /** Of the time per sample of the whole window, the throughput's reciprocal. */
  readonly throughputs: readonly Change[]
  readonly notes: string[]
}

function byExecutions(matches: readonly Match[], threshold: number): Changes {
  const estimates = ({ executions = [] }: MeasuredTrial, of: 'latency' | 'period'): ExecutionEstimate[] =>
    executions.map((each) => each[of])
  const test = (of: 'latency' | 'period') =>
    compareExecutions(
      matches.map(({ before, after }) => ({ before: estimates(before, of), after: estimates(after, of) })),
      { threshold },
    )
  const latency = test('latency')
  return {
    overall: latency?.overall,
    latencies: latency?.configurations ?? [],
    throughputs: test('period')?.configurations ?? [],
    notes: latency === undefined ? [] : executionNotes(latency, matches),
  }
}

function bySummaries(matches: readonly Match[], threshold: number): Changes {
  const test = (summaryOf: (trial: MeasuredTrial) => MeanSummary) =>
    compareSummaries(
      matches.map(({ before, after }) => ({ before: summaryOf(before), after: summaryOf(after) })),
      { threshold },
    )
  const latency = test(({ report }) => ({
    ...{ mean: report.latencyMs.mean, ci95: report.latencyMs.meanCi95, executions: report.executions },
  }))
  const period = test(({ report: { throughput, executions } }) => ({
    mean: 1 / throughput.itemsPerSecond,
    ci95: throughput.ci95 && turnedOver(throughput.ci95),
    executions,
  }))
  return {
    overall: latency?.overall,
    latencies: latency?.configurations ?? [],
    throughputs: period?.configurations ?? [],
    notes: latency === undefined ? [] : summaryNotes(matches, latency.overall),
  }
}

function configurationOf(
  { before, after }: Match,
  latency: Change | undefined,
  period: Change | undefined,
): ComparedConfiguration {
  const [was, is] = [before.report, after.report]
  const hostRatio = ratioOf(was.memory.hostPeakBytes, is.memory.hostPeakBytes)
  const deviceRatio = ratioOf(was.memory.devicePeakBytes, is.memory.devicePeakBytes)
  return {
    config: was.config,
    beforeTrialId: was.id,
    afterTrialId: is.id,
    latency: latencyChange(
      latency ?? {
        ratio: latencyOf(after) / latencyOf(before),
        verdict: 'no-difference-shown',
        withinThreshold: false,
      },
    ),
    beforeMs: latencyOf(before),
    afterMs: latencyOf(after),
    throughput: {
      ratio:
        period === undefined
          ? is.throughput.itemsPerSecond / was.throughput.itemsPerSecond
          : 1 / period.ratio,
      ...(period?.ci95 && { ci95: turnedOver(period.ci95) }),
    },
    memory: { ...(hostRatio && { hostRatio }), ...(deviceRatio && { deviceRatio }) },
    beforeExecutions: before.executions?.length ?? was.executions,
    afterExecutions: after.executions?.length ?? is.executions,
  }
}

/** What the ratio is made of: the geometric mean over executions, where they are known. */
function latencyOf({ report, executions }: MeasuredTrial): number {
  if (executions === undefined) return report.latencyMs.mean
  const logs = executions.map(({ latency }) => Math.log(latency.mean))
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
}

function latencyChange({ ratio, ci95, p, verdict, withinThreshold }: Change): LatencyChange {
  return { ratio, ...(ci95 && { ci95 }), ...(p !== undefined && { p }), verdict, withinThreshold }
}

function turnedOver([low, high]: Interval): Interval {
  return [1 / high, 1 / low]
}

function ratioOf(before: number | undefined, after: number | undefined): number | undefined {
  return before !== undefined && after !== undefined && before > 0 && after > 0 ? after / before : undefined
}

/** Those that one run did not have come last: that both had them and one failed is news. */
function sortedByWhy(unmatched: readonly UnmatchedConfiguration[]): UnmatchedConfiguration[] {
  const isMissing = ({ before, after }: UnmatchedConfiguration) =>
    Number(before === undefined || after === undefined)
  return [...unmatched].sort((one, other) => isMissing(one) - isMissing(other))
}
