import type { Interval } from '../../../electron/contract/interval.ts'
import { fitStretch } from '../../../electron/engine/statistics/affine-stretch.ts'
import { createRandom, deriveSeed } from '../../../electron/engine/statistics/random.ts'
import { information, type Row, type Section } from './rows.ts'
import { gaussian, lognormalFactor } from './simulated-machine.ts'
import { percent, quantileOf, shareOf } from './summary.ts'

/** The batch sizes of a sweep by doubling. */
const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128]

/** Relative error of every point. */
const noise = 0.03

/** Overhead over time per item: where it is far outside the batch sizes, one of the two cannot be seen. */
const halfSaturation: Interval = [4, 32]

const within = 0.05

/** latency(b) = overhead + perItem x b with known truth, fitted as the product fits it. */
export function proveAffineFit(runs: number): Section {
  const random = createRandom(deriveSeed(1, 'affine'))
  const errors = { overhead: [] as number[], perItem: [] as number[] }
  const covered = { overhead: [] as boolean[], perItem: [] as boolean[] }
  for (let run = 0; run < runs; run += 1) {
    const [low, high] = halfSaturation
    const perItem = 0.05 * 40 ** random.next()
    const overhead = perItem * low * (high / low) ** random.next()
    const fit = fitStretch(
      batchSizes.map((x) => ({
        x,
        y: (overhead + perItem * x) * lognormalFactor(noise, gaussian(random)),
      })),
      'anywhere',
    )
    const error = (fitted: number | undefined, truth: number) =>
      fitted === undefined ? 1 : Math.abs(fitted / truth - 1)
    errors.overhead.push(error(fit?.overhead, overhead))
    errors.perItem.push(error(fit?.perItem, perItem))
    covered.overhead.push(holds(fit?.overheadInterval, overhead))
    covered.perItem.push(holds(fit?.perItemInterval, perItem))
  }
  const row = (key: 'overhead' | 'perItem', name: string): Row => {
    const median = quantileOf(errors[key], 0.5)
    const p95 = quantileOf(errors[key], 0.95)
    return {
      id: `affine.${key}`,
      what: `error of the fitted ${name}, median and 95th percentile`,
      measured: `${percent(median)}, ${percent(p95)}`,
      goal: `within ${percent(within, 0)}`,
      met: p95 <= within,
      values: { median, p95 },
    }
  }
  const coverage = { overhead: shareOf(covered.overhead), perItem: shareOf(covered.perItem) }
  return {
    title: 'The affine fit, latency(b) = overhead + per item x b',
    legend:
      `${runs} lines, every point off by ${percent(noise, 0)}, at batch sizes ${batchSizes.join(', ')}; ` +
      `overhead ${halfSaturation[0]} to ${halfSaturation[1]} times the time per item.`,
    rows: [
      row('overhead', 'overhead'),
      row('perItem', 'time per item'),
      information({
        id: 'affine.coverage',
        what: 'their 95 % intervals cover the truth: overhead, time per item',
        measured: `${percent(coverage.overhead)}, ${percent(coverage.perItem)}`,
        values: coverage,
      }),
    ],
  }
}

function holds(interval: Interval | undefined, truth: number): boolean {
  return interval !== undefined && interval[0] <= truth && truth <= interval[1]
}
