import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { Random } from '../statistics/random.ts'
import type { Planner } from './plan-step.ts'
import { answerSoFar, expectedOfAuto, nextOfAuto } from './planner-auto.ts'
import { PlannerHistory, type TrialHistory } from './planner-history.ts'
import type { BoundaryEnvironment } from './planner-memory.ts'
import { nextOfSweep, sweepConfigs, sweptSoFar } from './planner-sweep.ts'
import { withinTimeBudget } from './time-budget.ts'

export type { Planner, PlanStep } from './plan-step.ts'
export type { TrialHistory } from './planner-history.ts'

/**
 * Plans an experiment: a full sweep of listed batch sizes, or the automatic search. `random` sets the order of
 * executions; give one freshly made from the experiment's seed, so that the same experiment is planned alike again.
 */
export function createPlanner(
  spec: ExperimentSpec,
  random: Random,
  environment?: BoundaryEnvironment,
): Planner {
  const orderSeed = random.integer(2 ** 31)
  const isSearch = spec.factors.batchSizes.kind === 'auto'
  const next = isSearch ? nextOfAuto : nextOfSweep
  return {
    next(trials) {
      const history = new PlannerHistory(trials)
      const step = next(spec, history, orderSeed, environment)
      return withinTimeBudget(step, spec, history, () =>
        isSearch ? answerSoFar(spec, history) : sweptSoFar(spec, history),
      )
    },
  }
}

/**
 * How many executions ended, and how many there will be in all: exact for a sweep as long as nothing fails, an
 * expectation while the automatic search still climbs. Cancelled executions do not count.
 */
export function expectedExecutions(
  spec: ExperimentSpec,
  trials: readonly TrialHistory[],
): { done: number; planned: number; blocks: number } {
  const history = new PlannerHistory(trials)
  const done = trials.reduce((sum, { trial }) => sum + history.ended(trial.config).length, 0)
  if (spec.factors.batchSizes.kind === 'auto') {
    const { remaining, blocks } = expectedOfAuto(spec, history)
    return { done, planned: done + remaining, blocks }
  }
  const blocks = spec.rules.executions
  const remaining = sweepConfigs(spec).reduce(
    (sum, { config }) =>
      sum + (history.settled(config) ? 0 : Math.max(0, blocks - history.ended(config).length)),
    0,
  )
  return { done, planned: done + remaining, blocks }
}
