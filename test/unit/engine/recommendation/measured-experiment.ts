import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import type { Failure } from '../../../../electron/contract/failure.ts'
import type {
  CompletedExecution,
  Execution,
  Skip,
  Trial,
  TrialConfig,
  UnfinishedExecution,
} from '../../../../electron/contract/trial.ts'
import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'

export const MiB = 1024 ** 2

export const spec: ExperimentSpec = {
  factors: {
    batchSizes: { kind: 'auto' },
    executionProviders: ['cpu'],
    threads: [],
    dims: {},
  },
  rules: defaultRules,
  constraints: {},
  seed: 1,
  batchAxes: {},
}

export function trialOf(batchSize: number, config: Partial<TrialConfig> = {}): Trial {
  const full: TrialConfig = { batchSize, executionProvider: 'cpu', dims: {}, ...config }
  return {
    id: Object.values({ ...full, dims: '' }).join('-'),
    experimentId: 'e',
    config: full,
    reason: 'asked for',
  }
}

/**
 * `count` samples around `mean` ms, from 10 % below to 10 % above it in even steps, in an order without rhythm: their
 * mean is exact, their largest is 1.1 times it, and neighbours are not alike.
 */
export function samplesAround(mean: number, count = 200): number[] {
  return Array.from({ length: count }, (_, at) => {
    const step = (at * 73) % count
    return mean * (0.9 + (0.2 * step) / (count - 1))
  })
}

export function completed(
  trial: Trial,
  block: number,
  samplesMs: number[],
  more: Partial<CompletedExecution> = {},
): CompletedExecution {
  return {
    id: `${trial.id}/${block}`,
    trialId: trial.id,
    block,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 2000,
    memory: { hostPeakBytes: (200 + 20 * trial.config.batchSize) * MiB },
    outcome: 'completed',
    samplesMs,
    windowMs: samplesMs.reduce((sum, sample) => sum + sample, 0),
    loadMs: 50,
    firstInferenceMs: 10,
    warmup: { samples: 5, ms: 250, steady: true },
    endedBy: 'interval',
    clock: 'performance.now',
    flags: [],
    ...more,
  }
}

export const failureOf = (code: Failure['code'], message: string): Failure => ({
  code,
  message,
  owner: 'user',
})

export function unfinished(
  trial: Trial,
  block: number,
  outcome: UnfinishedExecution['outcome'],
  more: Partial<UnfinishedExecution> = {},
): UnfinishedExecution {
  return {
    id: `${trial.id}/${block}`,
    trialId: trial.id,
    block,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 2000,
    memory: {},
    outcome,
    failure: failureOf(outcome === 'out-of-memory' ? 'out-of-memory' : 'internal', `It ended as ${outcome}.`),
    phase: 'measuring',
    ...more,
  }
}

export interface Measured {
  trials: Trial[]
  executions: Execution[]
  skips: Map<string, Skip>
}

/** How far the two blocks' executions lie from a trial's true latency: on average nothing. */
const blockFactors = [1.005, 0.995]

/**
 * Two executions for each batch size, with exactly the mean latency given, in ms. `wobble` is how much the first block
 * was slower and the second faster than they would be by chance: alternately over trials, so that it is no drift.
 */
export function measuredAt(
  latencies: Record<number, number>,
  options: { config?: Partial<TrialConfig>; samples?: number; wobble?: number } = {},
): Measured {
  const trials: Trial[] = []
  const executions: Execution[] = []
  Object.entries(latencies).forEach(([batch, latency], index) => {
    const trial = trialOf(Number(batch), options.config)
    trials.push(trial)
    blockFactors.forEach((factor, at) => {
      const wobble = 1 + (options.wobble ?? 0.001) * (at === index % 2 ? 1 : -1)
      executions.push(completed(trial, at + 1, samplesAround(latency * factor * wobble, options.samples)))
    })
  })
  return { trials, executions, skips: new Map() }
}

export function together(...parts: readonly Measured[]): Measured {
  return {
    trials: parts.flatMap(({ trials }) => trials),
    executions: parts.flatMap(({ executions }) => executions),
    skips: new Map(parts.flatMap(({ skips }) => [...skips])),
  }
}
