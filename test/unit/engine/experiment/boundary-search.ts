import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import type { Execution, Trial } from '../../../../electron/contract/trial.ts'
import { nextOfBoundary, type BoundaryStep } from '../../../../electron/engine/experiment/planner-boundary.ts'
import { PlannerHistory, type TrialHistory } from '../../../../electron/engine/experiment/planner-history.ts'
import { executionOf, specOf } from './simulated-run.ts'

/** What the n-th execution (from 1) of a batch size gives: its peak in bytes, or how it fails. */
export type MemoryWorld = (batchSize: number, run: number) => number | 'out-of-memory' | 'crashed'

export const series = { executionProvider: 'cpu', dims: {} } as const

/** A history in which these sizes were executed once, in this order. */
export function tried(sizes: readonly number[], world: MemoryWorld): TrialHistory[] {
  return sizes.map((batchSize) => {
    const trial = trialOf(batchSize)
    return { trial, executions: [execute(trial, 1, 1, world)] }
  })
}

export function trialOf(batchSize: number): Trial {
  return {
    id: `t${batchSize}`,
    experimentId: 'e1',
    config: { batchSize, ...series },
    reason: 'test',
  }
}

export function budgetSpec(memoryBudgetBytes: number, executions = 2): ExperimentSpec {
  return { ...specOf('auto', { executions }), constraints: { memoryBudgetBytes } }
}

export interface Searched {
  end: Exclude<BoundaryStep, { kind: 'probe' }>
  /** In order: what was executed, why, and in which block. */
  probes: { batchSize: number; reason: string; block: number }[]
}

/** Does what the planner's steps say until there are no more. */
export function search(
  history: TrialHistory[],
  spec: ExperimentSpec,
  world: MemoryWorld,
  granularity?: number,
): Searched {
  const probes: Searched['probes'] = []
  const asked = { ...spec, constraints: { ...spec.constraints, boundaryGranularity: granularity } }
  for (;;) {
    const step = nextOfBoundary(series, asked, new PlannerHistory(history))
    if (step.kind !== 'probe') return { end: step, probes }
    const { batchSize, reason, block } = step
    probes.push({ batchSize, reason, block })
    if (probes.length > 500) throw new Error('The search never came to an end.')
    let entry = history.find(({ trial }) => trial.config.batchSize === batchSize)
    if (entry === undefined) history.push((entry = { trial: trialOf(batchSize), executions: [] }))
    const run = entry.executions.length + 1
    entry.executions = [...entry.executions, execute(entry.trial, block, run, world)]
  }
}

function execute(trial: Trial, block: number, run: number, world: MemoryWorld): Execution {
  const result = world(trial.config.batchSize, run)
  if (typeof result === 'string') return executionOf(trial, block, result)
  return { ...executionOf(trial, block, 5), memory: { hostPeakBytes: result } }
}
