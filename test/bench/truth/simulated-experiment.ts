import type { CompletedExecution, Trial } from '../../../electron/contract/trial.ts'
import { defaultRules } from '../../../electron/engine/experiment/rules.ts'
import type { AnalyseInput } from '../../../electron/engine/recommendation/analyse.ts'
import { createRandom, deriveSeed, type Random } from '../../../electron/engine/statistics/random.ts'
import { isNarrowEnough } from '../../../electron/engine/statistics/stopping.ts'
import { cpuSpec } from '../../fixtures/cpu-spec.ts'
import type { LatencyGenerator } from './latency-generators.ts'
import { gaussian, lognormalFactor } from './simulated-machine.ts'

/** An experiment as the product runs it: batch sizes, some with two executions and some with three. */
export const experimentBatchSizes: readonly number[] = [1, 4, 16, 64]

/** Deviation between executions. */
export const experimentProcessNoise = 0.02

/** True mean latency of a batch size, in ms. */
export function experimentLatencyMs(batchSize: number): number {
  return 10 + 1.5 * batchSize
}

export interface ExperimentDrift {
  /** How much slower the machine becomes with every second of a measured window; 0.1 for 10 %. */
  readonly eachSecond: number
  /** How much slower each block is than the one before. */
  readonly eachBlock: number
}

const noDrift: ExperimentDrift = { eachSecond: 0, eachBlock: 0 }

/** Each look at the samples comes this much later than the one before, as in engine/experiment/sampling.ts. */
const laterFactor = 1.15

/** One experiment on a machine whose truth is known, ready to be analysed. */
export function simulateExperiment(
  generator: LatencyGenerator,
  seed: number,
  drift: ExperimentDrift = noDrift,
): AnalyseInput {
  const random = createRandom(deriveSeed(seed, generator.name))
  const { trials, ...rest } = emptyExperiment(experimentBatchSizes, seed)
  const executions = trials.flatMap((trial, index) =>
    Array.from({ length: 2 + (index % 2) }, (_, at): CompletedExecution => {
      const process = lognormalFactor(experimentProcessNoise, gaussian(random))
      const meanMs = experimentLatencyMs(trial.config.batchSize) * process * (1 + drift.eachBlock) ** at
      return completed(trial, at + 1, sampleByTheRules(meanMs, generator, random, drift.eachSecond))
    }),
  )
  return { ...rest, trials, executions }
}

/** An experiment with these batch sizes in which nothing was measured yet. */
export function emptyExperiment(batchSizes: readonly number[], seed: number): AnalyseInput {
  const spec = cpuSpec({ kind: 'list', values: [...batchSizes] }, seed)
  return { spec, trials: batchSizes.map(trialOf), executions: [], skips: new Map() }
}

export function trialOf(batchSize: number): Trial {
  return {
    id: `b${batchSize}`,
    experimentId: 'e1',
    config: { batchSize, executionProvider: 'cpu', dims: {} },
    reason: 'listed',
  }
}

/**
 * Samples until the rules are satisfied, as an execution does: not before the least time and number, then as soon as the
 * interval of the mean is narrow enough, at most for the longest time.
 */
export function sampleByTheRules(
  meanMs: number,
  generator: LatencyGenerator,
  random: Random,
  driftEachSecond = 0,
): number[] {
  const next = generator.start(random)
  const samplesMs: number[] = []
  let elapsedMs = 0
  let nextLookMs = defaultRules.minimumMs
  while (elapsedMs < defaultRules.maximumMs) {
    const sample = meanMs * next() * (1 + (driftEachSecond * elapsedMs) / 1000)
    samplesMs.push(sample)
    elapsedMs += sample
    if (samplesMs.length < defaultRules.minimumSamples || elapsedMs < nextLookMs) continue
    nextLookMs = elapsedMs * laterFactor
    if (isNarrowEnough(samplesMs, defaultRules.relativeHalfWidth)) break
  }
  return samplesMs
}

/** A completed execution with these samples and nothing to remark. */
export function completed(trial: Trial, block: number, samplesMs: number[]): CompletedExecution {
  const windowMs = samplesMs.reduce((sum, sample) => sum + sample, 0)
  return {
    ...{ id: `${trial.id}.${block}`, trialId: trial.id, block, startedAt: '2026-01-01T00:00:00.000Z' },
    ...{ durationMs: windowMs + 850, memory: {}, outcome: 'completed', samplesMs, windowMs },
    ...{ loadMs: 100, firstInferenceMs: 20, warmup: { samples: 6, ms: 250, steady: true } },
    ...{ endedBy: 'interval', outputBatch: trial.config.batchSize, clock: 'simulated', flags: [] },
  }
}
