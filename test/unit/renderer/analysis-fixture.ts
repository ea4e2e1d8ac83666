import type {
  Analysis,
  CompletedTrialReport,
  TrialReport,
  UnfinishedTrialReport,
} from '../../../electron/contract/analysis.ts'

const mib = 1024 ** 2

/** A trial with numbers that follow from its batch size: 100 items/s and 10 MiB an item, 1 ms and as many again. */
export function completedTrial(batchSize: number): CompletedTrialReport {
  const itemsPerSecond = batchSize * 100
  return {
    id: `batch-${batchSize}`,
    config: { batchSize, executionProvider: 'cpu', dims: {} },
    executions: 2,
    flags: [],
    memory: { hostPeakBytes: (100 + 10 * batchSize) * mib },
    outcome: 'completed',
    latencyMs: {
      mean: batchSize,
      meanCi95: [batchSize * 0.98, batchSize * 1.02],
      stdev: batchSize * 0.1,
      min: batchSize * 0.9,
      p50: batchSize,
      p90: batchSize * 1.1,
      p95: batchSize * 1.2,
      p99: batchSize * 1.3,
      max: batchSize * 2,
      samples: 500,
      unsupportedPercentiles: [99],
    },
    throughput: { itemsPerSecond, ci95: [itemsPerSecond * 0.98, itemsPerSecond * 1.02] },
    loadMs: 80,
    firstInferenceMs: batchSize * 3,
  }
}

/** A trial that ended without numbers. */
export function lostTrial(
  batchSize: number,
  outcome: UnfinishedTrialReport['outcome'] = 'out-of-memory',
): UnfinishedTrialReport {
  return {
    id: `batch-${batchSize}`,
    config: { batchSize, executionProvider: 'cpu', dims: {} },
    executions: 1,
    flags: [],
    memory: {},
    outcome,
    failure: { code: 'out-of-memory', message: `Batch ${batchSize} ran out of memory.`, owner: 'system' },
  }
}

/** An analysis of one series of trials. */
export function analysisOf(trials: TrialReport[], parts: Partial<Analysis> = {}): Analysis {
  return {
    trials,
    series: [{ key: 'cpu', label: 'cpu', trialIds: trials.map(({ id }) => id) }],
    boundary: null,
    recommendations: [],
    answer: { headline: 'Use batch 8.' },
    ...parts,
  }
}
