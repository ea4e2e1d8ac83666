import { expect, it } from 'vitest'
import { modelAnalyzer } from '../../bench/truth/baselines/model-analyzer.ts'
import { naiveScript } from '../../bench/truth/baselines/naive-script.ts'
import { perfAnalyzer } from '../../bench/truth/baselines/perf-analyzer.ts'
import type { Noise, TruthCurve } from '../../bench/truth/curves.ts'

const quiet: Noise = { process: 0, sample: 0, autocorrelation: 0, drift: 0 }
const affine: TruthCurve = { name: 'affine', latencyMs: (batch) => 2 + 0.2 * batch }

it('without noise every baseline finds the best power of two of a curve that keeps rising', () => {
  const chosen = [naiveScript, perfAnalyzer].map((way) => way(affine, quiet, 1).batchSize)
  expect(chosen).toEqual([256, 256])
})

it('the window rule takes three windows of five seconds a batch size where all agree', () => {
  const { elapsedMs } = perfAnalyzer(affine, quiet, 1)
  expect(elapsedMs / 1000).toBeCloseTo(9 * 15, -1)
})

it('the window rule gives no answer where windows never agree', () => {
  const slow: TruthCurve = { name: 'slow', latencyMs: () => 6_000 }
  expect(perfAnalyzer(slow, { ...quiet, sample: 4 }, 1).batchSize).toBeNull()
})

it('the brute search stops where four points in a row gain under 5 %', () => {
  // Nothing is gained past 4, so that 4, 8, 16 and 32 are those four points; 64 to 256 are never measured.
  const flat: TruthCurve = { name: 'flat', latencyMs: (batch) => (batch <= 4 ? 4 : batch) }
  const { batchSize, elapsedMs } = modelAnalyzer(flat, quiet, 1)
  expect(batchSize).toBe(4)
  expect(elapsedMs / 1000).toBeCloseTo(6 * 15, -1)
})

it('a batch size that does not fit ends the naive pass, with the best of those before it', () => {
  const capped: TruthCurve = { ...affine, memoryBytes: (batch) => batch, memoryCapBytes: 40 }
  expect([naiveScript, modelAnalyzer].map((way) => way(capped, quiet, 1).batchSize)).toEqual([32, 32])
})
