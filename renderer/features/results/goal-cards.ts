import { goalTitle, type Analysis, type Goal, type TrialReport } from '../../../electron/contract/analysis.ts'
import {
  asGoodAsBest,
  equivalenceWords,
  sizeList,
  unsettledWords,
  withinWords,
} from '../../../electron/contract/evidence.ts'
import type { ExperimentSpec } from '../../../electron/contract/experiment.ts'
import {
  formatBytes,
  formatCount,
  formatItemsPerJoule,
  formatMilliseconds,
  formatThroughput,
} from '../../../electron/contract/quantity.ts'
import { referenceName } from '../../../electron/contract/variant-words.ts'
import { completed, memoryPeak } from '../../stores/trial-cells.ts'

/** One recommendation as its card shows it. */
export interface GoalCard {
  goal: Goal
  title: string
  /** The batch size as text; an en dash where nothing can be recommended. */
  batch: string
  /** The number that the goal is about. */
  key: string
  /** Batch sizes that cannot be told apart, as text; absent where it stands alone. */
  equivalent?: string
  trialId?: string
  /** The trials of `equivalent`; empty where it stands alone. */
  alikeTrialIds: ReadonlySet<string>
  /** How sure it is, in short parts: what it cannot be told apart from, how far it may be behind. */
  sureness: string[]
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
  return analysis.recommendations.map((recommendation) => {
    const { goal, batchSize, trialId, reason, cost } = recommendation
    const equivalent = asGoodAsBest(recommendation)
    const together = equivalenceWords(recommendation)
    const within = withinWords(recommendation)
    return {
      goal,
      title: goalTitle(goal, analysis.slo),
      batch: batchSize === null ? '–' : formatCount(batchSize),
      key:
        batchSize === null
          ? 'no recommendation'
          : `${keyNumber(goal, trials.get(trialId ?? ''))}${ofModel(analysis, trials.get(trialId ?? ''))}`,
      ...(equivalent.length < 2 ? {} : { equivalent: sizeList(equivalent) }),
      alikeTrialIds: alikeTrials(analysis, trialId, equivalent),
      sureness: [together, within, unsettledWords(recommendation)]
        .filter((part) => part !== undefined)
        .map(capitalised),
      ...(trialId === undefined ? {} : { trialId }),
      reason,
      ...(cost === undefined ? {} : { cost }),
    }
  })
}

/** `, fp16`: which model, where there are several. */
function ofModel({ variants }: Analysis, report: TrialReport | undefined): string {
  return variants === undefined || report === undefined ? '' : `, ${report.config.variant ?? referenceName}`
}

function keyNumber(goal: Goal, report: TrialReport | undefined): string {
  const trial = completed(report)
  if (trial === undefined) return ''
  if (goal === 'latency') return formatMilliseconds(trial.latencyMs.mean)
  if (goal === 'memory') {
    const bytes = memoryPeak(trial.memory)
    if (bytes !== undefined) return formatBytes(bytes)
  }
  if (goal === 'efficiency' && trial.energy !== undefined) {
    return formatItemsPerJoule(1 / trial.energy.joulesPerItem)
  }
  return formatThroughput(trial.throughput.itemsPerSecond)
}

/** The trials of a set of batch sizes, in the series of the recommended one. */
function alikeTrials(
  { series, trials }: Analysis,
  trialId: string | undefined,
  equivalent: readonly number[],
): ReadonlySet<string> {
  const own = series.find(({ trialIds }) => trialId !== undefined && trialIds.includes(trialId))
  if (own === undefined || equivalent.length < 2) return new Set()
  const alike = trials.filter(
    ({ id, config }) => own.trialIds.includes(id) && equivalent.includes(config.batchSize),
  )
  return new Set(alike.map(({ id }) => id))
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
