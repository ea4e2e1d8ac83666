import type {
  Analysis,
  CompletedTrialReport,
  UnfinishedTrialReport,
} from '../../../electron/contract/analysis.ts'
import type { TrialConfig } from '../../../electron/contract/trial.ts'

/** A trial that took 1 ms an item and 2 ms a call. */
export function completedTrial(
  batchSize: number,
  changes: Partial<CompletedTrialReport> & { threads?: number } = {},
): CompletedTrialReport {
  const { threads, ...rest } = changes
  const mean = 2 + batchSize
  const itemsPerSecond = (batchSize * 1000) / mean
  const config: TrialConfig = { batchSize, executionProvider: 'cpu', dims: { seq: 128 } }
  return {
    id: `e1.${batchSize}.${threads ?? 0}`,
    config: threads === undefined ? config : { ...config, threads },
    outcome: 'completed',
    executions: 2,
    flags: [],
    memory: { hostPeakBytes: 200 * 1024 ** 2 + batchSize * 1024 ** 2 },
    latencyMs: {
      ...{ mean, meanCi95: [mean * 0.99, mean * 1.01], min: mean * 0.9, p50: mean, p90: mean * 1.1 },
      ...{ p95: mean * 1.2, p99: mean * 1.3, max: mean * 2, samples: 800, unsupportedPercentiles: [] },
    },
    throughput: { itemsPerSecond, ci95: [itemsPerSecond * 0.988, itemsPerSecond * 1.012] },
    loadMs: 30,
    firstInferenceMs: mean * 3,
    ...rest,
  }
}

export function unfinishedTrial(
  batchSize: number,
  outcome: UnfinishedTrialReport['outcome'],
  message: string,
): UnfinishedTrialReport {
  return {
    id: `e1.${batchSize}.0`,
    config: { batchSize, executionProvider: 'cpu', dims: { seq: 128 } },
    outcome,
    executions: outcome === 'skipped' ? 0 : 1,
    flags: [],
    memory: {},
    failure: { code: 'out-of-memory', message, hint: 'Try less.', owner: 'system' },
  }
}

/** Four sizes that work, one that does not fit, one that was skipped for it. */
export const exampleAnalysis: Analysis = {
  trials: [
    unfinishedTrial(32, 'skipped', 'Batch size 32 was not run: 16 already ran out of memory.'),
    completedTrial(8, {
      flags: [{ name: 'wide-interval', reason: 'the interval of the mean is ±4.1 % wide' }],
    }),
    completedTrial(1, { latencyMs: { ...completedTrial(1).latencyMs, unsupportedPercentiles: [99] } }),
    completedTrial(2),
    completedTrial(4),
    unfinishedTrial(16, 'out-of-memory', 'The memory budget of 256 MiB was used up.'),
  ],
  series: [
    {
      key: 'cpu',
      label: 'cpu',
      trialIds: ['e1.1.0', 'e1.2.0', 'e1.4.0', 'e1.8.0', 'e1.16.0', 'e1.32.0'],
    },
  ],
  boundary: { largestThatFits: 8, smallestThatDoesNot: 16, limitedBy: 'host' },
  recommendations: [
    { goal: 'latency', batchSize: 1, trialId: 'e1.1.0', equivalent: [1], reason: 'It answers in 3.00 ms.' },
    {
      goal: 'throughput',
      batchSize: 8,
      trialId: 'e1.8.0',
      equivalent: [8],
      reason: 'It finishes 800 items/s, more than any other.',
      cost: 'It answers 3.3 times later than 1.',
    },
    { goal: 'slo', batchSize: null, equivalent: [], reason: 'No batch size answers within 1 ms at p99.' },
  ],
  answer: { headline: 'Use batch 8: 800 items/s (±1.2 %).', support: '16 does not fit.' },
  slo: { percentile: 99, milliseconds: 1 },
}
