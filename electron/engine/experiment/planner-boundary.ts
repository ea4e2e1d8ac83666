import type { Environment } from '../../contract/environment.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { Outcome } from '../../contract/trial.ts'
import { runsToFit } from '../recommendation/boundary.ts'
import { fitMemory, largestWithin, memoryLimit, memoryPoints } from '../recommendation/memory-fit.ts'
import { seriesKey, type SeriesConfig } from './configurations.ts'
import { measuredMemory } from './memory-forecast.ts'
import { ascending } from './draft-reading.ts'
import type { PlannerHistory } from './planner-history.ts'

/** What the search for the memory boundary along one series does next. `reason` is for a person, without a full stop. */
export type BoundaryStep =
  /** Execute this batch size once, as part of this block. */
  | { kind: 'probe'; batchSize: number; reason: string; block: number }
  | { kind: 'found'; largestThatFits: number | null; smallestThatDoesNot: number; reason: string }
  /** There is nothing to search for, because nothing ran out of memory; or, with a reason, it cannot be searched on. */
  | { kind: 'none'; reason?: string }

/** What is known of the sizes along a series. */
interface Bracket {
  /** The largest below `high` that completed; 0 while none did. */
  low: number
  /** The smallest that ran out of memory, even if only once. */
  high: number
}

type Standing =
  | { kind: 'out' }
  | { kind: 'fits'; confirmed: boolean }
  /** Ended in another way, which says nothing of memory. */
  | { kind: 'failed'; outcome: Outcome }
  | { kind: 'skipped' }

/** By how many executions the search may exceed bisection at worst, for all that it gains when the prediction is good. */
const mostWasted = 2

/**
 * The next step of the search for the largest batch size that fits, once one ran out of memory: between the largest that
 * completed and the smallest that did not, until they are at most `granularity` apart, down to 1. It begins where the line
 * through the memory of smaller sizes predicts the boundary and looks around it in growing steps; it never takes more than
 * two executions more than bisection would, however wrong the prediction is (the projection of Oliveira and Takahashi's
 * ITP method, 2020). What it then found to fit runs a second time (`runsToFit`), for a second run can need more than the
 * first; if that runs out of memory, the search goes on below it. It assumes that more items never need less memory.
 *
 * A size in between that crashed, failed or took too long says nothing of memory, and larger ones can be expected to do the
 * same: the search ends there and says so. Sizes that the user skipped are left out.
 *
 * A pure function of the history. `environment` tells the limit where no budget is set; without it the search bisects.
 */
export function nextOfBoundary(
  series: SeriesConfig,
  spec: Pick<ExperimentSpec, 'rules' | 'constraints'>,
  history: PlannerHistory,
  environment?: Pick<Environment, 'host' | 'devices'>,
): BoundaryStep {
  const granularity = spec.constraints.boundaryGranularity ?? 1
  const needed = Math.min(runsToFit, spec.rules.executions)
  const standings = standingsAlong(series, history, needed)
  const bracket = bracketOf(standings)
  if (bracket === undefined) return { kind: 'none' }
  const { low, high } = bracket
  const inside = [...standings].filter(([batchSize]) => batchSize > low && batchSize < high)
  const skipped = new Set(inside.flatMap(([size, { kind }]) => (kind === 'skipped' ? [size] : [])))
  const failed = inside.find(([, { kind }]) => kind === 'failed')

  const isClosed = high - low <= (low === 0 ? 1 : granularity)
  const target =
    isClosed || failed !== undefined
      ? undefined
      : probe(bracket, standings, granularity, forecast(series, spec, history, standings, environment))
  const free = target && nearestFree(target.batchSize, bracket, skipped)
  if (target !== undefined && free !== undefined) {
    const instead = free === target.batchSize ? '' : `, but ${target.batchSize} was skipped`
    return {
      kind: 'probe',
      batchSize: free,
      reason: `probing ${free}: ${target.why}${instead}`,
      block: blockFor(series, free, standings, history),
    }
  }

  const lowest = standings.get(low)
  if (lowest?.kind === 'fits' && !lowest.confirmed) {
    const reason = `running ${low} again: a batch size counts as fitting once it ran twice`
    return { kind: 'probe', batchSize: low, reason, block: blockFor(series, low, standings, history) }
  }
  if (!isClosed) return { kind: 'none', reason: whyOpen(bracket, failed) }
  const times = needed > 1 ? ' (ran twice)' : ''
  return {
    kind: 'found',
    largestThatFits: low === 0 ? null : low,
    smallestThatDoesNot: high,
    reason: low === 0 ? 'not even batch size 1 fits' : `${low} fits${times}, ${high} does not`,
  }
}

