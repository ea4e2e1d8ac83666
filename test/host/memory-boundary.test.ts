import { describe, expect, it } from 'vitest'
import type { Execution } from '../../electron/contract/trial.ts'
import { forecastMemory } from '../../electron/engine/experiment/memory-forecast.ts'
import { nextOfBoundary } from '../../electron/engine/experiment/planner-boundary.ts'
import { PlannerHistory, type TrialHistory } from '../../electron/engine/experiment/planner-history.ts'
import { briefRules, executeReally, path } from './real-execution.ts'

const model = path('resources/models/cnn-classifier.onnx')
const series = { executionProvider: 'cpu', dims: {} } as const
const budget = 200 * 1024 ** 2
const granularity = 24
const spec = {
  rules: { ...briefRules, executions: 2 },
  constraints: { memoryBudgetBytes: budget, boundaryGranularity: granularity },
}

describe('the memory boundary of a real model under a real limit', () => {
  it('is bracketed as closely as asked for, by sizes that ran twice and ran out', async () => {
    const history: TrialHistory[] = []
    const execute = async (batchSize: number, block: number): Promise<Execution> => {
      const config = { batchSize, ...series }
      let entry = history.find(({ trial }) => trial.config.batchSize === batchSize)
      if (entry === undefined) {
        const trial = { id: `t${batchSize}`, experimentId: 'e1', config, reason: 'test' }
        history.push((entry = { trial, executions: [] }))
      }
      const execution = await executeReally(model, {
        batchSize,
        memoryBudgetBytes: budget,
        rules: { minimumMs: 20, maximumMs: 50, minimumSamples: 2, warmupMaximumMs: 20 },
      })
      entry.executions = [...entry.executions, { ...execution, block }]
      return execution
    }

    // As the search by doubling does before; what is far from the limit is predicted.
    for (let batchSize = 16; ; batchSize *= 2) {
      if (batchSize > 4096) throw new Error('Nothing ran out of memory.')
      const predicted = forecastMemory({ batchSize, ...series }, new PlannerHistory(history))
      const { outcome, memory } = await execute(batchSize, 1)
      if (batchSize === 64) {
        const ratio = (memory.hostPeakBytes ?? 0) / (predicted?.bytes ?? 0)
        expect(ratio).toBeGreaterThan(0.85)
        expect(ratio).toBeLessThan(1.15)
      }
      if (outcome !== 'completed') break
    }
    const doubled = history.length
    for (;;) {
      const step = nextOfBoundary(series, spec, new PlannerHistory(history))
      if (step.kind === 'probe') {
        await execute(step.batchSize, step.block)
        continue
      }
      if (step.kind !== 'found') throw new Error(step.reason)
      const outcomes = (batchSize: number | null) =>
        history
          .find(({ trial }) => trial.config.batchSize === batchSize)
          ?.executions.map(({ outcome }) => outcome)
      expect(outcomes(step.largestThatFits)).toEqual(['completed', 'completed'])
      expect(outcomes(step.smallestThatDoesNot)?.at(-1)).toBe('out-of-memory')
      expect(step.smallestThatDoesNot - (step.largestThatFits ?? 0)).toBeLessThanOrEqual(granularity)
      break
    }
    // Nothing silently ran a smaller batch than it was asked for.
    for (const { trial, executions } of history) {
      for (const execution of executions) {
        if (execution.outcome !== 'completed') continue
        expect(execution.outputBatch).toBe(trial.config.batchSize)
        expect(execution.memory.hostPeakBytes).toBeLessThan(budget * 1.1)
      }
    }
    expect(history.length - doubled).toBeLessThanOrEqual(7)
  }, 60_000)
})
