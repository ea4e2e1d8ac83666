import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { configKey, seriesConfigurations, seriesKey } from './configurations.ts'
import type { PlannedConfig } from './plan-step.ts'
import type { PlannerHistory } from './planner-history.ts'
import { climb } from './planner-ladder.ts'
import { probesOf } from './planner-probes.ts'
import { limitOf, mostExecutionsOf } from './race-limits.ts'
import { standingsOf, type Standing, type Standings } from './standing.ts'

/** One block of the race: what to execute once each, or why it is over. */
export interface RaceBlock {
  readonly standings: Standings | undefined
  /** Tried before and executed once more. */
  readonly again: readonly PlannedConfig[]
  /** Not tried before. */
  readonly probes: readonly PlannedConfig[]
  /** Those that may still be ahead of what would be recommended by more than the tolerance, furthest ahead first. */
  readonly undecided: readonly Standing[]
}

/**
 * At the first look every batch size was executed once and nothing is known of how executions differ: what measured
 * further than this behind the best is taken for hopeless, and looked at again only if executions turn out to differ more.
 */
const firstLook = 0.35

/** So many are executed again at the first look, however far behind: with fewer nothing is learned of how they differ. */
const fewestAgain = 3

/** Challengers that are executed in one block, so that a block stays short and its drift common to all. */
const mostChallengers = 5

/**
 * What one block of the automatic search executes, from what was known before it began. Racing: what would be
 * recommended, and those that may still be ahead of it by more than the tolerance, are executed once more each, until
 * none may (Maron and Moore 1994, Hoeffding Races, with the intervals of `bestSet`; the pairing of the leader with its
 * challengers is that of LUCB, Kalyanakrishnan et al. 2012). New batch sizes join next to the best.
 */
export function raceBlock(spec: ExperimentSpec, before: PlannerHistory): RaceBlock {
  const standings = standingsOf(contendersIn(spec, before), before, spec)
  if (standings === undefined) return { standings, again: [], probes: [], undecided: [] }
  const { rules } = spec
  const most = mostExecutionsOf(spec)
  const probes = probesOf(standings, spec, before)
  const { chosen, best } = standings
  const again = new Map<string, PlannedConfig>()
  const repeat = ({ config, executions }: Standing, reason: string, limit = most) => {
    if (executions < limit && !before.skipped(config)) again.set(configKey(config), { config, reason })
  }

  if (!standings.repeated) {
    const behindFirst = [...standings.all].sort((a, b) => standings.ahead(b, best) - standings.ahead(a, best))
    behindFirst.forEach((one, place) => {
      if (place < fewestAgain || standings.ahead(best, one) <= firstLook) repeat(one, 'near the best so far')
    })
  }
  const undecided = standings.repeated
    ? standings.all
        .filter((one) => standings.equals(one) && standings.aheadAtMost(one, chosen) > rules.tolerance)
        .sort((a, b) => standings.aheadAtMost(b, chosen) - standings.aheadAtMost(a, chosen))
    : standings.all.filter((one) => again.has(configKey(one.config)))
  if (standings.repeated) {
    const challengers = undecided
      .filter((one) => one.executions < limitOf(one, standings, spec))
      .slice(0, mostChallengers)
    challengers.forEach((one) => repeat(one, 'may be ahead of the best'))
    if (challengers.length > 0) repeat(chosen, 'the best so far')
    // A trial that matters is executed as often as was asked for.
    for (const one of standings.all) {
      if (standings.equals(one)) repeat(one, 'among the best', rules.executions)
    }
  }
  // The size with the lowest latency is an answer of its own.
  for (const one of quickest(standings.all)) repeat(one, 'the lowest latency', rules.executions)
  if (probes.length > 0) {
    // New sizes are compared within the block: something known has to run beside them.
    repeat(chosen, 'to compare with')
    repeat(best, 'to compare with')
  }
  return { standings, again: [...again.values()], probes, undecided }
}

/**
 * What takes part in the race: everything that was tried but sizes that only the search for the memory boundary looked at.
 * They crowd together where the memory ends; of them the largest that fits stands for all.
 */
function contendersIn(spec: ExperimentSpec, before: PlannerHistory): TrialConfig[] {
  const takesPart = new Map(
    seriesConfigurations(spec).map((series) => {
      const { tried } = climb(series, spec, before)
      const sizes = before.configs.filter((config) => seriesKey(config) === seriesKey(series))
      const fitting = sizes.filter((config) => before.completed(config).length > 0 && !before.failure(config))
      const largest = Math.max(0, ...fitting.map(({ batchSize }) => batchSize))
      return [seriesKey(series), { tried, largest }] as const
    }),
  )
  return before.configs.filter((config) => {
    const { tried, largest } = takesPart.get(seriesKey(config)) ?? { tried: [], largest: 0 }
    const { batchSize } = config
    // The boundary is looked for before the race begins, in the first block.
    return !before.ran(config, 1) || batchSize === largest || tried.includes(batchSize)
  })
}

/** The smallest batch size of every series. */
function quickest(all: readonly Standing[]): Standing[] {
  const smallest = new Map<string, Standing>()
  for (const one of all) {
    const key = seriesKey(one.config)
    const known = smallest.get(key)
    if (known === undefined || one.config.batchSize < known.config.batchSize) smallest.set(key, one)
  }
  return [...smallest.values()]
}
