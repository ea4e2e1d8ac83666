import { powersOfTwo, SimulatedProcess, type Baseline } from './simulated-process.ts'

/** Calls before the clock starts, and calls that it times: fixed, as in the script that everybody writes. */
const warmupCalls = 3
const timedCalls = 30

/**
 * The script that everybody writes by hand: one process, one pass over the powers of two from 1 to 256, a few calls to
 * warm up, a fixed number of timed calls, and the highest items/s wins. A batch size that does not fit ends the pass; the
 * best of those before it is taken.
 */
export const naiveScript: Baseline = (curve, noise, seed) => {
  const process = new SimulatedProcess(curve, noise, seed)
  let best = { batchSize: null as number | null, itemsPerSecond: 0 }
  for (const batchSize of powersOfTwo) {
    if (process.meanOf(batchSize, warmupCalls) === undefined) break
    const meanMs = process.meanOf(batchSize, timedCalls)
    const itemsPerSecond = meanMs === undefined ? 0 : (batchSize * 1000) / meanMs
    if (itemsPerSecond > best.itemsPerSecond) best = { batchSize, itemsPerSecond }
  }
  return { batchSize: best.batchSize, elapsedMs: process.elapsedMs }
}
