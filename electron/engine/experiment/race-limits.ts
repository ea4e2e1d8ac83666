import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { Standing, Standings } from './standing.ts'

/**
 * Where another may still be ahead by more than this many times the tolerance, the machine is too unsteady for the race to
 * be decided within its executions: contenders get no more than `mostWhenUnsteady`, and nothing new is tried next to them.
 */
const unsteadyFactor = 10
const mostWhenUnsteady = 4

/** Whether it is beyond reach to know within the tolerance whether one is ahead of the other. */
export function isBeyondReach(
  standings: Standings,
  one: Standing,
  than: Standing,
  { rules }: Pick<ExperimentSpec, 'rules'>,
): boolean {
  return standings.repeated && standings.aheadAtMost(one, than) > unsteadyFactor * rules.tolerance
}

/** Executions that a contender gets at most. One asked for means that nothing is repeated. */
export function mostExecutionsOf({ rules }: Pick<ExperimentSpec, 'rules'>): number {
  return rules.executions === 1 ? 1 : Math.max(rules.executions, rules.mostExecutions)
}

/** Blocks of a search at most: those of a contender that joined early, and a few for sizes that were found on the way. */
export function mostBlocksOf(spec: Pick<ExperimentSpec, 'rules'>): number {
  return mostExecutionsOf(spec) + 4
}

/** Executions that a challenger gets at most, as things stand. */
export function limitOf(
  challenger: Standing,
  standings: Standings,
  spec: Pick<ExperimentSpec, 'rules'>,
): number {
  const most = mostExecutionsOf(spec)
  if (!isBeyondReach(standings, challenger, standings.chosen, spec)) return most
  return Math.min(most, Math.max(spec.rules.executions, mostWhenUnsteady))
}
