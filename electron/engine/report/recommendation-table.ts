import type { Analysis, Goal, Recommendation } from '../../contract/analysis.ts'
import type { Slo } from '../../contract/experiment.ts'
import { formatNumber } from '../../contract/quantity.ts'
import { sloPhrase } from '../recommendation/phrases.ts'
import { memoryWords, nothing, type ReportTable } from './trial-table.ts'

/** The recommendations as a table, or, where nothing can be recommended, why: one sentence each. */
export function recommendationTable(analysis: Analysis): ReportTable | string[] {
  const { recommendations } = analysis
  if (recommendations.every(({ batchSize }) => batchSize === null)) {
    return [...new Set(recommendations.map(({ reason }) => reason))]
  }
  const left = (title: string) => ({ title, align: 'left' as const })
  const right = (title: string) => ({ title, align: 'right' as const })
  return {
    columns: [left('Goal'), right('Batch'), right('Items/s'), right('p99 ms'), right('Memory'), left('Why')],
    rows: recommendations.map((recommendation) => recommendationCells(recommendation, analysis)),
  }
}

function recommendationCells(recommendation: Recommendation, analysis: Analysis): string[] {
  const { goal, batchSize, trialId, reason, cost } = recommendation
  const trial = analysis.trials.find(({ id }) => id === trialId)
  const completed = trial?.outcome === 'completed' ? trial : undefined
  return [
    goalWords(goal, analysis.slo),
    batchSize === null ? nothing : String(batchSize),
    completed ? formatNumber(completed.throughput.itemsPerSecond) : nothing,
    completed ? formatNumber(completed.latencyMs.p99) : nothing,
    trial ? memoryWords(trial) : nothing,
    cost === undefined ? reason : `${reason} ${cost}`,
  ]
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
      return slo === undefined ? 'Throughput within the bound' : `Throughput at ${sloPhrase(slo)}`
    case 'memory':
      return 'Largest that fits'
  }
}
