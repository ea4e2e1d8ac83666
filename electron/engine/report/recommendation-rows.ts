import type { Analysis, Goal, Recommendation } from '../../contract/analysis.ts'
import type { Slo } from '../../contract/experiment.ts'
import { formatNumber } from '../../contract/quantity.ts'
import { memoryWords, nothing } from './trial-rows.ts'

/** One recommendation as text. */
export interface RecommendationRow {
  goal: string
  batch: string
  /** Items/s of the trial behind it. */
  throughput: string
  /** p99 in ms. */
  p99: string
  memory: string
  /** The reason, the sizes that cannot be told apart, and what it costs. */
  why: string
}

export function recommendationRows(analysis: Analysis): RecommendationRow[] {
  return analysis.recommendations.map((recommendation) => {
    const trial = analysis.trials.find(({ id }) => id === recommendation.trialId)
    const completed = trial?.outcome === 'completed' ? trial : undefined
    return {
      goal: goalWords(recommendation.goal, analysis.slo),
      batch: recommendation.batchSize === null ? nothing : String(recommendation.batchSize),
      throughput: completed ? formatNumber(completed.throughput.itemsPerSecond) : nothing,
      p99: completed ? formatNumber(completed.latencyMs.p99) : nothing,
      memory: trial ? memoryWords(trial) : nothing,
      why: whyWords(recommendation),
    }
  })
}

/** `p99 ≤ 20 ms`. */
export function sloWords(slo: Slo): string {
  return `p${slo.percentile} ≤ ${formatNumber(slo.milliseconds)} ms`
}

function goalWords(goal: Goal, slo: Slo | undefined): string {
  switch (goal) {
    case 'latency':
      return 'Lowest latency'
    case 'throughput':
      return 'Highest throughput'
    case 'knee':
      return 'Knee'
    case 'slo':
      return slo === undefined ? 'Within the latency bound' : `Most within ${sloWords(slo)}`
    case 'memory':
      return 'Most within memory'
  }
}

function whyWords({ reason, equivalent, batchSize, cost }: Recommendation): string {
  const others = equivalent.filter((size) => size !== batchSize)
  const alike = others.length === 0 ? '' : `Cannot be told apart from ${others.join(', ')}.`
  return [reason, alike, cost ?? ''].filter((part) => part !== '').join(' ')
}
