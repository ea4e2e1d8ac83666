import type { Rules } from '../../../electron/contract/experiment.ts'
import type { Execution, Trial } from '../../../electron/contract/trial.ts'
import type { Random } from '../../../electron/engine/statistics/random.ts'
import { fits, type Noise, type TruthCurve } from './curves.ts'

/** Starting a process and loading a model, in ms. */
export const startMs = 600

/** More samples than this are drawn as if they were averages of more: their number changes nothing, and costs time. */
const mostSamples = 60

/** A standard normal number (Box and Muller 1958). */
export function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}

/** A factor around 1 with mean 1: log-normal with this standard deviation of its logarithm. */
export function lognormalFactor(deviation: number, normal: number): number {
  return Math.exp(deviation * normal - deviation ** 2 / 2)
}

/** How long one execution takes by the rules, in ms: start, warm-up, and measuring until the interval is narrow enough. */
export function executionMs(curve: TruthCurve, batchSize: number, noise: Noise, rules: Rules): number {
  if (!fits(curve, batchSize)) return startMs
  const { windowMs, warmupMs } = windowOf(curve.latencyMs(batchSize), noise, rules)
  return startMs + warmupMs + windowMs
}

/** What one execution measures by the rules: times in ms, samples, and the relative error that they leave of its mean. */
export function windowOf(latencyMs: number, { sample, autocorrelation }: Noise, rules: Rules) {
  const inflated = sample * Math.sqrt((1 + autocorrelation) / (1 - autocorrelation))
  const needed = Math.ceil(((1.96 * inflated) / rules.relativeHalfWidth) ** 2)
  const samples = Math.max(rules.minimumSamples, needed)
  const windowMs = Math.min(rules.maximumMs, Math.max(rules.minimumMs, samples * latencyMs))
  const warmupMs = Math.max(rules.warmupMinimumMs, 6 * latencyMs)
  const count = Math.max(2, Math.round(windowMs / latencyMs))
  return { samples: count, windowMs, warmupMs, relativeError: inflated / Math.sqrt(count) }
}

/** Measures trials on a machine whose truth is known. */
export class SimulatedMachine {
  /** What measuring has taken so far, in ms. */
  elapsedMs = 0
  executions = 0
  readonly #curve: TruthCurve
  readonly #noise: Noise
  readonly #rules: Rules
  readonly #random: Random

  constructor(curve: TruthCurve, noise: Noise, rules: Rules, random: Random) {
    this.#curve = curve
    this.#noise = noise
    this.#rules = rules
    this.#random = random
  }

  execute(trial: Trial, block: number): Execution {
    const { batchSize } = trial.config
    const durationMs = executionMs(this.#curve, batchSize, this.#noise, this.#rules)
    const drift = 1 + this.#noise.drift * (this.elapsedMs / 3_600_000)
    this.elapsedMs += durationMs
    this.executions += 1
    const neededBytes = this.#curve.memoryBytes?.(batchSize)
    const { peakNoise } = this.#curve
    const memoryBytes =
      neededBytes === undefined || peakNoise === undefined
        ? neededBytes
        : neededBytes * lognormalFactor(peakNoise, gaussian(this.#random))
    const common = {
      id: `${trial.id}.${block}`,
      trialId: trial.id,
      block,
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs,
      memory: memoryBytes === undefined ? {} : { hostPeakBytes: memoryBytes },
    }
    if (!fits(this.#curve, batchSize)) {
      return {
        ...common,
        memory: {},
        outcome: 'out-of-memory',
        memoryOwner: 'host',
        phase: 'first-inference',
        failure: { code: 'out-of-memory', message: `Batch ${batchSize} ran out of memory.`, owner: 'user' },
      }
    }
    const latencyMs = this.#curve.latencyMs(batchSize)
    const process = lognormalFactor(this.#noise.process, gaussian(this.#random)) * drift
    const { samples } = windowOf(latencyMs, this.#noise, this.#rules)
    const samplesMs = this.#samples(latencyMs * process, samples)
    return {
      ...common,
      outcome: 'completed',
      samplesMs,
      windowMs: samplesMs.reduce((sum, sample) => sum + sample, 0),
      loadMs: 100,
      firstInferenceMs: 2 * latencyMs,
      warmup: { samples: 6, ms: 250, steady: true },
      endedBy: 'interval',
      outputBatch: batchSize,
      clock: 'simulated',
      flags: [],
    }
  }

  /** Log-normal and correlated: a first-order autoregression of its logarithm. */
  #samples(meanMs: number, count: number): number[] {
    const drawn = Math.min(count, mostSamples)
    const deviation = this.#noise.sample * Math.sqrt(drawn / count)
    const { autocorrelation } = this.#noise
    let state = gaussian(this.#random)
    return Array.from({ length: drawn }, () => {
      state = autocorrelation * state + Math.sqrt(1 - autocorrelation ** 2) * gaussian(this.#random)
      return meanMs * lognormalFactor(deviation, state)
    })
  }
}
