import type { ExperimentSpec, Slo } from '../../contract/experiment.ts'
import { formatMilliseconds, formatSignedPercent, formatThroughput } from '../../contract/quantity.ts'
import type { CompletedExecution } from '../../contract/trial.ts'
import { quantile, sortSamples } from '../statistics/quantile.ts'
import type { SeriesConfig } from './configurations.ts'
import type { PlannerHistory } from './planner-history.ts'

/** Doubling goes no further than this: more throughput from there on would be news. */
const largestAutoBatch = 4_096

/** A doubling that gains less than this over the best so far counts as none. */
const worthwhileGain = 0.05

/** Doubling gets this far before it may stop for want of gain: the smallest sizes alone say little about a curve. */
const leastReached = 16

/** What the first execution of one batch size showed. */
export interface Rung {
  batchSize: number
  itemsPerSecond: number
  meanLatencyMs: number
  /** Relative to the best of the smaller sizes, 0.45 for 45 % more; absent at the first. */
  gain?: number
  /** Latency at the bound's percentile, in ms; absent without a bound. */
  boundedLatencyMs?: number
}

/** The search by doubling along one series: it still climbs, or it stopped and why. */
export type Ladder =
  | { kind: 'climbing'; rungs: Rung[]; tried: number[]; next: number; reason: string }
  | {
      kind: 'stopped'
      rungs: Rung[]
      /** Every size that was tried, ascending, whatever came of it. */
      tried: number[]
      /** A clause that follows a colon. */
      why: string
    }

/** How far doubling has come along a series. */
export function climb(series: SeriesConfig, spec: ExperimentSpec, history: PlannerHistory): Ladder {
  const rungs: Rung[] = []
  const tried: number[] = []
  let failed: number | undefined
  const largest = largestOfSearch(spec)
  const stop = (why: string): Ladder => ({ kind: 'stopped', rungs, tried, why })
  // The last step goes to the largest itself, where that is no power of two.
  for (let batchSize = 1; tried.at(-1) !== largest; batchSize = Math.min(2 * batchSize, largest)) {
    const last = rungs.at(-1)
    const tooLong = last && tooLongToMeasure(last.meanLatencyMs, last.batchSize, batchSize, spec)
    if (tooLong !== undefined) return stop(tooLong)
    const config = { batchSize, ...series }
    const failure = history.failure(config)
    const execution = history.firstCompleted(config)
    if (failure !== undefined && execution === undefined) {
      tried.push(batchSize)
      if (failure.outcome === 'out-of-memory') return stop(`${batchSize} ran out of memory`)
      if (failure.outcome === 'timed-out') return stop(`${batchSize} did not finish in time`)
      if (failure.outcome === 'crashed') return stop(`the session host crashed at ${batchSize}`)
      // One batch size may fail for reasons of its own; two in a row, or a session that cannot start, say enough.
      if (failure.failure.code !== 'inference') {
        return stop(`${batchSize} failed (${failure.failure.message.replace(/\.$/, '')})`)
      }
      if (failed !== undefined) return stop(`${failed} and ${batchSize} failed`)
      failed = batchSize
      continue
    }
    if (execution === undefined) {
      if (history.skipped(config)) return stop(`${batchSize} was skipped`)
      return { kind: 'climbing', rungs, tried, next: batchSize, reason: reasonFor(batchSize, rungs) }
    }
    tried.push(batchSize)
    failed = undefined
    rungs.push(rungOf(batchSize, execution, rungs, spec.constraints.slo))
    const why = isToBoundary(spec) ? undefined : (flattened(rungs) ?? pastBound(rungs, spec.constraints.slo))
    if (why !== undefined) return stop(why)
  }
  return stop(`${largest} is as far as it goes`)
}

/** No batch size beyond this is tried by the search. */
export function largestOfSearch({ factors: { batchSizes } }: Pick<ExperimentSpec, 'factors'>): number {
  return batchSizes.kind === 'auto' ? (batchSizes.maximum ?? largestAutoBatch) : largestAutoBatch
}

