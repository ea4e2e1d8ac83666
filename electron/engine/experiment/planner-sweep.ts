import type { ExperimentSpec } from '../../contract/experiment.ts'
import { seriesConfigurations } from './configurations.ts'
import type { PlannedConfig, PlanStep } from './plan-step.ts'
import { ascending } from './draft-reading.ts'
import { blockDecision, closingCount, dueInBlock, skipsAfterOutOfMemory, without } from './planner-blocks.ts'
import type { PlannerHistory } from './planner-history.ts'
import { boundarySentences, boundaryStep, type BoundaryEnvironment } from './planner-memory.ts'

/** Every configuration of a full sweep, in the order of the factors. */
export function sweepConfigs(spec: ExperimentSpec): PlannedConfig[] {
  const { batchSizes } = spec.factors
  if (batchSizes.kind === 'auto') return []
  const reason =
    batchSizes.values.length === 1
      ? 'the batch size asked for'
      : `one of the ${batchSizes.values.length} batch sizes asked for`
  return seriesConfigurations(spec).flatMap((series) =>
    batchSizes.values.map((batchSize) => ({ config: { batchSize, ...series }, reason })),
  )
}

/**
 * The next step of a full sweep: every configuration once in each block, as long as it can be run; then, where it was
 * asked for, the memory boundary between the largest that fits and the smallest that does not.
 */
export function nextOfSweep(
  spec: ExperimentSpec,
  history: PlannerHistory,
  orderSeed: number,
  environment?: BoundaryEnvironment,
): PlanStep {
  const candidates = sweepConfigs(spec)
  const configs = candidates.map(({ config }) => config)
  const skips = skipsAfterOutOfMemory(configs, history)
  const remaining = without(candidates, skips)
  const passing = skips.length === 0 ? {} : { skips }
  for (let block = 1; block <= spec.rules.executions; block += 1) {
    const due = dueInBlock(remaining, block, history, orderSeed)
    if (due.length === 0) continue
    const isBegun = configs.some((config) => history.ran(config, block))
    const decisions = isBegun ? [] : [blockDecision(remaining, due.length, block, spec, history)]
    return { kind: 'run', block, configs: due, decisions, ...passing }
  }
  if (skips.length > 0) return { kind: 'run', block: spec.rules.executions, configs: [], skips }
  if (spec.constraints.boundaryGranularity === undefined) {
    return { kind: 'done', decisions: [closingCount(configs, history)] }
  }
  const boundary = boundaryStep(spec, history, environment)
  if (boundary !== undefined) return boundary
  const found = boundarySentences(spec, history, environment)
  return { kind: 'done', decisions: [...found, closingCount(history.configs, history)] }
}

/** What a sweep that ran out of time has not measured. */
export function sweptSoFar(spec: ExperimentSpec, history: PlannerHistory): string {
  const configs = sweepConfigs(spec).map(({ config }) => config)
  const unmeasured = configs.filter(
    (config) => history.ended(config).length === 0 && !history.skipped(config),
  )
  if (unmeasured.length === 0) return 'Everything was measured at least once.'
  const sizes = ascending(unmeasured.map(({ batchSize }) => batchSize))
  const named =
    sizes.length > 6 ? `${sizes.length} batch sizes from ${sizes[0]} to ${sizes.at(-1)}` : sizes.join(', ')
  return `Not measured: ${unmeasured.length} of ${configs.length} trials (batch ${named}).`
}
