import { asGoodWithin } from '../statistics/best-set.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { configKey, seriesKey } from './configurations.ts'
import type { PlannedConfig } from './plan-step.ts'
import type { PlannerHistory } from './planner-history.ts'
import { climb, largestOfSearch, tooLongToMeasure } from './planner-ladder.ts'
import { isBeyondReach } from './race-limits.ts'
import type { Standings } from './standing.ts'

/** Neighbours closer than this, as a ratio of their sizes, are not refined further: sizes within a quarter differ little. */
const closeEnough = 1.25

/** Sizes past a latency bound are looked at more closely: there every item counts. */
const closeToBound = 1.05

/** A size that a straight line between its neighbours puts further behind the best than this is not worth a trial. */
const hopeless = 0.15

/** From this distance on, sizes are rounded to multiples of eight, which kernels are commonly tiled for. */
const roundFrom = 16

/**
 * Batch sizes that were not tried and may be better than the best: halfway to its neighbours, further doubling where the
 * largest is the best or cannot be told apart from it, and, under a latency bound, halfway to the smallest size past it.
 */
export function probesOf(
  standings: Standings,
  spec: ExperimentSpec,
  history: PlannerHistory,
): PlannedConfig[] {
  const { best } = standings
  const { batchSize, ...series } = best.config
  const key = seriesKey(series)
  const isTried = (config: TrialConfig) => history.ended(config).length > 0 || history.skipped(config)
  const tried = history.configs
    .filter((config) => seriesKey(config) === key && isTried(config))
    .map((config) => ({ size: config.batchSize, latencyMs: latencyOf(config, history) }))
    .sort((one, other) => one.size - other.size)
  const position = tried.findIndex(({ size }) => size === batchSize)
  const [before, at, after] = [tried[position - 1], tried[position], tried[position + 1]]
  if (at?.latencyMs === undefined) return []

  const standingAt = (size: number | undefined) =>
    standings.all.find(({ config }) => config.batchSize === size && seriesKey(config) === key)
  const found = new Map<string, PlannedConfig>()
  const add = (size: number, reason: string) => {
    const config: TrialConfig = { batchSize: size, ...series }
    const key = configKey(config)
    if (!found.has(key) && !isTried(config)) found.set(key, { config, reason })
  }
  const between = (low: Tried | undefined, high: Tried | undefined, closest: number, why: string) => {
    if (low?.latencyMs === undefined || high?.latencyMs === undefined) return
    if (high.size / low.size <= closest || high.size - low.size < 2) return
    const neighbour = standingAt(low.size === batchSize ? high.size : low.size)
    if (neighbour !== undefined && isBeyondReach(standings, neighbour, best, spec)) return
    const middle = halfway(low.size, high.size)
    const share = (middle - low.size) / (high.size - low.size)
    const latencyMs = low.latencyMs + share * (high.latencyMs - low.latencyMs)
    if ((middle * 1000) / latencyMs < best.itemsPerSecond * (1 - hopeless)) return
    add(middle, `halfway from ${low.size} to ${high.size}, ${why}`)
  }
  between(before, at, closeEnough, 'next to the best so far')
  const { slo } = spec.constraints
  const bounded = slo !== undefined && standingAt(after?.size) === undefined
  if (bounded) between(at, after, closeToBound, `where p${slo.percentile} crosses the bound`)
  else between(at, after, closeEnough, 'next to the best so far')

  const next = Math.min(2 * batchSize, largestOfSearch(spec))
  const promised =
    before?.latencyMs === undefined
      ? Infinity
      : promisedGain(before.size, before.latencyMs, at.size, at.latencyMs, next)
  if (
    after === undefined &&
    next > batchSize &&
    promised > asGoodWithin(spec.rules.tolerance) &&
    tooLongToMeasure(at.latencyMs, batchSize, next, spec) === undefined
  ) {
    add(next, `doubling from ${batchSize}, which measured best`)
  }
  // Doubling may have stopped for noise: where its last step is among the best, the step after it may be too.
  const end = climb(series, spec, history).tried.at(-1)
  const last = tried.at(-1)
  if (after !== undefined && last?.latencyMs !== undefined && last.size === end) {
    const standing = standingAt(last.size)
    const beyond = Math.min(2 * last.size, largestOfSearch(spec))
    if (
      standing !== undefined &&
      standings.equals(standing) &&
      !isBeyondReach(standings, standing, best, spec) &&
      tooLongToMeasure(last.latencyMs, last.size, beyond, spec) === undefined
    ) {
      add(beyond, `doubling from ${last.size}, which cannot be told apart from the best`)
    }
  }
  return [...found.values()]
}

/** The gain in throughput at `next` over that at `to`, if latency goes on along the line through the two sizes. */
function promisedGain(from: number, fromMs: number, to: number, toMs: number, next: number): number {
  const nextMs = toMs + ((toMs - fromMs) * (next - to)) / (to - from)
  return nextMs > 0 ? next / nextMs / (to / toMs) - 1 : Infinity
}

interface Tried {
  readonly size: number
  /** Mean latency in ms; absent when it did not complete. */
  readonly latencyMs: number | undefined
}

function latencyOf(config: TrialConfig, history: PlannerHistory): number | undefined {
  const completed = history.failure(config) === undefined ? history.completed(config) : []
  const samples = completed.reduce((sum, { samplesMs }) => sum + samplesMs.length, 0)
  const windowMs = completed.reduce((sum, each) => sum + each.windowMs, 0)
  return samples > 0 ? windowMs / samples : undefined
}

/** Strictly between; a multiple of eight where there is room. */
function halfway(low: number, high: number): number {
  const middle = Math.round((low + high) / 2)
  if (high - low < roundFrom) return middle
  const rounded = 8 * Math.round(middle / 8)
  return rounded > low && rounded < high ? rounded : middle
}
