import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { ExperimentState } from '../project/state.ts'

/** What every kind of report is made from. */
export interface ReportInput {
  /** Name and version of the program, `batchscope 0.1.0`. */
  generator: string
  projectName: string
  experiment: ExperimentState
  model: ModelDescription
  /** The models measured beside it, by the name of the variant. */
  variants: ReadonlyMap<string, ModelDescription>
  analysis: Analysis
}

/** The trial reports in the order in which a person looks for them: curve by curve, ascending by batch size. */
export function orderedTrials(analysis: Analysis): TrialReport[] {
  const byId = new Map(analysis.trials.map((trial) => [trial.id, trial]))
  const inSeries = analysis.series.flatMap(({ trialIds }) => trialIds.flatMap((id) => byId.get(id) ?? []))
  const listed = new Set(inSeries.map(({ id }) => id))
  return [...inSeries, ...analysis.trials.filter(({ id }) => !listed.has(id))]
}

/** When the experiment began: `2026-03-14 09:26 UTC`. */
export function measuredAt({ record }: ExperimentState): string {
  return `${record.started.slice(0, 10)} ${record.started.slice(11, 16)} UTC`
}

/** The names of the clocks that timed the samples. */
export function clocksOf({ executions }: ExperimentState): string[] {
  return [
    ...new Set(
      executions.flatMap(({ execution }) => (execution.outcome === 'completed' ? [execution.clock] : [])),
    ),
  ]
}
