import type { ExperimentSpec } from '../../contract/experiment.ts'
import { formatThroughput } from '../../contract/quantity.ts'
import { createRandom } from '../statistics/random.ts'
import { referenceName } from '../../contract/variant-words.ts'
import { seriesConfigurations, seriesLabel, type SeriesConfig } from './configurations.ts'
import type { PlannedConfig, PlanStep } from './plan-step.ts'
import { closingCount, dueInBlock } from './planner-blocks.ts'
import type { PlannerHistory } from './planner-history.ts'
import { bestRung, climb, climbingSentence, type Ladder } from './planner-ladder.ts'
import { boundarySentences, boundaryStep, type BoundaryEnvironment } from './planner-memory.ts'
import { raceBlock, type RaceBlock } from './planner-race.ts'
import { limitOf, mostBlocksOf, mostExecutionsOf } from './race-limits.ts'
import { blockSentence, closingSentence, namesOf, sentences } from './race-sentences.ts'

/** Trials that a search along one series typically visits: doubling to 64 or 128, and four between. */
export const typicalSearch = 12

interface Search {
  series: SeriesConfig
  ladder: Ladder
}

/**
 * The next step of the automatic search. Along every series: double from 1 until throughput stops growing or something
 * else stops it (block 1); where that was memory, find the boundary. Then, block by block, race those that may be the best, with new sizes next to the best among
 * them (`raceBlock`), until the best is known within the tolerance.
 *
 * Each block is planned from what was known before it began, so that an interrupted experiment goes on as it would have.
 */
export function nextOfAuto(
  spec: ExperimentSpec,
  history: PlannerHistory,
  orderSeed: number,
  environment?: BoundaryEnvironment,
): PlanStep {
  const searches = searchesOf(spec, history)
  const climbing = climbingStep(searches, history, orderSeed)
  if (climbing !== undefined) return climbing

  const boundary = boundaryStep(spec, history, environment)
  if (boundary !== undefined) return boundary

  const name = namesOf(spec)
  const { block, races, due } = openBlock(spec, history, orderSeed)
  const stopped = searches.map((search) => stoppedSentence(search, searches))
  const boundaries = boundarySentences(spec, history, environment)
  const opening = block === 2 ? [sentences([...stopped, ...boundaries])] : []
  if (due.length > 0) {
    return {
      kind: 'run',
      block,
      configs: due,
      decisions: [...opening, blockSentence(block, plansOf(races), name)],
    }
  }
  const closing = races.map((race) => ofRace(race, races, closingSentence(spec, race.plan, name)))
  const count = closingCount(history.configs, history)
  return { kind: 'done', decisions: [...opening, sentences([...closing, count])] }
}

/** What can be said when time is up: the best so far, and what is not known of it. */
export function answerSoFar(spec: ExperimentSpec, history: PlannerHistory): string {
  const climbing = searchesOf(spec, history).flatMap(({ ladder }) =>
    ladder.kind === 'climbing' ? [ladder.next] : [],
  )
  const races = racesIn(spec, history)
  const name = namesOf(spec)
  const closing = races.map((race) => ofRace(race, races, closingSentence(spec, race.plan, name, 'time')))
  const further = climbing.length === 0 ? '' : `Batch ${Math.min(...climbing)} and larger were not tried.`
  return sentences([...closing, further])
}

/** A race of its own for the reference and for each variant: they are held against each other at their best. */
interface Race {
  readonly variant: string | undefined
  readonly plan: RaceBlock
}

function racesIn(spec: ExperimentSpec, before: PlannerHistory): Race[] {
  const models = [undefined, ...(spec.factors.variants ?? []).map(({ name }) => name)]
  return models.map((variant) => ({ variant, plan: raceBlock(spec, before.ofModel(variant)) }))
}

function plansOf(races: readonly Race[]): RaceBlock[] {
  return races.map(({ plan }) => plan)
}

/** The sentence, with the model it is about where there are several. */
function ofRace({ variant }: Race, races: readonly Race[], sentence: string): string {
  return races.length === 1 ? sentence : `${variant ?? referenceName}: ${sentence}`
}

/** The block that is not through yet; with nothing due, the races are over. */
function openBlock(
  spec: ExperimentSpec,
  history: PlannerHistory,
  orderSeed: number,
): { block: number; races: Race[]; due: PlannedConfig[] } {
  for (let block = 2; ; block += 1) {
    const races = racesIn(spec, history.before(block))
    // Where nearly everything is as good, each block has other contenders, and the race would go on and on.
    if (block > mostBlocksOf(spec)) return { block, races, due: [] }
    const planned = plansOf(races).flatMap(({ again, probes }) => [...again, ...probes])
    const due = dueInBlock(planned, block, history, orderSeed)
    // A block in which nothing came to run (all were skipped meanwhile) teaches nothing: planning on would not end.
    const ran = planned.some(({ config }) => history.ran(config, block))
    if (due.length > 0 || !ran) return { block, races, due }
  }
}

/** How many executions are still to come, as far as can be told, and how many blocks there will be in all. */
export function expectedOfAuto(
  spec: ExperimentSpec,
  history: PlannerHistory,
): { remaining: number; blocks: number } {
  const searches = searchesOf(spec, history)
  const climbing = searches.filter(({ ladder }) => ladder.kind === 'climbing')
  const repeats = Math.min(4, mostExecutionsOf(spec) - 1)
  if (climbing.length > 0) {
    const unknown = climbing.reduce(
      (sum, { ladder }) => sum + Math.max(typicalSearch - ladder.rungs.length, 2),
      0,
    )
    return { remaining: unknown + repeats * 3 * searches.length, blocks: 1 + repeats }
  }
  const { block, races, due } = openBlock(spec, history, 0)
  if (due.length === 0) return { remaining: 0, blocks: Math.max(1, block - 1) }
  const further = plansOf(races).map((plan) => ({
    blocks: expectedBlocks(plan, spec),
    racing: Math.min(plan.undecided.length + 1, plan.again.length),
  }))
  const more = further.reduce((sum, { blocks, racing }) => sum + blocks * racing, 0)
  return { remaining: due.length + more, blocks: block + Math.max(...further.map(({ blocks }) => blocks)) }
}

/** Further blocks until the race is decided: uncertainty falls with the square root of the executions. */
function expectedBlocks({ standings, undecided }: RaceBlock, spec: ExperimentSpec): number {
  const [furthest] = undecided
  if (standings === undefined || furthest === undefined) return 0
  const most = limitOf(furthest, standings, spec)
  const ahead = standings.repeated
    ? standings.aheadAtMost(furthest, standings.chosen)
    : 2 * spec.rules.tolerance
  const needed = furthest.executions * (ahead / spec.rules.tolerance) ** 2
  return Math.max(0, Math.min(most, Math.ceil(needed)) - furthest.executions - 1)
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
  return { kind: 'run', block: 1, configs, decisions: [decision] }
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
