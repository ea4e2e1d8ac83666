import { goalTitle, type Analysis, type Recommendation } from '../../contract/analysis.ts'
import { withinSentence } from '../../contract/evidence.ts'
import { formatNumber } from '../../contract/quantity.ts'
import { left, right, memoryWords, nothing, type ReportTable } from './trial-table.ts'

/** The recommendations as a table, or, where nothing can be recommended, why: one sentence each. */
export function recommendationTable(analysis: Analysis): ReportTable | string[] {
  const { recommendations } = analysis
  if (recommendations.every(({ batchSize }) => batchSize === null)) {
    return [...new Set(recommendations.map(({ reason }) => reason))]
  }
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
    goalTitle(goal, analysis.slo),
    batchSize === null ? nothing : String(batchSize),
    completed ? formatNumber(completed.throughput.itemsPerSecond) : nothing,
    completed ? formatNumber(completed.latencyMs.p99) : nothing,
    trial ? memoryWords(trial) : nothing,
    [reason, withinSentence(recommendation), cost].filter((part) => part !== undefined).join(' '),
  ]
}
