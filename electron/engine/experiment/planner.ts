import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { Random } from '../statistics/random.ts'
import type { Planner } from './plan-step.ts'
import { expectedOfAuto, nextOfAuto } from './planner-auto.ts'
import { PlannerHistory, type TrialHistory } from './planner-history.ts'
import { nextOfSweep, sweepConfigs } from './planner-sweep.ts'

export type { Planner, PlanStep } from './plan-step.ts'
export type { TrialHistory } from './planner-history.ts'

/**
 * Plans an experiment: a full sweep of listed batch sizes, or the automatic search. `random` sets the order of
 * executions; give one freshly made from the experiment's seed, so that the same experiment is planned alike again.
 */
export function createPlanner(spec: ExperimentSpec, random: Random): Planner {
  const orderSeed = random.integer(2 ** 31)
  const next = spec.factors.batchSizes.kind === 'auto' ? nextOfAuto : nextOfSweep
  return { next: (history) => next(spec, new PlannerHistory(history), orderSeed) }
}

/**
 * How many executions ended, and how many there will be in all: exact for a sweep as long as nothing fails, an
 * expectation while the automatic search still climbs. Cancelled executions do not count.
 */
export function expectedExecutions(
  spec: ExperimentSpec,
  trials: readonly TrialHistory[],
): { done: number; planned: number; blocks: number } {
  const blocks = spec.rules.executions
  const history = new PlannerHistory(trials)
  const { configs, unknown } =
    spec.factors.batchSizes.kind === 'auto'
      ? expectedOfAuto(spec, history)
      : { configs: sweepConfigs(spec), unknown: 0 }
  const done = trials.reduce((sum, { trial }) => sum + history.ended(trial.config).length, 0)
  const remaining = configs.reduce(
    (sum, { config }) =>
      sum + (history.settled(config) ? 0 : Math.max(0, blocks - history.ended(config).length)),
    0,
  )
  return { done, planned: done + remaining + unknown * blocks, blocks }
}