/** Of every size of the series that was planned and says anything, in the order in which they were planned. */
function standingsAlong(
  series: SeriesConfig,
  history: PlannerHistory,
  needed: number,
): Map<number, Standing> {
  const key = seriesKey(series)
  return new Map(
    history.configs
      .filter((config) => seriesKey(config) === key)
      .flatMap((config): [number, Standing][] => {
        const ended = history.ended(config)
        const completed = ended.filter(({ outcome }) => outcome === 'completed').length
        const failure = history.failure(config)
        const standing = (): Standing | undefined => {
          if (ended.some(({ outcome }) => outcome === 'out-of-memory')) return { kind: 'out' }
          if (completed >= needed) return { kind: 'fits', confirmed: true }
          if (failure !== undefined) return { kind: 'failed', outcome: failure.outcome }
          if (history.skipped(config)) return { kind: 'skipped' }
          return completed > 0 ? { kind: 'fits', confirmed: false } : undefined
        }
        const found = standing()
        return found === undefined ? [] : [[config.batchSize, found]]
      }),
  )
}

function bracketOf(standings: ReadonlyMap<number, Standing>): Bracket | undefined {
  const sizes = (kind: Standing['kind']) =>
    [...standings].flatMap(([batchSize, standing]) => (standing.kind === kind ? [batchSize] : []))
  const out = sizes('out')
  if (out.length === 0) return undefined
  const high = Math.min(...out)
  return { low: Math.max(0, ...sizes('fits').filter((batchSize) => batchSize < high)), high }
}

interface Forecast {
  /** The largest batch size predicted to fit. */
  largest: number
  /** What it rests on: `64, 128 and 256`. */
  sizes: string
}

function forecast(
  series: SeriesConfig,
  spec: Pick<ExperimentSpec, 'constraints'>,
  history: PlannerHistory,
  standings: ReadonlyMap<number, Standing>,
  environment: Pick<Environment, 'host' | 'devices'> | undefined,
): Forecast | undefined {
  const measured = measuredMemory(series, history).filter(
    ({ config }) => standings.get(config.batchSize)?.kind === 'fits',
  )
  const { of, points } = memoryPoints(measured)
  const fit = fitMemory(points)
  const limit = memoryLimit(of, measured, { constraints: spec.constraints, environment })
  const largest = fit && limit !== undefined ? largestWithin(fit, limit)?.batchSize : undefined
  if (fit === undefined || largest === undefined) return undefined
  const sizes = ascending(fit.points.map(({ x }) => x)).slice(-3)
  const last = sizes.pop()
  return { largest, sizes: sizes.length === 0 ? `${last}` : `${sizes.join(', ')} and ${last}` }
}