function reasonFor(batchSize: number, rungs: readonly Rung[]): string {
  const last = rungs.at(-1)
  return last === undefined || batchSize === 1 ? 'where doubling starts' : `doubling from ${last.batchSize}`
}

function rungOf(
  batchSize: number,
  execution: CompletedExecution,
  smaller: readonly Rung[],
  slo: Slo | undefined,
): Rung {
  const { samplesMs, windowMs } = execution
  const itemsPerSecond = (batchSize * samplesMs.length * 1000) / windowMs
  const best = bestRung(smaller)
  return {
    batchSize,
    itemsPerSecond,
    meanLatencyMs: windowMs / samplesMs.length,
    ...(best === undefined ? {} : { gain: itemsPerSecond / best.itemsPerSecond - 1 }),
    ...(slo === undefined
      ? {}
      : { boundedLatencyMs: quantile(sortSamples(samplesMs), slo.percentile / 100) }),
  }
}

/** The rung with the most throughput; the smallest of equals. */
export function bestRung(rungs: readonly Rung[]): Rung | undefined {
  return rungs.reduce<Rung | undefined>(
    (best, rung) => (best === undefined || rung.itemsPerSecond > best.itemsPerSecond ? rung : best),
    undefined,
  )
}

/** Two doublings in a row that gained next to nothing: one alone may be noise. */
function flattened(rungs: readonly Rung[]): string | undefined {
  const [before, last] = rungs.slice(-2)
  if (before?.gain === undefined || last?.gain === undefined || last.batchSize < leastReached)
    return undefined
  if (before.gain >= worthwhileGain || last.gain >= worthwhileGain) return undefined
  return `the last two steps gained ${formatSignedPercent(before.gain)} and ${formatSignedPercent(last.gain)}`
}

function pastBound(rungs: readonly Rung[], slo: Slo | undefined): string | undefined {
  const [before, last] = rungs.slice(-2)
  if (slo === undefined || before === undefined || last === undefined) return undefined
  const isPast = (rung: Rung) => (rung.boundedLatencyMs ?? 0) > slo.milliseconds
  if (!isPast(before) || !isPast(last)) return undefined
  const bound = `${formatMilliseconds(slo.milliseconds)}`
  return `p${slo.percentile} is over ${bound} at ${before.batchSize} and ${last.batchSize}`
}

/** Who asks for the memory boundary wants it found, whatever throughput does meanwhile. */
function isToBoundary({ constraints }: Pick<ExperimentSpec, 'constraints'>): boolean {
  return constraints.boundaryGranularity !== undefined
}

/**
 * A call that takes a third of the measuring time leaves too few samples to say anything. On the way to the memory
 * boundary a single call is enough, as long as warm-up and measuring fit into the time limit. `latencyMs` is of `from`.
 */
export function tooLongToMeasure(
  latencyMs: number,
  from: number,
  batchSize: number,
  spec: Pick<ExperimentSpec, 'rules' | 'constraints'>,
): string | undefined {
  const { rules } = spec
  const predictedMs = (latencyMs * batchSize) / from
  const longestMs = isToBoundary(spec) ? rules.timeoutMs / 10 : rules.maximumMs / 3
  if (predictedMs <= longestMs) return undefined
  if (isToBoundary(spec)) {
    return `one call of ${batchSize} would take about ${formatMilliseconds(predictedMs)}, too long for a time limit of ${formatMilliseconds(rules.timeoutMs)}`
  }
  return `one call of ${batchSize} would take about ${formatMilliseconds(predictedMs)}, too long for a measuring time of ${formatMilliseconds(rules.maximumMs)}`
}

/** What the last rung showed, as a sentence about going on. */
export function climbingSentence(ladder: Extract<Ladder, { kind: 'climbing' }>): string {
  const last = ladder.rungs.at(-1)
  if (last === undefined) return ladder.next === 1 ? 'Doubling from 1.' : `Trying ${ladder.next} next.`
  const gained = last.gain === undefined ? '' : `, ${formatSignedPercent(last.gain)} on the best before it`
  return `Batch ${last.batchSize} gave ${formatThroughput(last.itemsPerSecond)}${gained}: trying ${ladder.next} next.`
}
