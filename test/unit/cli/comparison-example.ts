import type { ComparedConfiguration, Comparison, Verdict } from '../../../electron/contract/comparison.ts'

/** A configuration whose latency became this many times as long. */
export function comparedAt(batchSize: number, ratio: number, verdict: Verdict): ComparedConfiguration {
  return {
    config: { batchSize, executionProvider: 'cpu', dims: {} },
    ...{ beforeTrialId: `a.${batchSize}`, afterTrialId: `b.${batchSize}` },
    latency: {
      ...{ ratio, ci95: [ratio * 0.98, ratio * 1.02], p: verdict === 'no-difference-shown' ? 0.4 : 0.0004 },
      ...{ verdict, withinThreshold: false },
    },
    ...{ beforeMs: batchSize * 2, afterMs: batchSize * 2 * ratio },
    throughput: { ratio: 1 / ratio, ci95: [0.98 / ratio, 1.02 / ratio] },
    memory: { hostRatio: 1.01 },
    ...{ beforeExecutions: 3, afterExecutions: 3 },
  }
}

/** Batch 8 became slower, the rest did not. */
export const exampleComparison: Comparison = {
  ...{ format: 'batchscope-comparison', formatVersion: 1, generator: 'batchscope 0.1.0' },
  before: { source: 'main', experiment: 'sweep', model: { name: 'model.onnx', sha256: 'a' } },
  after: { source: 'branch', experiment: 'sweep', model: { name: 'model.onnx', sha256: 'a' } },
  threshold: 0.03,
  method: 'executions',
  methodNotes: ['Compared by the mean latency of each execution.'],
  cautions: [],
  differences: [{ what: 'ONNX Runtime', before: '1.28.0', after: '1.29.0' }],
  overall: {
    ...{ ratio: 1.05, ci95: [1.04, 1.06], p: 0.0002, verdict: 'slower', withinThreshold: false },
  },
  configurations: [comparedAt(1, 1.002, 'no-difference-shown'), comparedAt(8, 1.1, 'slower')],
  unmatched: [],
  answer: { headline: 'branch is slower than main: latency is 5.0 % higher.', support: 'Slower: batch 8.' },
}