/** Where to look next inside the bracket, and why. */
function probe(
  bracket: Bracket,
  standings: ReadonlyMap<number, Standing>,
  granularity: number,
  predicted: Forecast | undefined,
): { batchSize: number; why: string } {
  const { low, high } = bracket
  const middle = Math.floor((low + high) / 2)
  const bisection =
    low === 0
      ? { batchSize: middle, why: `half of ${high}, which ran out of memory` }
      : { batchSize: middle, why: `halfway between ${low}, which fits, and ${high}, which does not` }
  if (predicted === undefined) return bisection
  const { largest, sizes } = predicted
  // So far off, the prediction is of no use here: perhaps it was another memory that ran out.
  if (largest < low - (high - low) / 2 || largest > high + (high - low) / 2) return bisection
  const [from, to] = withinReach(bracket, standings, granularity)
  if (from > to) return bisection
  const of = `memory of ${sizes}`
  const { wanted, why } =
    largest >= high
      ? {
          wanted: high - Math.max(granularity, 2 * (largest - high) + 1),
          why: `${high} ran out of memory, where ${of} predicts that ${largest} fits`,
        }
      : largest < low
        ? {
            wanted: low + Math.max(granularity, 2 * (low - largest)),
            why: `${low} fits, where ${of} predicts that ${largest} is the largest`,
          }
        : {
            wanted: largest === low ? low + granularity : largest,
            why: `${of} predicts that ${largest} is the largest that fits`,
          }
  if (wanted <= low || wanted >= high) return bisection
  return { batchSize: Math.min(Math.max(wanted, from), to), why }
}

/**
 * The sizes from which bisection could still end in time, that is, within `mostWasted` executions of what it would have
 * taken from the first bracket on. Empty when only the middle is near enough.
 */
function withinReach(
  { low, high }: Bracket,
  standings: ReadonlyMap<number, Standing>,
  granularity: number,
): [from: number, to: number] {
  const { width, probes } = searchSoFar(standings)
  const halvings = Math.max(0, Math.ceil(Math.log2(width / granularity)))
  const reach = granularity * 2 ** (halvings + mostWasted - probes - 1)
  return [Math.ceil(high - reach), Math.floor(low + reach)]
}

/** How wide the first bracket was, and how many sizes were tried in it since: the sizes in their order, once more. */
function searchSoFar(standings: ReadonlyMap<number, Standing>): { width: number; probes: number } {
  let [low, high, width, probes] = [0, Infinity, Infinity, 0]
  for (const [batchSize, { kind }] of standings) {
    if (batchSize <= low || batchSize >= high) continue
    if (kind === 'out') high = batchSize
    else if (kind === 'fits') low = batchSize
    else continue
    if (width < Infinity) probes += 1
    else width = high - low
  }
  return { width, probes }
}

/** The wanted size, or the nearest that was not skipped, smaller ones first; `undefined` when all were. */
function nearestFree(
  wanted: number,
  { low, high }: Bracket,
  skipped: ReadonlySet<number>,
): number | undefined {
  for (let distance = 0; distance < high - low; distance += 1) {
    for (const batchSize of [wanted - distance, wanted + distance]) {
      if (batchSize > low && batchSize < high && !skipped.has(batchSize)) return batchSize
    }
  }
  return undefined
}

/**
 * The block of the next execution of a size: the latest of its series, so that nothing is added to what earlier blocks
 * decided; for one that ran in it already, the block after that.
 */
function blockFor(
  series: SeriesConfig,
  batchSize: number,
  standings: ReadonlyMap<number, Standing>,
  history: PlannerHistory,
): number {
  const blocksOf = (size: number) => history.ended({ batchSize: size, ...series }).map(({ block }) => block)
  const latest = Math.max(1, ...[...standings.keys()].flatMap(blocksOf))
  const own = Math.max(0, ...blocksOf(batchSize))
  return Math.max(latest, own + 1)
}

const endings: Partial<Record<Outcome, string>> = {
  crashed: 'crashed',
  'timed-out': 'did not finish in time',
}

function whyOpen({ low, high }: Bracket, failed: [number, Standing] | undefined): string {
  const between = `the boundary lies above ${low} and below ${high}`
  const known = low === 0 ? `nothing below ${high} is known to fit` : between
  if (failed === undefined) return `every size in between was skipped: ${known}`
  const [batchSize, standing] = failed
  const how = standing.kind === 'failed' ? (endings[standing.outcome] ?? 'failed') : 'failed'
  return `${batchSize} ${how}, which says nothing of memory: ${known}`
}
