import { goalTitle, type Analysis, type Goal, type TrialReport } from '../../../electron/contract/analysis.ts'
import type { ExperimentSpec } from '../../../electron/contract/experiment.ts'
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatThroughput,
} from '../../../electron/contract/quantity.ts'
import { completed, memoryPeak } from '../../stores/trial-cells.ts'

/** One recommendation as its card shows it. */
export interface GoalCard {
  goal: Goal
  title: string
  /** The batch size as text; an en dash where nothing can be recommended. */
  batch: string
  /** The number that the goal is about. */
  key: string
  /** Batch sizes that cannot be told apart from it, as text; absent where it stands alone. */
  equivalent?: string
  trialId?: string
  reason: string
  cost?: string
}

/** The goal that the answer follows: the latency bound where there is one, else the memory budget, else throughput. */
export function answerGoal(spec: ExperimentSpec, analysis: Analysis): Goal {
  if (analysis.slo !== undefined) return 'slo'
  return spec.constraints.memoryBudgetBytes === undefined ? 'throughput' : 'memory'
}

/** The cards of an analysis, in its order. */
export function goalCards(analysis: Analysis, trials: ReadonlyMap<string, TrialReport>): GoalCard[] {
  return analysis.recommendations.map(({ goal, batchSize, trialId, equivalent, reason, cost }) => {
    const others = equivalent.filter((size) => size !== batchSize)
    return {
      goal,
      title: goalTitle(goal, analysis.slo),
      batch: batchSize === null ? '–' : formatCount(batchSize),
      key: batchSize === null ? 'no recommendation' : keyNumber(goal, trials.get(trialId ?? '')),
      ...(others.length === 0 ? {} : { equivalent: equivalentText(others) }),
      ...(trialId === undefined ? {} : { trialId }),
      reason,
      ...(cost === undefined ? {} : { cost }),
    }
  })
}

function keyNumber(goal: Goal, report: TrialReport | undefined): string {
  const trial = completed(report)
  if (trial === undefined) return ''
  if (goal === 'latency') return formatMilliseconds(trial.latencyMs.mean)
  if (goal === 'memory') {
    const bytes = memoryPeak(trial.memory)
    if (bytes !== undefined) return formatBytes(bytes)
  }
  return formatThroughput(trial.throughput.itemsPerSecond)
}

/** Up to three sizes by name, more by their range. */
function equivalentText(sizes: readonly number[]): string {
  const sorted = sizes.toSorted((a, b) => a - b).map(formatCount)
  return sorted.length <= 3
    ? `alike: ${sorted.join(', ')}`
    : `alike: ${sorted.length} from ${sorted[0] ?? ''} to ${sorted.at(-1) ?? ''}`
}
