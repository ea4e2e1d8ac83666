import type { ExperimentSpec } from '../../contract/experiment.ts'
import { formatThroughput } from '../../contract/quantity.ts'
import { createRandom } from '../statistics/random.ts'
import { configKey, seriesConfigurations, seriesLabel, type SeriesConfig } from './configurations.ts'
import type { PlannedConfig, PlanStep } from './plan-step.ts'
import type { PlannerHistory } from './planner-history.ts'
import { ascending } from './draft-reading.ts'
import { bestRung, climb, climbingSentence, type Ladder } from './planner-ladder.ts'
import { nextOfBlocks } from './planner-sweep.ts'

/** Trials that a search along one series typically visits: doubling to 64, and two between. */
export const typicalSearch = 9

type Stopped = Extract<Ladder, { kind: 'stopped' }>

interface Search {
  series: SeriesConfig
  ladder: Ladder
}

/**
 * The next step of the automatic search. Along every series: double from 1 until throughput stops growing or something
 * else stops it, then try the sizes halfway between the best and its neighbours, then give everything that was tried
 * its further executions, refined sizes and their competitors together.
 */
export function nextOfAuto(spec: ExperimentSpec, history: PlannerHistory, orderSeed: number): PlanStep {
  const searches = searchesOf(spec, history)
  const climbing = climbingStep(searches, history, orderSeed)
  if (climbing !== undefined) return climbing

  const refined = searches.flatMap(({ series, ladder }) =>
    ladder.kind === 'stopped' ? refinements(series, ladder, spec) : [],
  )
  const tried = searches.flatMap(({ series, ladder }) => triedConfigs(series, ladder))
  const summary = `${searches.map((search) => stoppedSentence(search, searches)).join(' ')} `
  const refining = nextOfBlocks(
    refined,
    1,
    { ...spec, rules: { ...spec.rules, executions: 1 } },
    history,
    orderSeed,
  )
  if (refining.kind === 'run') {
    if (refining.decision === undefined) return refining
    const sizes = ascending(refined.map(({ config }) => config.batchSize)).join(' and ')
    return { ...refining, decision: `${summary}Trying ${sizes} next to the best.` }
  }
  const all = [...tried, ...refined]
  const opening = refined.length === 0 ? summary : ''
  return nextOfBlocks(all, 2, spec, history, orderSeed, opening)
}

/** Configurations known so far, and how many more a search still climbing is expected to visit. */
export function expectedOfAuto(
  spec: ExperimentSpec,
  history: PlannerHistory,
): { configs: PlannedConfig[]; unknown: number } {
  const configs: PlannedConfig[] = []
  let unknown = 0
  for (const { series, ladder } of searchesOf(spec, history)) {
    const known = triedConfigs(series, ladder)
    if (ladder.kind === 'stopped') {
      configs.push(...known, ...refinements(series, ladder, spec))
    } else {
      configs.push(...known)
      // At least the next size and one refinement, once it has outgrown the typical.
      unknown += Math.max(typicalSearch - known.length, 2)
    }
  }
  return { configs, unknown }
}

function searchesOf(spec: ExperimentSpec, history: PlannerHistory): Search[] {
  return seriesConfigurations(spec).map((series) => ({ series, ladder: climb(series, spec, history) }))
}

/** The lowest rung that some series has not reached yet, for all series that stand there. */
function climbingStep(
  searches: readonly Search[],
  history: PlannerHistory,
  orderSeed: number,
): PlanStep | undefined {
  const waiting = searches.flatMap(({ series, ladder }) =>
    ladder.kind === 'climbing' ? [{ series, ladder }] : [],
  )
  if (waiting.length === 0) return undefined
  const rung = Math.min(...waiting.map(({ ladder }) => ladder.next))
  const here = waiting.filter(({ ladder }) => ladder.next === rung)
  const planned = here.map(({ series, ladder }) => ({
    config: { batchSize: rung, ...series },
    reason: ladder.reason,
  }))
  const configs = createRandom((orderSeed + rung) >>> 0).shuffle(planned)
  // Said once, when the first series sets foot on the rung.
  if (searches.some(({ series }) => history.of({ batchSize: rung, ...series })?.executions.length)) {
    return { kind: 'run', block: 1, configs }
  }
  const alone = here.length === 1 ? here[0] : undefined
  const decision =
    alone === undefined
      ? `Trying batch size ${rung} in ${here.length} series.`
      : labelled(alone.series, searches, climbingSentence(alone.ladder))
  return { kind: 'run', block: 1, configs, decision }
}

function triedConfigs(series: SeriesConfig, ladder: Ladder): PlannedConfig[] {
  const sizes = ladder.kind === 'stopped' ? ladder.tried : ladder.rungs.map(({ batchSize }) => batchSize)
  return sizes.map((batchSize) => ({ config: { batchSize, ...series }, reason: 'found by doubling' }))
}

/**
 * Sizes halfway between the best and its neighbours on the ladder; with a latency bound also halfway between the
 * largest that meets it and the next that does not.
 */
function refinements(series: SeriesConfig, ladder: Stopped, spec: ExperimentSpec): PlannedConfig[] {
  const { rungs, tried } = ladder
  const found = new Map<string, PlannedConfig>()
  const between = (low: number | undefined, high: number | undefined, why: string) => {
    if (low === undefined || high === undefined || high - low < 2) return
    const config = { batchSize: Math.round((low + high) / 2), ...series }
    if (!found.has(configKey(config))) {
      found.set(configKey(config), { config, reason: `halfway from ${low} to ${high}, ${why}` })
    }
  }
  const best = bestRung(rungs)?.batchSize
  if (best === undefined) return []
  const position = tried.indexOf(best)
  between(tried[position - 1], best, `next to the best so far`)
  between(best, tried[position + 1], `next to the best so far`)
  const { slo } = spec.constraints
  if (slo !== undefined) {
    const meets = (size: number) =>
      rungs.some(
        ({ batchSize, boundedLatencyMs }) =>
          batchSize === size && (boundedLatencyMs ?? Infinity) <= slo.milliseconds,
      )
    const limit = tried.findLastIndex(meets)
    if (limit >= 0) between(tried[limit], tried[limit + 1], `where p${slo.percentile} crosses the bound`)
  }
  return [...found.values()].sort((a, b) => a.config.batchSize - b.config.batchSize)
}

function stoppedSentence({ series, ladder }: Search, searches: readonly Search[]): string {
  if (ladder.kind === 'climbing') return ''
  const best = bestRung(ladder.rungs)
  const last = ladder.tried.at(-1)
  const stopped =
    last === undefined
      ? `Doubling did not start: ${ladder.why}.`
      : `Doubling stopped at ${last}: ${ladder.why}.`
  const bestSoFar =
    best === undefined ? '' : ` Best so far: ${best.batchSize} with ${formatThroughput(best.itemsPerSecond)}.`
  return labelled(series, searches, `${stopped}${bestSoFar}`)
}

/** The sentence, with the series it is about where there are several. */
function labelled(series: SeriesConfig, searches: readonly Search[], sentence: string): string {
  if (searches.length === 1) return sentence
  const all = searches.map((search) => search.series)
  return `${seriesLabel(series, all)}: ${sentence}`
}
