import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { Failure } from '../../contract/failure.ts'
import type { Outcome, TrialConfig } from '../../contract/trial.ts'
import { createRandom } from '../statistics/random.ts'
import { configKey, seriesConfigurations, seriesKey, seriesLabel } from './configurations.ts'
import type { PlannedConfig, PlanStep } from './plan-step.ts'
import type { PlannerHistory } from './planner-history.ts'

export type PlannedSkip = NonNullable<Extract<PlanStep, { kind: 'run' }>['skips']>[number]

/**
 * The candidates that still need their execution of one block, in an order that is random but the same every time it
 * is asked for: every block has its own, so that drift falls on all configurations alike.
 */
export function dueInBlock(
  candidates: readonly PlannedConfig[],
  block: number,
  history: PlannerHistory,
  orderSeed: number,
): PlannedConfig[] {
  const random = createRandom((orderSeed + block * 0x9e3779b1) >>> 0)
  return random
    .shuffle(candidates)
    .filter(({ config }) => !history.settled(config) && !history.ran(config, block))
}

/** Candidates that never ran and are larger than one of their series that ran out of memory: they are passed over. */
export function skipsAfterOutOfMemory(
  candidates: readonly TrialConfig[],
  history: PlannerHistory,
): PlannedSkip[] {
  const smallest = new Map<string, number>()
  for (const config of candidates) {
    if (history.failure(config)?.outcome !== 'out-of-memory') continue
    const key = seriesKey(config)
    smallest.set(key, Math.min(config.batchSize, smallest.get(key) ?? Infinity))
  }
  const skips: PlannedSkip[] = []
  for (const config of candidates) {
    const failed = smallest.get(seriesKey(config))
    if (failed === undefined || config.batchSize <= failed) continue
    if (history.skipped(config) || history.ended(config).length > 0) continue
    skips.push({ config, failure: skippedAfter(config.batchSize, failed) })
  }
  return skips
}

function skippedAfter(batchSize: number, failed: number): Failure {
  return {
    code: 'skipped-after-out-of-memory',
    message: `Batch size ${batchSize} was not run: ${failed} already ran out of memory.`,
    hint: 'Measure it alone if you want to see it fail.',
    owner: 'system',
  }
}

/** Candidates without those that are passed over. */
export function without(
  candidates: readonly PlannedConfig[],
  skips: readonly PlannedSkip[],
): PlannedConfig[] {
  const passed = new Set(skips.map(({ config }) => configKey(config)))
  return candidates.filter(({ config }) => !passed.has(configKey(config)))
}

/** One sentence for the beginning of a block: what it runs, and what is not repeated and why. */
export function blockDecision(
  candidates: readonly PlannedConfig[],
  due: number,
  block: number,
  spec: ExperimentSpec,
  history: PlannerHistory,
): string {
  const blocks = spec.rules.executions
  const what = due === 1 ? '1 trial' : `${due} trials in random order`
  const begins = `Block ${block} of ${blocks}: ${what}.`
  const left = candidates.filter(({ config }) => history.settled(config))
  if (block === 1 || left.length === 0) return begins
  const named = left
    .slice(0, 6)
    .map(({ config }) => `${configLabel(config, spec)} (${endedHow(config, history)})`)
  if (left.length > named.length) named.push(`${left.length - named.length} more`)
  return `${begins} Not repeated: ${named.join(', ')}.`
}

/** A configuration as a person says it: `batch 8`, `batch 8 on cpu, 2 threads`. */
function configLabel(config: TrialConfig, spec: ExperimentSpec): string {
  const all = seriesConfigurations(spec)
  const name = `batch ${config.batchSize}`
  return all.length === 1 ? name : `${name} on ${seriesLabel(config, all)}`
}

const outcomeWords: Record<Outcome, string> = {
  completed: 'completed',
  'out-of-memory': 'out of memory',
  failed: 'failed',
  crashed: 'crashed',
  'timed-out': 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

function endedHow(config: TrialConfig, history: PlannerHistory): string {
  const failure = history.failure(config)
  return outcomeWords[failure?.outcome ?? (history.skipped(config) ? 'skipped' : 'completed')]
}

/** How the trials of an ended experiment ended: `7 of 9 trials completed; 1 out of memory, 1 skipped.` */
export function closingCount(candidates: readonly TrialConfig[], history: PlannerHistory): string {
  const counts = new Map<string, number>()
  for (const config of candidates) {
    const how = endedHow(config, history)
    counts.set(how, (counts.get(how) ?? 0) + 1)
  }
  const completed = counts.get(outcomeWords.completed) ?? 0
  counts.delete(outcomeWords.completed)
  const trials = candidates.length === 1 ? 'trial' : 'trials'
  if (counts.size === 0) {
    return candidates.length === 1 ? 'The trial completed.' : `All ${completed} ${trials} completed.`
  }
  const others = [...counts].map(([how, count]) => `${count} ${how}`).join(', ')
  return `${completed} of ${candidates.length} ${trials} completed; ${others}.`
}
