import { powersOfTwo, SimulatedProcess, type Baseline } from './simulated-process.ts'

/** perf_analyzer's defaults: --measurement-interval, --stability-percentage, --max-trials, and windows that must agree. */
const windowMs = 5_000
const stability = 0.1
const mostWindows = 10
const windowsThatAgree = 3

/**
 * perf_analyzer (Triton) over the powers of two from 1 to 256, highest throughput wins, from its public description: it
 * measures windows of 5 s until the last three agree within 10 % in throughput and in latency, and reports their mean;
 * after ten windows without that there is no result for this batch size. No answer where no batch size has a result. The
 * server is one process.
 */
export const perfAnalyzer: Baseline = (curve, noise, seed) => {
  const process = new SimulatedProcess(curve, noise, seed)
  let best = { batchSize: null as number | null, itemsPerSecond: 0 }
  for (const batchSize of powersOfTwo) {
    const itemsPerSecond = measureByWindows(process, batchSize) ?? 0
    if (itemsPerSecond > best.itemsPerSecond) best = { batchSize, itemsPerSecond }
  }
  return { batchSize: best.batchSize, elapsedMs: process.elapsedMs }
}

/** Items/s of one batch size by the window rule; `undefined` where the windows never agree, and where it does not fit. */
export function measureByWindows(process: SimulatedProcess, batchSize: number): number | undefined {
  const windows: number[] = []
  while (windows.length < mostWindows) {
    const latencyMs = process.meanOf(batchSize, process.callsWithin(batchSize, windowMs))
    if (latencyMs === undefined) return undefined
    windows.push(latencyMs)
    const last = windows.slice(-windowsThatAgree)
    // One request at a time: throughput is the batch size over the latency, so that both agree or neither does.
    if (last.length === windowsThatAgree && Math.max(...last) / Math.min(...last) <= 1 + stability) {
      return (batchSize * 1000 * last.length) / last.reduce((sum, each) => sum + each, 0)
    }
  }
  return undefined
}
