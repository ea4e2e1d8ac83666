import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'
import { fits, largestBatch, type Noise, type TruthCurve } from '../curves.ts'
import { executionMs, gaussian, lognormalFactor, windowOf } from '../simulated-machine.ts'
import type { Baseline } from './simulated-process.ts'

/**
 * How long it takes to measure every batch size from 1 to 256 with the default number of executions, in ms: what the time
 * of every other way is held against. Of sizes that do not fit, one is run, once; the larger ones are skipped.
 */
export function fullSweepMs(curve: TruthCurve, noise: Noise): number {
  let elapsedMs = 0
  for (let batchSize = 1; batchSize <= largestBatch; batchSize += 1) {
    if (!fits(curve, batchSize)) return elapsedMs + executionMs(curve, batchSize, noise, defaultRules)
    elapsedMs += defaultRules.executions * executionMs(curve, batchSize, noise, defaultRules)
  }
  return elapsedMs
}

/**
 * The full sweep's own answer: every batch size from 1 to 256, the default number of executions each, and the highest mean
 * wins. For all its time it is not always right: of 256 sizes, the winner is one that was lucky.
 */
export const fullSweep: Baseline = (curve, noise, seed) => {
  const random = createRandom(seed)
  let best = { batchSize: null as number | null, itemsPerSecond: 0 }
  for (let batchSize = 1; batchSize <= largestBatch && fits(curve, batchSize); batchSize += 1) {
    const itemsPerSecond = (batchSize * 1000) / measuredMs(curve, batchSize, noise, random)
    if (itemsPerSecond > best.itemsPerSecond) best = { batchSize, itemsPerSecond }
  }
  return { batchSize: best.batchSize, elapsedMs: fullSweepMs(curve, noise) }
}

/** Mean latency over the executions of one batch size. Their drift is the same for all, since blocks are interleaved. */
function measuredMs(curve: TruthCurve, batchSize: number, noise: Noise, random: Random): number {
  const latencyMs = curve.latencyMs(batchSize)
  const { relativeError } = windowOf(latencyMs, noise, defaultRules)
  let sum = 0
  for (let execution = 0; execution < defaultRules.executions; execution += 1) {
    const factor = lognormalFactor(noise.process, gaussian(random))
    sum += latencyMs * factor * lognormalFactor(relativeError, gaussian(random))
  }
  return sum / defaultRules.executions
}
