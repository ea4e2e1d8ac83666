import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { CompletedExecution, TrialConfig } from '../../contract/trial.ts'
import { measureExecution } from '../recommendation/measurement.ts'
import { asGoodWithin, bestSet, smallestAsGood, type BestSet } from '../statistics/best-set.ts'
import type { MeanEstimate } from '../statistics/mean-estimate.ts'
import { quantile, sortSamples } from '../statistics/quantile.ts'
import { configKey } from './configurations.ts'
import type { PlannerHistory } from './planner-history.ts'

/** A configuration that completed, as the automatic search sees it. */
export interface Standing {
  readonly config: TrialConfig
  readonly executions: number
  /** Items per second over all its executions. */
  readonly itemsPerSecond: number
}

/** Who leads the automatic search, and by how much. Configurations past the latency bound take no part. */
export interface Standings {
  /** Ascending by batch size. */
  readonly all: readonly Standing[]
  readonly best: Standing
  /** What would be recommended now: the smallest that measured as good as the best. */
  readonly chosen: Standing
  /** False while nothing was executed twice, so that nothing is known of how executions differ. */
  readonly repeated: boolean
  /** By how much one may be ahead of the other at 95 %, as a fraction. */
  aheadAtMost(one: Standing, than: Standing): number
  /** By how much it measured ahead. */
  ahead(one: Standing, than: Standing): number
  /** Whether it cannot be told apart from the best. */
  equals(one: Standing): boolean
}

/** The standings of these configurations; `undefined` while none has completed within the constraints. */
export function standingsOf(
  configs: readonly TrialConfig[],
  history: PlannerHistory,
  { rules, constraints }: Pick<ExperimentSpec, 'rules' | 'constraints'>,
): Standings | undefined {
  const { slo } = constraints
  const contenders = unique(configs).flatMap((config) => {
    if (history.failure(config) !== undefined) return []
    const completed = history.completed(config)
    if (completed.length === 0) return []
    if (slo !== undefined && !(boundedLatency(completed, slo.percentile) <= slo.milliseconds)) return []
    const executions = completed.flatMap((execution) => {
      const period = periodOf(execution)
      if (period === undefined) return []
      return [{ block: execution.block, value: (config.batchSize * 1000) / period.mean, estimate: period }]
    })
    if (executions.length === 0) return []
    const itemsPerSecond = executions.reduce((sum, { value }) => sum + value, 0) / executions.length
    return [{ key: { config, executions: executions.length, itemsPerSecond }, executions }]
  })
  contenders.sort((a, b) => a.key.config.batchSize - b.key.config.batchSize)
  const set: BestSet<Standing> | undefined = bestSet(contenders)
  if (set === undefined) return undefined
  return {
    all: contenders.map(({ key }) => key),
    best: set.best,
    chosen: smallestAsGood(set, ({ config }) => config.batchSize, asGoodWithin(rules.tolerance)),
    repeated: set.repeated,
    aheadAtMost: set.aheadAtMost,
    ahead: set.ahead,
    equals: (one) => set.equivalent.includes(one),
  }
}

const boundedLatencies = new WeakMap<CompletedExecution, Map<string, number>>()

/**
 * Latency in ms at a percentile over all samples; Infinity without any. Kept by the last of the executions and their number,
 * because the planner asks for the same again and again, and sorting a hundred thousand samples takes its time.
 */
function boundedLatency(executions: readonly CompletedExecution[], percentile: number): number {
  const last = executions.at(-1)
  if (last === undefined) return Infinity
  const known = boundedLatencies.get(last) ?? new Map<string, number>()
  boundedLatencies.set(last, known)
  const key = `${executions.length}/${percentile}`
  const before = known.get(key)
  if (before !== undefined) return before
  const samples = sortSamples(executions.flatMap(({ samplesMs }) => samplesMs))
  const latency = quantile(samples, percentile / 100) ?? Infinity
  known.set(key, latency)
  return latency
}

const measured = new WeakMap<CompletedExecution, { period: MeanEstimate | undefined }>()

/** Wall time per sample, in ms. Kept, because the planner asks again after every execution. */
function periodOf(execution: CompletedExecution): MeanEstimate | undefined {
  const before = measured.get(execution)
  if (before !== undefined) return before.period
  const period = measureExecution(execution)?.period
  measured.set(execution, { period })
  return period
}

function unique(configs: readonly TrialConfig[]): TrialConfig[] {
  return [...new Map(configs.map((config) => [configKey(config), config])).values()]
}
