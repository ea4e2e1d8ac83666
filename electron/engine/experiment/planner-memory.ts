import type { Environment } from '../../contract/environment.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import { seriesConfigurations, seriesLabel, type SeriesConfig } from './configurations.ts'
import type { PlanStep } from './plan-step.ts'
import { nextOfBoundary } from './planner-boundary.ts'
import type { PlannerHistory } from './planner-history.ts'

/** What the search for the memory boundary wants to know of the machine: how much memory there is. */
export type BoundaryEnvironment = Pick<Environment, 'host' | 'devices'>

/** The next execution that the search for the memory boundary needs along any series; `undefined` when it needs none. */
export function boundaryStep(
  spec: ExperimentSpec,
  history: PlannerHistory,
  environment: BoundaryEnvironment | undefined,
): PlanStep | undefined {
  for (const series of seriesConfigurations(spec)) {
    const step = nextOfBoundary(series, spec, history, environment)
    if (step.kind !== 'probe') continue
    const { batchSize, block, reason } = step
    const decision = `Memory boundary${ofSeries(series, spec)}: ${reason}.`
    return {
      kind: 'run',
      block,
      configs: [{ config: { batchSize, ...series }, reason }],
      decisions: [decision],
    }
  }
  return undefined
}

/** What the search for the memory boundary came to, a sentence a series; none where nothing ran out of memory. */
export function boundarySentences(
  spec: ExperimentSpec,
  history: PlannerHistory,
  environment: BoundaryEnvironment | undefined,
): string[] {
  return seriesConfigurations(spec).flatMap((series) => {
    const step = nextOfBoundary(series, spec, history, environment)
    if (step.kind === 'probe' || step.reason === undefined) return []
    return [`Memory boundary${ofSeries(series, spec)}: ${step.reason}.`]
  })
}

/** ` on cpu, 2 threads` where there are several series. */
function ofSeries(series: SeriesConfig, spec: ExperimentSpec): string {
  const all = seriesConfigurations(spec)
  return all.length === 1 ? '' : ` on ${seriesLabel(series, all)}`
}
