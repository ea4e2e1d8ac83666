import type { ExperimentSpec } from '../../contract/experiment.ts'
import { seriesConfigurations } from './configurations.ts'
import type { PlannedConfig, PlanStep } from './plan-step.ts'
import { blockDecision, closingCount, dueInBlock, skipsAfterOutOfMemory, without } from './planner-blocks.ts'
import type { PlannerHistory } from './planner-history.ts'

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

/** The next step of a full sweep: every configuration once in each block, as long as it can be run. */
export function nextOfSweep(spec: ExperimentSpec, history: PlannerHistory, orderSeed: number): PlanStep {
  return nextOfBlocks(sweepConfigs(spec), 1, spec, history, orderSeed)
}

/** Runs the candidates in the blocks from `firstBlock` on; `opening` comes before the first thing said. */
export function nextOfBlocks(
  candidates: readonly PlannedConfig[],
  firstBlock: number,
  spec: ExperimentSpec,
  history: PlannerHistory,
  orderSeed: number,
  opening = '',
): PlanStep {
  const configs = candidates.map(({ config }) => config)
  const skips = skipsAfterOutOfMemory(configs, history)
  const remaining = without(candidates, skips)
  const passing = skips.length === 0 ? {} : { skips }
  for (let block = firstBlock; block <= spec.rules.executions; block += 1) {
    const due = dueInBlock(remaining, block, history, orderSeed)
    if (due.length === 0) continue
    if (configs.some((config) => history.ran(config, block))) {
      return { kind: 'run', block, configs: due, ...passing }
    }
    const begins = blockDecision(remaining, due.length, block, spec, history)
    const decision = block === firstBlock ? `${opening}${begins}` : begins
    return { kind: 'run', block, configs: due, decision, ...passing }
  }
  if (skips.length > 0) return { kind: 'run', block: spec.rules.executions, configs: [], skips }
  const closing = closingCount(configs, history)
  const unsaid = configs.some((config) => history.ran(config, firstBlock)) ? '' : opening
  return { kind: 'done', decision: `${unsaid}${closing}` }
}
