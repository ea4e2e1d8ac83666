import { measureByWindows } from './perf-analyzer.ts'
import { powersOfTwo, SimulatedProcess, type Baseline } from './simulated-process.ts'

/** Points in a row that must gain, and by how much the best of them has to exceed the first. */
const pointsInARow = 4
const leastGain = 0.05

/**
 * Model Analyzer's brute search (Triton), from its public description: the batch size doubles from 1, each measured by
 * perf_analyzer, until the best of the last four points gains less than 5 % on the first of them, to 256 at most; highest
 * throughput wins. A batch size without a result ends the search, for it has no throughput to go by.
 */
export const modelAnalyzer: Baseline = (curve, noise, seed) => {
  const process = new SimulatedProcess(curve, noise, seed)
  const points: { batchSize: number; itemsPerSecond: number }[] = []
  for (const batchSize of powersOfTwo) {
    const itemsPerSecond = measureByWindows(process, batchSize)
    if (itemsPerSecond === undefined) break
    points.push({ batchSize, itemsPerSecond })
    const last = points.slice(-pointsInARow).map((point) => point.itemsPerSecond)
    if (last.length === pointsInARow && Math.max(...last) / (last[0] ?? 1) - 1 < leastGain) break
  }
  const [best] = points.sort((one, other) => other.itemsPerSecond - one.itemsPerSecond)
  return { batchSize: best?.batchSize ?? null, elapsedMs: process.elapsedMs }
}
