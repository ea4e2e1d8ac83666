import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import type { Environment } from '../../contract/environment.ts'
import type { ExperimentSpec, Slo } from '../../contract/experiment.ts'
import type { TrialDrift } from '../../contract/output-drift.ts'
import type { TrialTime } from '../../contract/time-breakdown.ts'
import type { Execution, Skip, Trial } from '../../contract/trial.ts'
import { answerOf } from './answer.ts'
import { boundaryOf } from './boundary.ts'
import { chooseBest, mayBeRecommended, type Candidate } from './candidate.ts'
import { driftFlag, driftOf, withFlag } from './drift.ts'
import { measure, variationOf } from './measurement.ts'
import { namesIn } from './phrases.ts'
import { recommend } from './recommend.ts'
import { inPlannedOrder, seriesOf, withFits } from './series.ts'
import { reportMeasured, type TrialEvidence } from './trial-report.ts'
import { isOfKnownOutputs, summariseVariants, type KnownModels } from './variants.ts'

export interface AnalyseInput {
  readonly spec: ExperimentSpec
  readonly trials: readonly Trial[]
  readonly executions: readonly Execution[]
  /** By trial id. */
  readonly skips: ReadonlyMap<string, Skip>
  /** A latency bound in place of the experiment's own; null for none. */
  readonly slo?: Slo | null | undefined
  /** Outputs of variants beside the reference's, by trial id. */
  readonly outputDrifts?: ReadonlyMap<string, TrialDrift> | undefined
  /** Where the time of calls on a device went, by trial id. */
  readonly trialTimes?: ReadonlyMap<string, TrialTime> | undefined
  /** What was measured, for what is told of variants. */
  readonly models?: KnownModels | undefined
  /** The machine that measured: its memory bounds what fits where there is no budget. */
  readonly environment?: Environment | undefined
}

/**
 * Everything that an experiment's executions show: one report a trial, series, the memory boundary, one recommendation a
 * goal, and the answer. The same input gives the same analysis; it never fails, and says where the data are too few.
 *
 * Of variants only those are recommended whose outputs are known to be close to the reference's.
 *
 * The boundary is that of the series with the highest throughput; where that has none, of the first series that has one.
 */
export function analyse(input: AnalyseInput): Analysis {
  const { spec, trials, executions, skips, slo, environment, outputDrifts, trialTimes, models } = input
  const byTrial = new Map<string, Execution[]>()
  for (const execution of executions) {
    const group = byTrial.get(execution.trialId)
    if (group === undefined) byTrial.set(execution.trialId, [execution])
    else group.push(execution)
  }
  const executionsOf = (id: string) => byTrial.get(id) ?? []
  const evidence = trials.map((trial): TrialEvidence => {
    const own = executionsOf(trial.id)
    return {
      ...{ trial, executions: own, skip: skips.get(trial.id), measurement: measure(own) },
      drift: outputDrifts?.get(trial.id),
      time: trialTimes?.get(trial.id),
    }
  })
  const variation = variationOf(evidence.map(({ measurement }) => measurement))
  const drift = driftOf(evidence.map(({ measurement }) => measurement))
  const reported = evidence.flatMap((each) => {
    const report = reportMeasured(each, spec.seed, spec.rules, variation)
    if (report === undefined) return []
    const flag = driftFlag(drift, each.measurement?.executions.length ?? 0)
    return [{ report: withFlag(report, flag), measurement: each.measurement }]
  })
  const reports = reported.map(({ report }) => report)
  const measured = reported.flatMap(({ report, measurement }): Candidate[] =>
    report.outcome === 'completed' && measurement !== undefined && mayBeRecommended(report)
      ? [{ report, measurement }]
      : [],
  )

  const reportOf = new Map(reports.map((report) => [report.id, report]))
  const limits = { constraints: spec.constraints, environment }
  const series = inPlannedOrder(seriesOf(reports), spec).map((each) => withFits(each, reportOf, limits))
  const variants = summariseVariants({ spec, reports: reportOf, series, candidates: measured, models })
  const candidates = measured.filter((candidate) => isOfKnownOutputs(candidate, variants))
  const fastest = chooseBest(candidates, 'throughput', spec.rules.tolerance)?.best.report.id
  const ordered = [...series].sort(
    (one, other) =>
      Number(other.trialIds.includes(fastest ?? '')) - Number(one.trialIds.includes(fastest ?? '')),
  )
  const boundary =
    ordered
      .map(({ trialIds }) =>
        boundaryOf(
          trialIds.flatMap((id) => reportOf.get(id) ?? []),
          executionsOf,
          limits,
        ),
      )
      .find((each) => each !== null) ?? null

  const bound = slo === undefined ? spec.constraints.slo : (slo ?? undefined)
  const shared = {
    ...{ candidates, boundary, series, nameOf: namesIn(reports) },
    ...{ constraints: spec.constraints, tolerance: spec.rules.tolerance, slo: bound },
  }
  const recommendations = recommend({ ...shared, nothing: whyNothing(reports, measured) })
  return {
    trials: reports,
    series,
    boundary,
    recommendations,
    ...(variants.length > 0 && { variants }),
    ...(drift !== undefined && { drift }),
    answer: answerOf({ ...shared, trials: reports, recommendations, variants }),
    ...(bound !== undefined && { slo: bound }),
  }
}

/** Why no trial can be recommended, as one sentence. */
function whyNothing(reports: readonly TrialReport[], measured: readonly Candidate[]): string {
  const completed = reports.filter(({ outcome }) => outcome === 'completed')
  if (reports.length === 0) return 'Nothing has been measured yet.'
  if (measured.length > 0) {
    return 'Nothing can be recommended: the reference has no numbers, and no variant is known to give its outputs.'
  }
  if (completed.length > 0) {
    return completed.some(({ flags }) => flags.some(({ name }) => name === 'batch-ignored'))
      ? 'Nothing can be recommended: the model ignores the batch size, so its throughput is not what it seems.'
      : 'Nothing can be recommended: no trial has more than one sample.'
  }
  const ranOut = (report: TrialReport) =>
    report.outcome === 'out-of-memory' ||
    (report.outcome === 'skipped' && report.failure.code === 'skipped-after-out-of-memory')
  if (reports.every(ranOut)) {
    return 'No batch size fits: every one that was tried ran out of memory.'
  }
  return 'No trial completed.'
}
